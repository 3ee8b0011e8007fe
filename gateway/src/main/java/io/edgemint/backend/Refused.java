package io.edgemint.backend;

/**
 * A refusal on its way to the caller, with one sentence that helps it. It carries no stack trace,
 * for it is an expected answer and not a fault, and so a constant may be thrown again and again.
 */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Refusal refusal;

  /** Pairs a reason with a detail, which holds nothing secret and no unverified claim. */
  public Refused(Refusal refusal, String detail) {
    super(detail, null, false, false);
    this.refusal = refusal;
  }

  /** Adds what was behind it, for those who run the gateway. */
  public Refused(Refusal refusal, String detail, Throwable behind) {
    super(detail, behind, false, false);
    this.refusal = refusal;
  }

  /** The reason. */
  public Refusal refusal() {
    return refusal;
  }

  /** One sentence for the person who reads the answer. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
