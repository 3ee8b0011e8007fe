package io.edgemint.outbound;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Something outside the public Internet that the operator lets every organisation call. */
public sealed interface Allowance {
  /** Tells whether it covers a call. */
  boolean covers(Target target, InetAddress address);

  /**
   * Reads a range of addresses ({@code 10.1.0.0/16}, {@code fd12::/16}), a single address, or a
   * host with its port ({@code minio.internal:9000}, {@code [::1]:9000}).
   *
   * @throws IllegalArgumentException if it is none of them
   */
  static Allowance parse(String text) {
    Matcher matcher = HostAndPort.GRAMMAR.matcher(text);
    if (matcher.matches() && Integer.parseInt(matcher.group(2)) <= 0xFFFF) {
      return new HostAndPort(
          matcher.group(1).toLowerCase(Locale.ROOT), Integer.parseInt(matcher.group(2)));
    }
    try {
      return new Range(Network.parse(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "write a range such as 10.1.0.0/16, an address, or a host and port such as"
              + " minio.internal:9000",
          e);
    }
  }

  /** Every port of the addresses in a range. */
  record Range(Network network) implements Allowance {
    @Override
    public boolean covers(Target target, InetAddress address) {
      return network.contains(address);
    }
  }

  /** One port of a host by its name, whatever its addresses. */
  record HostAndPort(String host, int port) implements Allowance {
    private static final Pattern GRAMMAR =
        Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\]):([0-9]{1,5})");

    @Override
    public boolean covers(Target target, InetAddress address) {
      return target.port() == port && target.host().equals(host);
    }
  }
}
