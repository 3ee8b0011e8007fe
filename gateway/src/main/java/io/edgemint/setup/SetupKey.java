package io.edgemint.setup;

import io.edgemint.backend.S3Storage;
import io.edgemint.credentials.Partition;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key of AWS KMS as policies name it: by the ARN of the key alone, and where only an alias is
 * known, by that alias as a condition ("Specifying KMS keys in IAM policy statements" and "Use
 * aliases to control access to KMS keys", AWS KMS developer guide).
 *
 * @param given as the backend names it, which uploads repeat
 * @param resource the ARN of the key, or of every key of the account and region
 * @param alias the alias that a key must bear, or null if the ARN names one
 */
record SetupKey(String given, String resource, @Nullable String alias) {
  private static final Pattern ARN =
      Pattern.compile("arn:(aws[a-z-]*):kms:([a-z0-9-]+):([0-9]{12}):(key|alias)/([\\w/-]+)");

  private static final Pattern SHORT = Pattern.compile("(?:(alias)/)?([\\w-][\\w/-]*)");

  /**
   * Reads a key's name.
   *
   * @param account the account whose keys are meant where the name says none
   * @throws IllegalArgumentException if it is none, or one that the bucket cannot use
   */
  static SetupKey of(String given, S3Storage storage, Partition partition, String account) {
    String keys = "arn:" + partition.id() + ":kms:" + storage.region() + ':';
    Matcher arn = ARN.matcher(given);
    if (arn.matches()) {
      // "Using server-side encryption with AWS KMS keys", S3 user guide.
      SetupScope.require(
          arn.group(1).equals(partition.id()) && arn.group(2).equals(storage.region()),
          "upload.s3.kms_key_id: the key lies in %s, and the bucket in %s; name a key of the bucket's region"
              .formatted(arn.group(2), storage.region()));
      return of(given, keys + arn.group(3), arn.group(4).equals("alias"), arn.group(5));
    }
    Matcher plain = SHORT.matcher(given);
    SetupScope.require(
        plain.matches(),
        "upload.s3.kms_key_id: not a key; name its ARN, which looks like "
            + keys
            + account
            + ":key/ID");
    return of(given, keys + account, plain.group(1) != null, plain.group(2));
  }

  private static SetupKey of(String given, String owner, boolean alias, String name) {
    return alias
        ? new SetupKey(given, owner + ":key/*", "alias/" + name)
        : new SetupKey(given, owner + ":key/" + name, null);
  }

  /** Tells whether AWS manages the key, so that nobody can change its policy. */
  boolean managedByAws() {
    return alias != null && alias.startsWith("alias/aws/");
  }
}
