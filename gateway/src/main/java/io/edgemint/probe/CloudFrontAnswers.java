package io.edgemint.probe;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.bucket.Answer;

/**
 * Tells apart why a distribution does not serve a signed link: it answers {@code InvalidKey} to an
 * id that it does not know, and {@code AccessDenied} to a signature that does not fit.
 */
final class CloudFrontAnswers {
  private CloudFrontAnswers() {}

  static Diagnosis diagnose(Answer answer, Backend backend, Diagnosis otherwise) {
    Diagnosis own =
        switch (answer.code()) {
          case "InvalidKey" ->
              new Diagnosis(
                  "key_unknown",
                  "add the public key %s to the key group that the behaviour trusts, or correct its"
                          .formatted(keyId(backend))
                      + " id (K...); a new key takes minutes to spread");
          case "MissingKey" ->
              new Diagnosis(
                  "signature_dropped",
                  "let the whole query string reach CloudFront: something before it drops it");
          case "MalformedSignature", "MalformedPolicy" -> keyMismatch(backend);
          case "AccessDenied" -> isFromOrigin(answer) ? originDenied() : keyMismatch(backend);
          default -> answer.refused() ? blocked(answer) : otherwise(answer, otherwise);
        };
    return Diagnosis.of(answer, own);
  }

  /** Amazon S3 API reference, "Common response headers": CloudFront's own answers have none. */
  static boolean isFromOrigin(Answer answer) {
    return answer.header("x-amz-request-id").isPresent();
  }

  private static Diagnosis otherwise(Answer answer, Diagnosis otherwise) {
    return answer.status() == 404
        ? new Diagnosis(
            "object_not_found",
            "check the distribution's origin, its origin path and 'path_prefix': together they must"
                + " lead to the bucket and prefix of the upload side")
        : otherwise;
  }

  private static Diagnosis keyMismatch(Backend backend) {
    return new Diagnosis(
        "key_mismatch",
        "register the public half of this very key as %s (%s), or correct the id; the link signs"
                .formatted(keyId(backend), "edgemint shows it as PEM")
            + " with the hash that 'hash' names");
  }

  private static Diagnosis originDenied() {
    return new Diagnosis(
        "origin_denied",
        "let the distribution read the bucket: an origin access control, s3:GetObject for"
            + " cloudfront.amazonaws.com with its AWS:SourceArn in the bucket's policy, and"
            + " kms:Decrypt in that of the key; a missing object is refused alike");
  }

  private static Diagnosis blocked(Answer answer) {
    return isFromOrigin(answer)
        ? originDenied()
        : new Diagnosis(
            "blocked",
            "let the gateway and the devices through: a WAF rule or a geographic restriction turns"
                + " them away");
  }

  private static String keyId(Backend backend) {
    if (backend.download() instanceof CloudFront cdn) {
      SigningKey key = cdn.activeKey();
      return key == null || key.id() == null ? "K..." : key.id();
    }
    return "K...";
  }
}
