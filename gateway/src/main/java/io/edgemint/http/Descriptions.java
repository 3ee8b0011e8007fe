package io.edgemint.http;

import io.edgemint.http.Grants.Described;
import io.edgemint.objects.StoredObject;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/** Writes what is known of an object as the headers of its representation. */
final class Descriptions {
  private static final CharSequence REPR_DIGEST = HttpHeaders.createOptimized("repr-digest");
  private static final CharSequence CONTENT_LOCATION =
      HttpHeaders.createOptimized("content-location");

  /** RFC 9110, section 5.6.7: two digits for the day. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Descriptions() {}

  /** Answers a HEAD: the length is that of the object, and no body follows. */
  static Future<Void> send(HttpServerRequest request, Described described) {
    StoredObject object = described.object();
    HttpServerResponse response =
        request
            .response()
            .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(object.size()))
            .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes")
            .putHeader(HttpHeaders.CACHE_CONTROL, Answers.NO_STORE);
    String etag = object.etag();
    if (etag != null) {
      response.putHeader(HttpHeaders.ETAG, etag);
    }
    Instant modified = object.lastModified();
    if (modified != null) {
      response.putHeader(HttpHeaders.LAST_MODIFIED, HTTP_DATE.format(modified));
    }
    String sha256 = object.trueSha256();
    if (sha256 != null) {
      // RFC 9530, section 3: a byte sequence of structured fields.
      byte[] digest = HexFormat.of().parseHex(sha256);
      response.putHeader(
          REPR_DIGEST, "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ':');
    }
    String version = object.versionId();
    if (version != null && described.pinsVersions()) {
      response.putHeader(
          CONTENT_LOCATION, Route.DOWNLOAD_PREFIX + object.key().encoded() + "?version=" + version);
    }
    return response.end();
  }
}
