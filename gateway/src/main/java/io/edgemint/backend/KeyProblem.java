package io.edgemint.backend;

/** Why a text is not an {@link ObjectKey}. */
public enum KeyProblem implements KeyResult {
  EMPTY("the key is empty"),
  TOO_LONG("the key is longer than 1,024 bytes of UTF-8"),
  LEADING_SLASH("the key begins with a slash"),
  EMPTY_SEGMENT("the key has an empty segment (two slashes in a row, or one at its end)"),
  DOT_SEGMENT("the key has a segment '.' or '..', which clients remove on the way"),
  CONTROL_CHARACTER("the key has a control character"),
  BACKSLASH("the key has a backslash"),
  ENCODED_SLASH("the path has %2F: write the slash itself"),
  MALFORMED_ESCAPE("a percent sign in the path is not followed by two hexadecimal digits"),
  NOT_UTF8("the key is not well-formed UTF-8"),
  RAW_CHARACTER("the path has a character that must be percent-encoded"),
  DOUBLE_ENCODING(
      "the decoded key still has a percent escape: encode the path once (double encoding)");

  private final String detail;

  KeyProblem(String detail) {
    this.detail = detail;
  }

  /** One sentence for the person who sent the key; it does not repeat the key. */
  public String detail() {
    return detail;
  }
}
