package io.edgemint.outbound;

import io.edgemint.config.Field;
import io.edgemint.config.Section;
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
}
