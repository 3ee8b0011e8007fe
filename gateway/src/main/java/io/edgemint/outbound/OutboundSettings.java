package io.edgemint.outbound;

import io.edgemint.config.Field;
import io.edgemint.config.Section;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;

/**
 * What customers' addresses may lead to.
 *
 * @param allow what may be called outside the public Internet
 */
public record OutboundSettings(List<Allowance> allow) {
  /** Copies the list. */
  public OutboundSettings {
    allow = List.copyOf(allow);
  }

  /** Reads {@code allow}, a list of ranges, addresses, and hosts with ports; nothing if absent. */
  public static Field<OutboundSettings> read(Section section) {
    Field<List<Allowance>> allow = section.list("allow", Allowance::parse);
    return section.build(() -> new OutboundSettings(allow.get()));
  }

  /**
   * Whether a host and port is listed as it is written; no name is looked up, and what is never
   * called is not listed.
   *
   * @param authority such as {@code minio.internal:9000}
   */
  public boolean lists(String authority) {
    Target target;
    try {
      target = Target.of(URI.create("http://" + authority));
    } catch (OutboundFailure neverCalled) {
      return false;
    }
    InetAddress literal = target.literal();
    return allow.stream()
        .anyMatch(
            allowance ->
                switch (allowance) {
                  case Allowance.HostAndPort host ->
                      host.port() == target.port() && host.host().equals(target.host());
                  case Allowance.Range range ->
                      literal != null && range.network().contains(literal);
                });
  }
}
