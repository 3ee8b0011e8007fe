package io.edgemint.probe;

import static io.edgemint.Patience.await;

import io.edgemint.bucket.Listing;
import io.edgemint.onboarding.Bench;
import io.edgemint.probe.FirstSignatures.Flaw;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An S3 on loopback that keeps objects, versions and uploads in parts, and goes wrong as it is told
 * to. It judges links by {@link FirstSignatures}, and lets everybody in who signs in a header.
 */
public final class FakeStorage implements AutoCloseable {
  private static final String SSE = "x-amz-server-side-encryption";

  public final Map<String, Stored> objects = new ConcurrentHashMap<>();
  final Map<String, Stored> versions = new ConcurrentHashMap<>();
  final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  public final List<HttpServerRequest> requests = new CopyOnWriteArrayList<>();
  public final Set<Fault> faults = ConcurrentHashMap.newKeySet();
  public volatile boolean versioned;
  public volatile int pageSize = 1000;
  public volatile Pages pages = Pages.WHOLE;
  volatile boolean listsEverything;

  /** Below which prefix the storage holds sessions of roles. */
  public volatile String sessionPrefix = "";

  volatile String lifecycle = "";
  private final FirstSignatures signatures = new FirstSignatures();
  private final HttpServer server;

  /** What can go wrong. */
  public enum Fault {
    WRONG_REGION,
    BUCKET_MISSING,
    THROTTLING,
    KEY_PAIR_WRONG,
    CODE_UNKNOWN,
    PUT_REFUSED,
    PUT_ANSWER_LOST,
    PLAIN_REFUSED,
    AES_REFUSED,
    KMS_REFUSED,
    KMS_DISABLED,
    DECRYPT_REFUSED,
    ENCRYPTION_IGNORED,
    ROLE_READ_REFUSED,
    LIST_REFUSED,
    ARCHIVED,
    READ_REFUSED,
    OTHER_BYTES,
    RANGE_IGNORED,
    UNSIGNED_SERVED,
    TAMPERED_SERVED,
    EXPIRED_SERVED,
    UNSIGNED_BROKEN,
    VERSIONS_IGNORED,
    VERSIONS_REFUSED,
    VERSIONS_STAY,
    PARTS_REFUSED,
    PARTS_ANSWER_LOST,
    PARTS_UNLISTED,
    ABORT_REFUSED,
    DELETE_REFUSED
  }

  /** How long listings come. */
  public enum Pages {
    WHOLE,
    NO_LIST,
    CUT,
    ENDLESS
  }

  public record Stored(Buffer bytes, @Nullable String encryption, Instant written) {}

  record Upload(String path, Instant initiated) {}

  public FakeStorage(Vertx vertx) {
    server = await(vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1"));
  }

  public String authority() {
    return "127.0.0.1:" + server.actualPort();
  }

  public List<String> methods() {
    return requests.stream().map(request -> request.method().name()).toList();
  }

  private boolean has(Fault... any) {
    return Arrays.stream(any).anyMatch(faults::contains);
  }

  private void handle(HttpServerRequest request) {
    requests.add(request);
    if (path(request).indexOf('/', 1) < 0) {
      bucket(request);
      return;
    }
    switch (request.method().name()) {
      case "PUT" -> request.body().onSuccess(body -> put(request, body));
      case "POST" -> start(request);
      case "DELETE" -> delete(request);
      default -> read(request);
    }
  }

  private void bucket(HttpServerRequest request) {
    String prefix = listsEverything ? "" : request.getParam("prefix");
    if (has(Fault.WRONG_REGION)) {
      request.response().putHeader("x-amz-bucket-region", "us-west-2");
      refuse(request, 400, "AuthorizationHeaderMalformed");
    } else if (has(Fault.BUCKET_MISSING)) {
      refuse(request, 404, "NoSuchBucket");
    } else if (request.getParam("lifecycle") != null) {
      answer(request, lifecycle.isEmpty() ? 404 : 200, lifecycle);
    } else if (has(Fault.LIST_REFUSED)) {
      refuse(request, 403, "AccessDenied");
    } else if (request.getParam("uploads") != null) {
      StringBuilder list = new StringBuilder();
      uploads.forEach(
          (id, upload) -> {
            if (key(upload.path).startsWith(prefix)) {
              list.append(
                  "<Upload><Key>%s</Key><UploadId>%s</UploadId><Initiated>%s</Initiated></Upload>"
                      .formatted(key(upload.path), id, upload.initiated));
            }
          });
      answer(request, 200, "<R>" + list + "</R>");
    } else {
      list(request, Objects.requireNonNullElse(prefix, ""));
    }
  }

  /** Lists in the order of S3, in pages. */
  private void list(HttpServerRequest request, String prefix) {
    String token = request.getParam("continuation-token");
    String after = token == null ? "" : URLDecoder.decode(token, StandardCharsets.UTF_8);
    boolean encoded = request.getParam("encoding-type") != null;
    String bucket = path(request) + '/';
    List<String> keys =
        objects.keySet().stream()
            .filter(path -> path.startsWith(bucket))
            .map(FakeStorage::key)
            .filter(key -> key.startsWith(prefix) && Listing.compare(key, after) > 0)
            .sorted(Listing::compare)
            .limit(pageSize + 1L)
            .toList();
    StringBuilder list = new StringBuilder(encoded ? "<EncodingType>url</EncodingType>" : "");
    for (String key : keys.subList(0, Math.min(pageSize, keys.size()))) {
      Stored stored = Objects.requireNonNull(objects.get(bucket + key));
      String name = encoded ? URLEncoder.encode(key, StandardCharsets.UTF_8) : key;
      list.append(
          "<Contents><Key>%s</Key><LastModified>%s</LastModified></Contents>"
              .formatted(name, stored.written));
    }
    if (pages == Pages.ENDLESS) {
      list = new StringBuilder("<NextContinuationToken>again</NextContinuationToken>");
    } else if (keys.size() > pageSize && pages == Pages.CUT) {
      list.append("<IsTruncated>true</IsTruncated>");
    } else if (keys.size() > pageSize) {
      list.append("<NextContinuationToken>")
          .append(URLEncoder.encode(keys.get(pageSize - 1), StandardCharsets.UTF_8))
          .append("</NextContinuationToken>");
    }
    answer(
        request,
        200,
        pages == Pages.NO_LIST ? "<html/>" : "<ListBucketResult>" + list + "</ListBucketResult>");
  }

  private static String key(String path) {
    return path.substring(path.indexOf('/', 1) + 1);
  }

  private void put(HttpServerRequest request, Buffer body) {
    String encryption = request.getHeader(SSE);
    boolean refused =
        has(Fault.PUT_REFUSED)
            || (has(Fault.PLAIN_REFUSED) && encryption == null)
            || (has(Fault.AES_REFUSED) && "AES256".equals(encryption))
            || (has(Fault.KMS_REFUSED) && "aws:kms".equals(encryption));
    if (has(Fault.KEY_PAIR_WRONG)) {
      refuse(request, 403, "SignatureDoesNotMatch");
    } else if (has(Fault.CODE_UNKNOWN)) {
      refuse(request, 400, "PrivateCanary");
    } else if (has(Fault.THROTTLING)) {
      refuse(request, 503, "SlowDown");
    } else if (has(Fault.KMS_DISABLED) && encryption != null) {
      refuse(request, 400, "KMS.DisabledException");
    } else if (refused) {
      refuse(request, 403, "AccessDenied");
    } else {
      store(request, new Stored(body, encryption, Bench.NOW));
    }
  }

  private void store(HttpServerRequest request, Stored stored) {
    objects.put(path(request), stored);
    if (versioned) {
      String id = "v" + versions.size();
      versions.put(path(request) + "?" + id, stored);
      request.response().putHeader("x-amz-version-id", id);
    }
    if (stored.encryption != null && !has(Fault.ENCRYPTION_IGNORED)) {
      request.response().putHeader(SSE, stored.encryption);
    }
    if (has(Fault.PUT_ANSWER_LOST)) {
      request.connection().close();
    } else {
      answer(request, 200, "");
    }
  }

  private void start(HttpServerRequest request) {
    if (has(Fault.PARTS_REFUSED)) {
      refuse(request, 403, "AccessDenied");
      return;
    }
    String id = "upload-" + uploads.size();
    uploads.put(id, new Upload(path(request), Bench.NOW));
    if (has(Fault.PARTS_ANSWER_LOST)) {
      request.connection().close();
    } else {
      answer(request, 200, "<R><UploadId>" + id + "</UploadId></R>");
    }
  }

  private void delete(HttpServerRequest request) {
    String version = request.getParam("versionId");
    String upload = request.getParam("uploadId");
    if (upload == null ? has(Fault.DELETE_REFUSED) : has(Fault.ABORT_REFUSED)) {
      refuse(request, 403, "AccessDenied");
    } else if (upload != null && isHeldOutside(request)) {
      refuse(request, 403, "AccessDenied");
    } else if (upload != null) {
      uploads.remove(upload);
      answer(request, 204, "");
    } else if (version == null) {
      Stored gone = objects.remove(path(request));
      if (versioned && gone != null) {
        versions.put(path(request) + "?marker", gone);
        request.response().putHeader("x-amz-version-id", "marker");
      }
      answer(request, 204, "");
    } else if (has(Fault.VERSIONS_STAY)) {
      refuse(request, 403, "AccessDenied");
    } else {
      versions.remove(path(request) + "?" + version);
      answer(request, 204, "");
    }
  }

  private void read(HttpServerRequest request) {
    Stored object = objects.get(path(request));
    String version = request.getParam("versionId");
    if (request.getHeader("Authorization") != null) {
      readAsRole(request, object);
      return;
    }
    Flaw flaw = signatures.judge(request);
    boolean served =
        switch (flaw) {
          case NONE -> !has(Fault.READ_REFUSED);
          case UNSIGNED -> has(Fault.UNSIGNED_SERVED);
          case TAMPERED -> has(Fault.TAMPERED_SERVED);
          case EXPIRED -> has(Fault.EXPIRED_SERVED);
        };
    if (flaw == Flaw.UNSIGNED && has(Fault.UNSIGNED_BROKEN)) {
      refuse(request, 500, "InternalError");
    } else if (!served || (version != null && has(Fault.VERSIONS_REFUSED))) {
      refuse(request, 403, "AccessDenied");
    } else if (object == null) {
      refuse(request, 404, "NoSuchKey");
    } else {
      boolean pinned = version != null && !has(Fault.VERSIONS_IGNORED);
      Stored chosen =
          pinned ? Objects.requireNonNull(versions.get(path(request) + "?" + version)) : object;
      serve(request, has(Fault.OTHER_BYTES) ? Buffer.buffer("other") : chosen.bytes);
    }
  }

  private boolean isHeldOutside(HttpServerRequest request) {
    return request.getHeader("X-Amz-Security-Token") != null
        && !key(path(request)).startsWith(sessionPrefix);
  }

  private void readAsRole(HttpServerRequest request, @Nullable Stored object) {
    boolean whole = request.method().name().equals("GET");
    String upload = request.getParam("uploadId");
    if (upload != null) {
      if (has(Fault.PARTS_UNLISTED)) {
        refuse(request, 403, "AccessDenied");
      } else {
        refuse(request, uploads.containsKey(upload) ? 200 : 404, "NoSuchUpload");
      }
    } else if (isHeldOutside(request)) {
      refuse(request, 403, "AccessDenied");
    } else if (has(Fault.ROLE_READ_REFUSED) || (whole && has(Fault.DECRYPT_REFUSED))) {
      refuse(request, 403, "AccessDenied");
    } else if (object == null) {
      refuse(request, 404, "NoSuchKey");
    } else {
      if (object.encryption != null) {
        request.response().putHeader(SSE, object.encryption);
      }
      serve(request, object.bytes);
    }
  }

  private void serve(HttpServerRequest request, Buffer object) {
    if (has(Fault.ARCHIVED)) {
      refuse(request, 403, "InvalidObjectState");
      return;
    }
    serve(request, object, has(Fault.RANGE_IGNORED) ? null : request.getHeader("Range"));
  }

  static String path(HttpServerRequest request) {
    return Objects.requireNonNull(request.path());
  }

  static void serve(HttpServerRequest request, Buffer object, @Nullable String range) {
    if (range == null) {
      request.response().end(object);
      return;
    }
    String[] ends = range.substring("bytes=".length()).split("-", -1);
    int first = Integer.parseInt(ends[0]);
    int last = Integer.parseInt(ends[1]);
    HttpServerResponse response = request.response().setStatusCode(206);
    response.putHeader("Content-Range", "bytes %d-%d/%d".formatted(first, last, object.length()));
    response.end(object.slice(first, last + 1));
  }

  static void refuse(HttpServerRequest request, int status, String code) {
    answer(
        request,
        status,
        "<Error><Code>%s</Code><Message>private canary</Message></Error>".formatted(code));
  }

  private static void answer(HttpServerRequest request, int status, String body) {
    HttpServerResponse response = request.response().setStatusCode(status);
    if (request.method().name().equals("HEAD")) {
      response.end();
    } else {
      response.end(body);
    }
  }

  @Override
  public void close() {
    await(server.close());
  }
}
