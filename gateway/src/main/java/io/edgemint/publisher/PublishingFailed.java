package io.edgemint.publisher;

/** What was asked for did not happen, told in one message for people, without token or link. */
public final class PublishingFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final boolean hopeless;

  /** Something that concerns this object alone. */
  public PublishingFailed(String message) {
    this(message, "", false);
  }

  PublishingFailed(String message, String code, boolean hopeless) {
    super(message, null, false, false);
    this.code = code;
    this.hopeless = hopeless;
  }

  /** Something that every object meets, as a token that is not accepted. */
  static PublishingFailed hopeless(String message) {
    return new PublishingFailed(message, "", true);
  }

  /** The code of the gateway's refusal, empty when it was none. */
  public String code() {
    return code;
  }

  /** Whether other objects would fail the same way, as with a token that is not accepted. */
  public boolean hopeless() {
    return hopeless;
  }
}
