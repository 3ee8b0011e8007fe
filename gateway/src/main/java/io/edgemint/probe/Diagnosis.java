package io.edgemint.probe;

import io.edgemint.bucket.Answer;
import io.edgemint.outbound.OutboundFailure;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What ails a storage, and what to do about it.
 *
 * @param code a stable lower-case word
 * @param fix a sentence for the organisation's admin, with something to paste where there is
 */
record Diagnosis(String code, String fix) {
  private static final Pattern REGION = Pattern.compile("[a-z]{2,5}(-[a-z]+){1,3}-[0-9]{1,2}");

  /** What a failed answer says by itself; where it says nothing, what the step takes it for. */
  static Diagnosis of(Answer answer, Diagnosis otherwise) {
    if (answer.failure() != null) {
      return ofFailure(answer.failure());
    }
    Optional<Diagnosis> region = answer.succeeded() ? Optional.empty() : wrongRegion(answer);
    if (region.isPresent()) {
      return region.get();
    }
    return switch (answer.code()) {
      case "NoSuchBucket" -> bucketMissing();
      case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken" ->
          new Diagnosis(
              "credentials_refused",
              "correct the access key and its secret; the storage does not take them");
      case "RequestTimeTooSkewed" ->
          new Diagnosis("clock_wrong", "set the clock of the gateway; the storage's is another");
      case "InvalidObjectState" -> archived();
      case "KMS.DisabledException",
          "KMS.InvalidKeyUsageException",
          "KMS.KMSInvalidStateException",
          "KMS.NotFoundException" ->
          kmsDenied();
      default -> isPassing(answer) ? inconclusive() : otherwise;
    };
  }

  /** Another region than the asked one: S3 names the right one even where it refuses. */
  private static Optional<Diagnosis> wrongRegion(Answer answer) {
    Optional<String> named = answer.header("x-amz-bucket-region");
    boolean elsewhere =
        (answer.status() == 301 && named.isPresent())
            || answer.code().equals("PermanentRedirect")
            || answer.code().equals("AuthorizationHeaderMalformed");
    return elsewhere ? Optional.of(wrongRegion(named)) : Optional.empty();
  }

  static Diagnosis wrongRegion(Optional<String> named) {
    return new Diagnosis(
        "wrong_region",
        named
            .filter(region -> REGION.matcher(region).matches())
            .map(region -> "write 'region: " + region + "': that is where the bucket lies")
            .orElse("write the region in which the bucket lies"));
  }

  private static boolean isPassing(Answer answer) {
    return answer.status() == 429
        || answer.status() == 500
        || (answer.status() > 501 && answer.status() < 505)
        || answer.code().equals("TemporaryRedirect");
  }

  private static Diagnosis ofFailure(OutboundFailure failure) {
    String message = String.valueOf(failure.getMessage());
    return switch (failure.code()) {
      case ADDRESS_FORBIDDEN -> new Diagnosis("address_not_allowed", message);
      case URL_REFUSED, UNRESOLVABLE, UNREACHABLE, TLS_FAILED, TOO_LARGE, BROKEN_REPLY ->
          new Diagnosis(
              "host_" + failure.code().name().toLowerCase(Locale.ROOT),
              "correct the host or endpoint, or whatever stands before it: " + message);
      case TIMEOUT -> inconclusive();
    };
  }

  static Diagnosis bucketMissing() {
    return new Diagnosis("bucket_missing", "correct the bucket's name, or create it");
  }

  static Diagnosis archived() {
    return new Diagnosis(
        "archived",
        "keep firmware out of GLACIER, DEEP_ARCHIVE and archive tiers: remove the lifecycle rule or"
            + " Intelligent-Tiering archive configuration for this prefix, and restore the"
            + " objects");
  }

  static Diagnosis kmsDenied() {
    return new Diagnosis(
        "kms_denied",
        "allow kms:GenerateDataKey and kms:Decrypt on the key, in the role's policy and in the"
            + " key's own, and make sure that the key is enabled and lies in the bucket's region");
  }

  /** Nothing was proved, neither that it works nor that it does not. */
  static Diagnosis inconclusive() {
    return new Diagnosis(
        "inconclusive", "validate again in a few minutes; the answer proves nothing either way");
  }
}
