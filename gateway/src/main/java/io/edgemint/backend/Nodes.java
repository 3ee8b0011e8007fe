package io.edgemint.backend;

import java.util.List;

/** The gateways that share a registry. Waits for a disk or network. */
public interface Nodes {
  /**
   * A gateway as it last reported itself.
   *
   * @param id names the process, as in {@link Leases}
   * @param host the name of its machine, for people
   * @param version the registry version that it served from
   * @param at epoch milliseconds of its report
   */
  record Node(String id, String host, long version, long at) {}

  /** Replaces what the gateway reported before; forgets gateways silent for more than a day. */
  void report(Node node);

  /** Every gateway that has reported, in the order of their ids. */
  List<Node> nodes();

  /** Forgets a gateway that stops. */
  void leave(String id);
}
