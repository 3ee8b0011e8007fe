package io.edgemint.credentials;

import io.edgemint.backend.OrgId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The roles of the platform over which it assumes those of organisations, as one template for their
 * ARNs: {@code arn:aws:iam::111122223333:role/binary_backend_{org}_{backend}}. Without {@code
 * {org}} it is one role for all.
 *
 * <p>No two organisations get the same role by different names: both placeholders stand in the
 * role's name, which IAM keeps unique whatever its path, and between them stands something that
 * neither can hold.
 */
public record PlatformRole(String template) {
  private static final String ORG = "{org}";
  private static final String BACKEND = "{backend}";
  private static final Pattern BETWEEN = Pattern.compile("[a-z0-9-]*");

  /** "IAM and AWS STS quotas": the length of a role's name. */
  private static final int LONGEST_NAME = 64;

  private static final int LONGEST_ORG = 38;
  private static final int LONGEST_BACKEND = 10;

  /**
   * Accepts a template that gives each backend a role of its organisation alone.
   *
   * @throws IllegalArgumentException if it does not; the message says what to write
   */
  public PlatformRole {
    String example = template.replace(ORG, "acme").replace(BACKEND, "prod");
    if (!RoleArn.isWellFormed(example)) {
      throw new IllegalArgumentException(
          "it looks like arn:aws:iam::111122223333:role/binary_backend_{org}_{backend}");
    }
    String name = template.substring(template.lastIndexOf('/') + 1);
    int org = name.indexOf(ORG);
    int backend = name.indexOf(BACKEND);
    if (template.indexOf(ORG) != template.lastIndexOf(ORG)
        || template.indexOf(BACKEND) != template.lastIndexOf(BACKEND)
        || (template.contains(ORG) && org < 0)
        || (template.contains(BACKEND) && backend < 0)) {
      throw new IllegalArgumentException(
          "{org} and {backend} stand once each, in the name of the role and not in its path");
    }
    if (backend >= 0 && (org < 0 || BETWEEN.matcher(between(name, org, backend)).matches())) {
      throw new IllegalArgumentException(
          "two organisations could get one role; write {org}_{backend}");
    }
    int longest =
        name.replace(ORG, "x".repeat(LONGEST_ORG))
            .replace(BACKEND, "x".repeat(LONGEST_BACKEND))
            .length();
    if (longest > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "names of roles would have up to %d characters, and IAM takes %d"
              .formatted(longest, LONGEST_NAME));
    }
  }

  private static String between(String name, int org, int backend) {
    return org < backend
        ? name.substring(org + ORG.length(), backend)
        : name.substring(backend + BACKEND.length(), org);
  }

  /** The ARN of the role over which a backend's role is assumed. */
  public String arn(OrgId org, String backend) {
    return template.replace(ORG, org.value()).replace(BACKEND, backend);
  }

  /** What stands for all of them in an IAM policy. */
  public String pattern() {
    return template.replace(ORG, "*").replace(BACKEND, "*");
  }

  /** Tells whether an ARN is one that {@link #pattern} stands for. */
  public boolean covers(String arn) {
    String[] parts = pattern().split("\\*", -1);
    StringBuilder form = new StringBuilder(Pattern.quote(parts[0]));
    for (int i = 1; i < parts.length; i++) {
      form.append(".*").append(Pattern.quote(parts[i]));
    }
    Matcher matcher = Pattern.compile(form.toString()).matcher(arn);
    return matcher.matches();
  }

  /** The account in which they lie. */
  String account() {
    return RoleArn.account(template);
  }
}
