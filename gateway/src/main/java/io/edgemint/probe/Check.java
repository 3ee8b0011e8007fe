package io.edgemint.probe;

/**
 * One thing that a probe tried.
 *
 * @param side the side of the backend that it says something of
 * @param step what was tried, in a few words
 * @param passed whether it went as it must, even if there is something to {@linkplain #warning warn
 *     of}
 * @param code a stable word: {@code ok}, or what failed or is to be known
 * @param seen what was seen, without any byte of the storage's answer but a known error code
 * @param fix what to do about it; empty if all is well
 */
public record Check(Side side, String step, boolean passed, String code, String seen, String fix) {
  /** The sides of a backend. */
  public enum Side {
    UPLOAD,
    DOWNLOAD
  }

  static Check passed(Side side, String step, String seen) {
    return new Check(side, step, true, "ok", seen, "");
  }

  static Check failed(Side side, String step, String code, String seen, String fix) {
    return new Check(side, step, false, code, seen, fix);
  }

  static Check warned(Side side, String step, String code, String seen, String fix) {
    return new Check(side, step, true, code, seen, fix);
  }

  /** Whether it is something to know of that keeps nothing from working. */
  public boolean warning() {
    return passed && !code.equals("ok");
  }
}
