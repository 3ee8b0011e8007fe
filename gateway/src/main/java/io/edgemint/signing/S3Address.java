package io.edgemint.signing;

import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Endpoint;
import io.edgemint.credentials.Partition;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the objects of a storage are asked for, by the endpoint rules that Amazon's SDKs share
 * ({@code endpoint-rule-set.json} of S3); a test holds it against them.
 *
 * @param scheme {@code https} or {@code http}
 * @param endpoint the host without the bucket, as clients write it in the {@code Host} header:
 *     lower case, and no port that the scheme has anyway
 * @param bucket the bucket's name
 * @param pathStyle whether the bucket stands in the path instead of the host
 * @param prefix what stands before every key, percent-encoded; empty, or ending with a slash
 */
public record S3Address(
    String scheme, String endpoint, String bucket, boolean pathStyle, String prefix) {
  private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,63}");

  /** Buckets from before the naming rules may have capitals and underscores. */
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

  /** The endings that the rules keep for directory buckets, their access points and Outposts. */
  private static final Pattern NO_BUCKET = Pattern.compile(".*--(x|xa|op)-s3");

  /** A name that one DNS label holds; a wildcard certificate covers no more than one. */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

  /** A name of several labels, for where no certificate is shown. */
  private static final Pattern LABELS =
      Pattern.compile(
          "(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  private static final Pattern IP = Pattern.compile("\\[.*]|[0-9]{1,3}(\\.[0-9]{1,3}){3}");

  /**
   * The address of a storage.
   *
   * @throws IllegalArgumentException if a value cannot stand in it, or S3 has no such endpoint; the
   *     message names the value and the fix
   */
  public static S3Address of(S3Storage storage) {
    String bucket = storage.bucket();
    String region = storage.region();
    Endpoint asked = storage.endpoint();
    require(REGION.matcher(region).matches(), "region: its code, for example eu-central-1");
    require(
        BUCKET.matcher(bucket).matches(),
        "bucket: its plain name, letters, digits, dots, hyphens and underscores");
    require(
        !NO_BUCKET.matcher(bucket).matches(),
        "bucket: '" + bucket + "' takes other signatures; name a general purpose bucket");
    requireEndpoint(asked, region, bucket);
    URI uri = asked.uri();
    return new S3Address(
        uri == null ? "https" : uri.getScheme(),
        uri == null ? amazon(asked, region) : custom(uri),
        bucket,
        asked.pathStyle() || !fitsHost(bucket, uri),
        StoredPrefix.encoded(storage.prefix()));
  }

  /** As clients write it in the {@code Host} header. */
  public String host() {
    return pathStyle ? endpoint : bucket + '.' + endpoint;
  }

  /** What stands before every key in the path, slash first and last. */
  public String path() {
    return (pathStyle ? '/' + bucket + '/' : "/") + prefix;
  }

  /** Where the bucket itself is asked for, slash first. */
  public String bucketPath() {
    return pathStyle ? '/' + bucket : "/";
  }

  /** What the rules refuse, and what leads to somebody else's bucket. */
  private static void requireEndpoint(Endpoint asked, String region, String bucket) {
    URI uri = asked.uri();
    if (uri != null) {
      requireBare(uri);
      requireAmazon("dual_stack", asked.dualStack(), uri);
      requireAmazon("fips", asked.fips(), uri);
      requireAmazon("accelerate", asked.accelerate(), uri);
    }
    Partition partition = Partition.of(region);
    require(
        !asked.fips() || partition != Partition.AWS_CN,
        "fips: region "
            + region
            + " lies in partition aws-cn, which has no FIPS endpoints; remove 'fips'");
    if (asked.accelerate()) {
      requireAccelerated(asked, region, partition, bucket);
    }
  }

  private static void requireAccelerated(
      Endpoint asked, String region, Partition partition, String bucket) {
    require(
        !asked.fips(),
        "accelerate: no accelerated endpoint is FIPS, and it stands beside 'fips'; remove either");
    // AWS GovCloud (US) user guide, "Amazon S3 in AWS GovCloud (US)": no acceleration, and bucket
    // names of its own. The rules would go on to the bucket of that name in partition aws.
    require(
        partition == Partition.AWS,
        "accelerate: region %s lies in partition %s, and S3 accelerates in partition aws alone;"
                .formatted(region, partition.id())
            + " remove 'accelerate'");
    require(
        !asked.pathStyle(),
        "accelerate: an accelerated bucket is in the host, and it stands beside 'path_style';"
            + " remove either");
    require(
        LABEL.matcher(bucket).matches(),
        "accelerate: bucket '"
            + bucket
            + "' is no single DNS label; remove 'accelerate' or take a bucket without dots");
  }

  private static void requireAmazon(String flag, boolean set, URI uri) {
    require(
        !set,
        flag
            + ": it chooses among Amazon's endpoints, and 'endpoint' is "
            + uri
            + "; remove either");
  }

  private static void requireBare(URI uri) {
    require(
        ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
            && uri.getHost() != null
            && uri.getRawUserInfo() == null
            && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null,
        "endpoint: scheme, host and port alone, for example https://s3.example.com:9000");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  private static String amazon(Endpoint asked, String region) {
    String service = asked.accelerate() ? "s3-accelerate" : asked.fips() ? "s3-fips" : "s3";
    return service
        + (asked.dualStack() ? ".dualstack." : ".")
        + (asked.accelerate() ? "" : region + '.')
        + Partition.of(region).dnsSuffix();
  }

  private static String custom(URI uri) {
    int usual = uri.getScheme().equals("https") ? 443 : 80;
    boolean plain = uri.getPort() == -1 || uri.getPort() == usual;
    return name(uri) + (plain ? "" : ":" + uri.getPort());
  }

  private static String name(URI uri) {
    return uri.getHost().toLowerCase(Locale.ROOT);
  }

  private static boolean fitsHost(String bucket, @Nullable URI uri) {
    Pattern fitting = uri != null && uri.getScheme().equals("http") ? LABELS : LABEL;
    return fitting.matcher(bucket).matches()
        && !IP.matcher(bucket).matches()
        && (uri == null || !IP.matcher(uri.getHost()).matches());
  }
}
