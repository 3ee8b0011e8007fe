package io.edgemint.signing;

import java.util.Locale;

/**
 * A signed URL.
 *
 * @param url the bytes that were signed, ASCII; whoever has them can read the object
 * @param expiry the epoch second at which it ends
 * @param limitedBy what kept it from living longer
 */
public record Link(String url, long expiry, LimitedBy limitedBy) {
  @Override
  public String toString() {
    return "Link[expiry=" + expiry + ", limitedBy=" + limitedBy + "]";
  }

  /** What decides how long a link lives. */
  public enum LimitedBy {
    /** The life that the backend is set to. */
    BACKEND,
    /** The shorter life that the caller asked for. */
    REQUEST,
    /** The end of the session that signs. */
    SESSION,
    /** The end of the caller's token, where the organisation asks for that. */
    TOKEN;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The word that answers use. */
    public String code() {
      return code;
    }
  }
}
