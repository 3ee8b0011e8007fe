package io.edgemint.registry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a check of the audit trail found.
 *
 * @param rows how many were verified before the first flaw
 * @param head of what was verified
 * @param flaw the first one, or null
 */
public record AuditReport(long rows, Head head, @Nullable Flaw flaw) {
  /**
   * A version and the link at it, which stands for everything up to there.
   *
   * @param chain in hexadecimal; empty at version 0
   */
  public record Head(long version, String chain) {
    /** Reads {@code VERSION:HASH}. */
    public static Head parse(String text) {
      if (!text.matches("[0-9]{1,18}:[0-9a-f]{64}")) {
        throw new IllegalArgumentException("a head is VERSION:HASH, as 'audit verify' prints it");
      }
      int colon = text.indexOf(':');
      return new Head(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
    }

    @Override
    public String toString() {
      return version + ":" + chain;
    }
  }

  /**
   * Where the trail does not fit.
   *
   * @param org the organisation of the version, or empty if that is not known
   * @param at when it was written, or null
   */
  public record Flaw(long version, String org, @Nullable Instant at, String problem) {
    @Override
    public String toString() {
      return "version "
          + version
          + (org.isEmpty() ? "" : " (organisation " + org + (at == null ? "" : ", " + at) + ")")
          + ": "
          + problem;
    }
  }
}
