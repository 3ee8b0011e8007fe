package io.edgemint.signing;

import io.edgemint.backend.S3Storage;
import io.edgemint.credentials.Partition;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the objects of a storage are asked for.
 *
 * @param scheme {@code https} or {@code http}
 * @param host as clients write it in the {@code Host} header: lower case, and no port that the
 *     scheme has anyway
 * @param path what stands before every key in the path, percent-encoded, slash first and last
 */
record S3Address(String scheme, String host, String path) {
  private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,63}");

  /** Buckets from before the naming rules may have capitals and underscores. */
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

  /** A name that one DNS label holds; a wildcard certificate covers no more than one. */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

  private static final Pattern IP = Pattern.compile("\\[.*]|[0-9]{1,3}(\\.[0-9]{1,3}){3}");

  /**
   * The address of a storage.
   *
   * @throws IllegalArgumentException if a value cannot stand in it; the message names it
   */
  static S3Address of(S3Storage storage) {
    if (!REGION.matcher(storage.region()).matches()) {
      throw new IllegalArgumentException("region: its code, for example eu-central-1");
    }
    if (!BUCKET.matcher(storage.bucket()).matches()) {
      throw new IllegalArgumentException(
          "bucket: its plain name, letters, digits, dots, hyphens and underscores");
    }
    URI uri = storage.endpoint().uri();
    String name = uri == null ? amazon(storage.region()) : name(uri);
    String prefix = StoredPrefix.encoded(storage.prefix());
    String scheme = uri == null ? "https" : uri.getScheme();
    String host = name + port(uri);
    boolean bucketInPath =
        storage.endpoint().pathStyle()
            || !LABEL.matcher(storage.bucket()).matches()
            || IP.matcher(name).matches();
    return bucketInPath
        ? new S3Address(scheme, host, '/' + storage.bucket() + '/' + prefix)
        : new S3Address(scheme, storage.bucket() + '.' + host, '/' + prefix);
  }

  private static String amazon(String region) {
    return "s3." + region + '.' + Partition.of(region).dnsSuffix();
  }

  private static String name(URI uri) {
    boolean plain =
        ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
            && uri.getHost() != null
            && uri.getRawUserInfo() == null
            && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null;
    if (!plain) {
      throw new IllegalArgumentException(
          "endpoint: scheme, host and port alone, for example https://s3.example.com:9000");
    }
    return uri.getHost().toLowerCase(Locale.ROOT);
  }

  private static String port(@Nullable URI uri) {
    if (uri == null || uri.getPort() == -1) {
      return "";
    }
    int usual = uri.getScheme().equals("https") ? 443 : 80;
    return uri.getPort() == usual ? "" : ":" + uri.getPort();
  }
}
