package io.edgemint.credentials;

/** What is behind a refusal because the last attempt to get a session failed. */
public final class NoSession extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Ailment ailment;

  NoSession(Ailment ailment) {
    super(ailment.code(), null, false, false);
    this.ailment = ailment;
  }

  /** What was wrong. */
  public Ailment ailment() {
    return ailment;
  }
}
