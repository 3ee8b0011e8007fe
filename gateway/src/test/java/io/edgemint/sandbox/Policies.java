package io.edgemint.sandbox;

/** Policy documents as customers write them by hand. */
final class Policies {
  private Policies() {}

  /** Trusts a user or role that brings an external id. */
  static String trust(String principalArn, String externalId) {
    return """
    {"Version": "2012-10-17",
     "Statement": [{"Effect": "Allow",
                    "Principal": {"AWS": "%s"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": "%s"}}}]}
    """
        .formatted(principalArn, externalId);
  }

  /** Trusts a user or role whatever it brings. */
  static String trust(String principalArn) {
    return """
    {"Version": "2012-10-17",
     "Statement": [{"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "sts:AssumeRole"}]}
    """
        .formatted(principalArn);
  }

  /** Allows to do anything with the objects below a prefix, and to list them. */
  static String readAndWrite(String bucket, String prefix) {
    return """
    {"Version": "2012-10-17",
     "Statement": [{"Sid": "Objects",
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject",
                               "s3:DeleteObject", "s3:DeleteObjectVersion",
                               "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
                               "kms:Decrypt"],
                    "Resource": "arn:aws:s3:::%1$s/%2$s*"},
                   {"Sid": "Bucket",
                    "Effect": "Allow",
                    "Action": ["s3:ListBucket", "s3:GetBucketLocation"],
                    "Resource": "arn:aws:s3:::%1$s"}]}
    """
        .formatted(bucket, prefix);
  }

  /** Allows to read the objects below a prefix. */
  static String read(String bucket, String prefix) {
    return """
    {"Version": "2012-10-17",
     "Statement": [{"Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:GetObjectVersion"],
                    "Resource": "arn:aws:s3:::%s/%s*"}]}
    """
        .formatted(bucket, prefix);
  }

  /** Allows to assume one role. */
  static String assume(String roleArn) {
    return """
    {"Version": "2012-10-17",
     "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "%s"}]}
    """
        .formatted(roleArn);
  }
}
