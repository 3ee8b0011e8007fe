package io.edgemint.credentials;

import io.edgemint.backend.S3Storage;
import java.util.regex.Pattern;

/**
 * Writes the policies that narrow a session to its one purpose, whatever the role itself allows.
 *
 * <p>They are put together from text, so every value is first held against a grammar that knows no
 * quote, wildcard or policy variable.
 */
final class SessionPolicy {
  /** STS API reference, AssumeRole: the limit of {@code Policy}. */
  private static final int MAX_LENGTH = 2048;

  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
  private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,63}");
  private static final Pattern ROLE =
      Pattern.compile("arn:(aws[a-z-]*):iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576}");

  /** Printable ASCII but for what IAM reads as a wildcard, a variable or the end of a string. */
  private static final Pattern PREFIX = Pattern.compile("[ -~&&[^\"*?$\\\\{}]]*");

  private SessionPolicy() {}

  /**
   * Allows to read the objects of a storage, each version of them, to decrypt them through S3, and
   * to see which are missing, as {@link #publish} does.
   *
   * @throws IllegalArgumentException if the storage has a value that cannot stand in a policy
   */
  static String read(S3Storage storage) {
    String bucket = bucketArn(storage);
    return bounded(
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
        "Action":["s3:GetObject","s3:GetObjectVersion"],"Resource":"%s/%s*"},\
        {"Effect":"Allow","Action":"s3:ListBucket","Resource":"%s",\
        "Condition":{"StringLikeIfExists":{"s3:prefix":"%s*"}}},\
        {"Effect":"Allow","Action":"kms:Decrypt","Resource":"*",\
        "Condition":{"StringLike":{"kms:ViaService":"s3.%s.*"}}}]}\
        """
            .formatted(bucket, storage.prefix(), bucket, storage.prefix(), storage.region()));
  }

  /**
   * Allows what a probe tries: in one folder below a storage's prefix to write, read, list and
   * delete objects, versions and uploads in parts, encrypted as the storage asks; and to look at
   * the bucket's lifecycle rules.
   *
   * <p>The prefix stands in it once, for twice it may be too long: names below a folder of that
   * name may be listed anywhere in the bucket. Lifecycle rules have no prefix, hence {@code
   * IfExists}.
   *
   * @throws IllegalArgumentException if the storage has a value that cannot stand in a policy
   */
  static String probe(S3Storage storage, String folder) {
    String bucket = bucketArn(storage);
    return bounded(
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
        "Action":["s3:PutObject","s3:GetObject","s3:GetObjectVersion","s3:DeleteObject",\
        "s3:DeleteObjectVersion","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],\
        "Resource":"%s/%s%s*"},\
        {"Effect":"Allow",\
        "Action":["s3:ListBucket","s3:ListBucketMultipartUploads","s3:GetLifecycleConfiguration"],\
        "Resource":"%s","Condition":{"StringLikeIfExists":{"s3:prefix":"*%s*"}}},\
        {"Effect":"Allow","Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*",\
        "Condition":{"StringLike":{"kms:ViaService":"s3.%s.*"}}}]}\
        """
            .formatted(bucket, storage.prefix(), folder, bucket, folder, storage.region()));
  }

  /**
   * Allows to write objects below a storage's prefix, whole or in parts and encrypted as the
   * storage asks, and to see what has come of it. Without the right to list, S3 says of what is
   * missing that it may not be read (HeadObject, Amazon S3 API reference); a request for an object
   * names no prefix, hence {@code IfExists}.
   *
   * @throws IllegalArgumentException if the storage has a value that cannot stand in a policy
   */
  static String publish(S3Storage storage) {
    String bucket = bucketArn(storage);
    return bounded(
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
        "Action":["s3:PutObject","s3:GetObject",\
        "s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],"Resource":"%s/%s*"},\
        {"Effect":"Allow","Action":"s3:ListBucket","Resource":"%s",\
        "Condition":{"StringLikeIfExists":{"s3:prefix":"%s*"}}},\
        {"Effect":"Allow","Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*",\
        "Condition":{"StringLike":{"kms:ViaService":"s3.%s.*"}}}]}\
        """
            .formatted(bucket, storage.prefix(), bucket, storage.prefix(), storage.region()));
  }

  /**
   * Allows to delete objects below a storage's prefix, but no version of one; on the condition that
   * it is a certain one, for which S3 asks for {@code s3:GetObject} too.
   *
   * @throws IllegalArgumentException if the storage has a value that cannot stand in a policy
   */
  static String delete(S3Storage storage) {
    return bounded(
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
        "Action":["s3:DeleteObject","s3:GetObject"],"Resource":"%s/%s*"}]}\
        """
            .formatted(bucketArn(storage), storage.prefix()));
  }

  /**
   * Allows to find the uploads in parts that are under way in a bucket, whose listing S3 limits to
   * no prefix, and to end those below the storage's prefix.
   *
   * @throws IllegalArgumentException if the storage has a value that cannot stand in a policy
   */
  static String sweep(S3Storage storage) {
    String bucket = bucketArn(storage);
    return bounded(
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
        "Action":"s3:ListBucketMultipartUploads","Resource":"%s"},\
        {"Effect":"Allow","Action":"s3:AbortMultipartUpload","Resource":"%s/%s*"}]}\
        """
            .formatted(bucket, bucket, storage.prefix()));
  }

  /** The bucket's ARN, once bucket and prefix are such as may stand in a policy. */
  private static String bucketArn(S3Storage storage) {
    require(BUCKET, storage.bucket(), "bucket", "use the bucket's plain name");
    require(PREFIX, storage.prefix(), "prefix", "use ASCII without any of \" * ? $ \\ { }");
    return "arn:" + partition(storage.region()).id() + ":s3:::" + storage.bucket();
  }

  /**
   * Allows to list what lies below a storage's prefix.
   *
   * @throws IllegalArgumentException if the storage has a value that cannot stand in a policy
   */
  static String list(S3Storage storage) {
    return bounded(
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket",\
        "Resource":"%s","Condition":{"StringLike":{"s3:prefix":"%s*"}}}]}\
        """
            .formatted(bucketArn(storage), storage.prefix()));
  }

  /** Allows nothing: for a session that must not be had, should it be had all the same. */
  static String nothing() {
    return """
    {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}\
    """;
  }

  /** Allows to assume one role and nothing else. */
  static String assume(String roleArn) {
    return bounded(
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
        "Action":"sts:AssumeRole","Resource":"%s"}]}\
        """
            .formatted(roleArn));
  }

  /**
   * The same ARN, if it names a role in the partition of the region.
   *
   * @throws IllegalArgumentException if it does not
   */
  static String role(String arn, String region) {
    var matcher = ROLE.matcher(arn);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "role: not the ARN of a role; it looks like arn:aws:iam::123456789012:role/NAME");
    }
    String partition = partition(region).id();
    if (!matcher.group(1).equals(partition)) {
      throw new IllegalArgumentException(
          "role: it lies in the partition %s, and %s in %s; roles are not assumed across partitions"
              .formatted(matcher.group(1), region, partition));
    }
    return arn;
  }

  private static Partition partition(String region) {
    require(REGION, region, "region", "use its code, for example eu-central-1");
    return Partition.of(region);
  }

  private static void require(Pattern grammar, String value, String field, String fix) {
    if (!grammar.matcher(value).matches()) {
      throw new IllegalArgumentException(
          field + ": it cannot stand in the policy of a session; " + fix);
    }
  }

  private static String bounded(String policy) {
    if (policy.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "prefix: the policy of a session would have %d characters, and STS takes %d"
              .formatted(policy.length(), MAX_LENGTH));
    }
    return policy;
  }
}
