package io.edgemint.credentials;

import java.util.regex.Pattern;

/** The ARN of an IAM role ("IAM identifiers", AWS Identity and Access Management user guide). */
public final class RoleArn {
  private static final Pattern FORM =
      Pattern.compile(
          "arn:aws[a-z-]*:iam::[0-9]{12}:role/([A-Za-z0-9_+=,.@-]+/)*[\\w+=,.@-]{1,64}");

  private RoleArn() {}

  /** Tells whether a text is one that can stand in a policy. */
  static boolean isWellFormed(String text) {
    return text.length() <= 2048 && FORM.matcher(text).matches();
  }

  /**
   * The same text, if it is one.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static String parse(String text) {
    if (!isWellFormed(text)) {
      throw new IllegalArgumentException("a role is its ARN: arn:aws:iam::123456789012:role/name");
    }
    return text;
  }

  /** The account in which a role lies. */
  public static String account(String arn) {
    return arn.split(":", 6)[4];
  }

  /** The partition in which a role lies. */
  public static String partition(String arn) {
    return arn.split(":", 6)[1];
  }

  /** The name of a role, without its path. */
  public static String name(String arn) {
    return arn.substring(arn.lastIndexOf('/') + 1);
  }

  /** The path of a role, {@code /} for none. */
  public static String path(String arn) {
    return arn.substring(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
  }
}
