package io.edgemint.setup;

import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.credentials.Partition;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A distribution that serves what lies below the bucket's prefix, and only to signed links, in the
 * words of the CloudFront API. Ids that AWS makes on the way stand in braces.
 *
 * @param originPath what CloudFront puts before the path of a link to get an object's key
 * @param aliases the name that viewers use, where it is none of CloudFront's own
 */
record SetupCloudFront(SetupScope scope, CloudFront cdn, String originPath, List<String> aliases) {
  private static final Pattern HOST = Pattern.compile("[a-z0-9][a-z0-9.-]{0,252}");
  private static final Pattern KEY_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9]{1,64}");

  /** What needs no encoding, so that it means the same to CloudFront and to S3. */
  private static final Pattern ORIGIN_PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)*");

  /** "Origin path" in "Distribution settings reference", CloudFront developer guide. */
  private static final int LONGEST_ORIGIN_PATH = 255;

  /** "Quotas on signed URLs and signed cookies", CloudFront developer guide: keys of one group. */
  private static final int MOST_KEYS = 5;

  /**
   * Reads what has to stand in front of a bucket.
   *
   * @throws IllegalArgumentException if no distribution can be that; the message names the field
   *     and the fix
   */
  static SetupCloudFront of(SetupScope scope, CloudFront cdn) {
    requirePartition(scope.partition());
    SetupScope.require(
        cdn.scheme().equals("https"),
        "download.cloudfront.scheme: set-up makes a distribution that answers https alone; remove"
            + " 'scheme'");
    SetupScope.require(
        HOST.matcher(cdn.host()).matches(),
        "download.cloudfront.host: a lower-case DNS name alone, for CloudFront answers on its own"
            + " port; it looks like d111111abcdef8.cloudfront.net");
    SetupScope.require(
        !cdn.keys().isEmpty() && cdn.keys().size() <= MOST_KEYS,
        "download.cloudfront.signing_keys: a key group takes 1 to %d keys, and there are %d; retire some"
            .formatted(MOST_KEYS, cdn.keys().size()));
    cdn.keys().forEach(SetupCloudFront::requireKey);
    SetupKey key = scope.key();
    SetupScope.require(
        key == null || !key.managedByAws(),
        "upload.s3.kms_key_id: nobody can let CloudFront decrypt with a key that AWS manages; name"
            + " a key of your own");
    List<String> aliases = cdn.host().endsWith(".cloudfront.net") ? List.of() : List.of(cdn.host());
    String originPath = originPath(scope.storage().prefix(), cdn.pathPrefix());
    return new SetupCloudFront(scope, cdn, originPath, aliases);
  }

  private static void requireKey(SigningKey key) {
    SetupScope.require(
        KEY_NAME.matcher(key.name()).matches(),
        "download.cloudfront.signing_keys: a key's name is 1 to 32 characters of a-z, 0-9 and '-';"
            + " rename it");
    SetupScope.require(
        key.id() == null || KEY_ID.matcher(key.id()).matches(),
        "download.cloudfront.signing_keys: the id of a key is letters and digits, like"
            + " K2JCJMDEHXQW5F; correct that of "
            + key.name());
  }

  /** "CloudFront" in the AWS GovCloud (US) user guide and in the guide to AWS in China. */
  private static void requirePartition(Partition partition) {
    String reason =
        switch (partition) {
          case AWS -> "";
          case AWS_CN, AWS_EUSC ->
              "whose CloudFront is a service apart that these documents do not fit";
          default -> "where CloudFront does not exist";
        };
    SetupScope.require(
        reason.isEmpty(),
        "download.cloudfront: the bucket lies in partition %s, %s; let devices read from S3: remove 'download'"
            .formatted(partition.id(), reason));
  }

  /**
   * A link to key K asks for {@code /pathPrefix K}, CloudFront asks S3 for {@code originPath
   * /pathPrefix K}, and the object is {@code prefix K}: so the prefix is the origin path followed
   * by the path prefix, cut between two segments.
   */
  private static String originPath(String prefix, String pathPrefix) {
    String start =
        prefix.endsWith(pathPrefix)
            ? prefix.substring(0, prefix.length() - pathPrefix.length())
            : null;
    SetupScope.require(
        start != null && (start.isEmpty() || start.endsWith("/")),
        "download.cloudfront.path_prefix: a link asks for %sKEY, and publishers write to %sKEY; let path_prefix be what upload.s3.prefix ends with, whole segments of it, or leave it out"
            .formatted(pathPrefix, prefix));
    String path =
        start == null || start.isEmpty() ? "" : '/' + start.substring(0, start.length() - 1);
    SetupScope.require(
        ORIGIN_PATH.matcher(path).matches() && path.length() <= LONGEST_ORIGIN_PATH,
        "download.cloudfront.path_prefix: the distribution would have the origin path %s, which is too long or has more than letters, digits and . _ ~ -; write path_prefix: '%s', and it needs none"
            .formatted(path, prefix));
    return path;
  }

  /** Everything to make, in the order in which it is made. */
  JsonObject settings() {
    SetupDistribution distribution = new SetupDistribution(this);
    JsonObject settings =
        new JsonObject()
            .put("origin_access_control", originAccessControl())
            .put("public_keys", new JsonArray(publicKeys()))
            .put("key_group", keyGroup())
            .put("cache_policy", distribution.cachePolicy())
            .put("distribution", distribution.config())
            .put("bucket_policy", new SetupPolicies(scope).bucketBehindCloudFront());
    if (scope.key() != null) {
      settings.put("key_policy", new SetupPolicies(scope).keyBehindCloudFront());
    }
    return settings;
  }

  JsonObject originAccessControl() {
    return new JsonObject()
        .put("Name", scope.name())
        .put("Description", scope.name())
        .put("SigningProtocol", "sigv4")
        .put("SigningBehavior", "always")
        .put("OriginAccessControlOriginType", "s3");
  }

  /** The public halves; each is called by what it holds, so that a name never means another. */
  List<JsonObject> publicKeys() {
    return cdn.keys().stream().map(this::publicKey).toList();
  }

  private JsonObject publicKey(SigningKey key) {
    String name = scope.name() + '-' + key.name() + '-' + fingerprint(key.publicKey());
    return new JsonObject()
        .put("CallerReference", name)
        .put("Name", name)
        .put("EncodedKey", key.publicKey())
        .put("Comment", key.name());
  }

  private static String fingerprint(String pem) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(pem.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private JsonObject keyGroup() {
    Stream<String> ids =
        cdn.keys().stream()
            .map(key -> key.id() == null ? "{public_key_id of " + key.name() + "}" : key.id());
    return new JsonObject()
        .put("Name", scope.name())
        .put("Comment", scope.name())
        .put("Items", new JsonArray(ids.toList()));
  }

  /** The parameters that decide which bytes an address has. */
  List<String> queryStrings() {
    return Stream.concat(
            Stream.of("versionId"), scope.storage().responseHeaders().keySet().stream())
        .toList();
  }

  /** The bucket's host of its region, never that of Transfer Acceleration. */
  String originDomain() {
    return scope.storage().bucket() + ".s3." + scope.storage().region() + ".amazonaws.com";
  }
}
