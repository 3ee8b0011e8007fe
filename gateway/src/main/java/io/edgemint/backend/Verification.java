package io.edgemint.backend;

import org.jspecify.annotations.Nullable;

/**
 * What a probe found of one side of a backend.
 *
 * @param verdict the outcome
 * @param code why it failed, a stable lower-case word; null unless it failed
 */
public record Verification(Verdict verdict, @Nullable String code) {
  /** No probe has looked yet, or the side has changed since. */
  public static final Verification UNVERIFIED = new Verification(Verdict.UNVERIFIED, null);

  /** The side works. */
  public static final Verification VERIFIED = new Verification(Verdict.VERIFIED, null);

  /** The side does not work, for the reason named by the code. */
  public static Verification failed(String code) {
    return new Verification(Verdict.FAILED, code);
  }

  /** The outcomes of a probe. */
  public enum Verdict {
    UNVERIFIED,
    VERIFIED,
    FAILED
  }
}
