package io.edgemint.transfer;

import static io.edgemint.Patience.await;

import io.edgemint.bucket.Listing;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A bucket on loopback that knows ranges, conditions, metadata and uploads in parts. */
final class FakeBucket implements AutoCloseable {
  private static final Pattern PART = Pattern.compile("<ETag>(.*?)</ETag>");

  final Map<String, Stored> objects =
      new ConcurrentSkipListMap<>((one, other) -> Listing.compare(one, other));
  final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  final List<String> seen = new CopyOnWriteArrayList<>();
  volatile Script script = (request, what) -> null;
  volatile int pageSize = 1000;
  volatile boolean answersLost;
  private final AtomicInteger ids = new AtomicInteger();
  private final HttpServer server;

  /** What goes wrong: an answer in the place of the usual one, or null. */
  interface Script {
    @Nullable Wrong of(HttpServerRequest request, String what);
  }

  record Wrong(int status, String code) {}

  record Stored(Buffer bytes, Map<String, String> headers, String etag) {}

  record Upload(String key, Map<String, String> headers, Map<Integer, Buffer> parts) {}

  FakeBucket(Vertx vertx) {
    server = await(vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1"));
  }

  int port() {
    return server.actualPort();
  }

  void add(String key, Buffer bytes, String... headers) {
    Map<String, String> all = new TreeMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    objects.put(key, new Stored(bytes, all, md5(bytes)));
  }

  long count(String start) {
    return seen.stream().filter(what -> what.startsWith(start)).count();
  }

  private void handle(HttpServerRequest request) {
    String path = Objects.requireNonNull(request.path());
    String key =
        path.equals("/bucket")
            ? ""
            : URLDecoder.decode(
                path.substring("/bucket/".length()).replace("+", "%2B"), StandardCharsets.UTF_8);
    request.body().onSuccess(body -> answer(request, key, body));
  }

  private void answer(HttpServerRequest request, String key, Buffer body) {
    String what = what(request, key);
    seen.add(what + ' ' + key);
    Wrong wrong = script.of(request, what);
    if (wrong != null) {
      refuse(request, wrong.status, wrong.code);
      return;
    }
    String id = Objects.requireNonNullElse(request.getParam("uploadId"), "");
    switch (what) {
      case "list" -> list(request);
      case "uploads" -> uploads(request);
      case "GET", "HEAD" -> read(request, key);
      case "put" -> put(request, key, body);
      case "start" -> {
        String next = "upload-" + ids.incrementAndGet();
        uploads.put(next, new Upload(key, kept(request), new TreeMap<>()));
        end(request, 200, "<R><UploadId>" + next + "</UploadId></R>");
      }
      case "part" -> part(request, id, body);
      case "complete" -> complete(request, id, body);
      default -> {
        uploads.remove(id);
        end(request, 204, "");
      }
    }
  }

  private static String what(HttpServerRequest request, String key) {
    boolean inParts = request.getParam("uploadId") != null;
    return switch (request.method().name()) {
      case "PUT" -> inParts ? "part" : "put";
      case "POST" -> inParts ? "complete" : "start";
      case "DELETE" -> "abort";
      default ->
          !key.isEmpty()
              ? request.method().name()
              : request.getParam("uploads") != null ? "uploads" : "list";
    };
  }

  private void list(HttpServerRequest request) {
    String prefix = Objects.requireNonNull(request.getParam("prefix"));
    String token = request.getParam("continuation-token");
    String after =
        token == null ? "" : new String(HexFormat.of().parseHex(token), StandardCharsets.UTF_8);
    List<String> keys =
        objects.keySet().stream()
            .filter(key -> key.startsWith(prefix) && Listing.compare(key, after) > 0)
            .limit(pageSize + 1L)
            .toList();
    StringBuilder list = new StringBuilder("<EncodingType>url</EncodingType>");
    for (String key : keys.subList(0, Math.min(pageSize, keys.size()))) {
      Stored stored = Objects.requireNonNull(objects.get(key));
      list.append(
          "<Contents><Key>%s</Key><Size>%d</Size><ETag>&quot;%s&quot;</ETag></Contents>"
              .formatted(
                  URLEncoder.encode(key, StandardCharsets.UTF_8),
                  stored.bytes.length(),
                  stored.etag));
    }
    if (keys.size() > pageSize) {
      byte[] last = keys.get(pageSize - 1).getBytes(StandardCharsets.UTF_8);
      list.append("<NextContinuationToken>")
          .append(HexFormat.of().formatHex(last))
          .append("</NextContinuationToken>");
    }
    end(request, 200, "<ListBucketResult>" + list + "</ListBucketResult>");
  }

  private void uploads(HttpServerRequest request) {
    StringBuilder list = new StringBuilder();
    uploads.forEach(
        (id, upload) ->
            list.append(
                "<Upload><Key>%s</Key><UploadId>%s</UploadId></Upload>".formatted(upload.key, id)));
    end(request, 200, "<R>" + list + "</R>");
  }

  private void read(HttpServerRequest request, String key) {
    Stored stored = objects.get(key);
    String condition = request.getHeader("If-Match");
    if (stored == null) {
      refuse(request, 404, "NoSuchKey");
      return;
    }
    if (condition != null && !condition.equals('"' + stored.etag + '"')) {
      refuse(request, 412, "PreconditionFailed");
      return;
    }
    HttpServerResponse response = request.response();
    stored.headers.forEach(response::putHeader);
    response.putHeader("ETag", '"' + stored.etag + '"');
    String range = request.getHeader("Range");
    if (request.method().name().equals("HEAD")) {
      response.putHeader("Content-Length", String.valueOf(stored.bytes.length())).end();
    } else if (range == null) {
      response.end(stored.bytes);
    } else if (stored.bytes.length() == 0) {
      refuse(request, 416, "InvalidRange");
    } else {
      String[] ends = range.substring("bytes=".length()).split("-", -1);
      int first = Integer.parseInt(ends[0]);
      int last = Math.min(Integer.parseInt(ends[1]), stored.bytes.length() - 1);
      response
          .setStatusCode(206)
          .putHeader(
              "Content-Range", "bytes %d-%d/%d".formatted(first, last, stored.bytes.length()))
          .end(stored.bytes.slice(first, last + 1));
    }
  }

  private void put(HttpServerRequest request, String key, Buffer body) {
    if (!"0".equals(request.getHeader("Content-Length")) && body.length() == 0) {
      refuse(request, 411, "MissingContentLength");
      return;
    }
    store(request, key, new Stored(body, kept(request), md5(body)), "");
  }

  private void part(HttpServerRequest request, String id, Buffer body) {
    Upload upload = uploads.get(id);
    if (upload == null) {
      refuse(request, 404, "NoSuchUpload");
      return;
    }
    upload.parts.put(Integer.valueOf(request.getParam("partNumber")), body);
    request.response().putHeader("ETag", '"' + md5(body) + '"');
    end(request, 200, "");
  }

  private void complete(HttpServerRequest request, String id, Buffer body) {
    Upload upload = uploads.get(id);
    if (upload == null) {
      refuse(request, 404, "NoSuchUpload");
      return;
    }
    Buffer whole = Buffer.buffer();
    Matcher etags = PART.matcher(body.toString());
    for (Buffer part : upload.parts.values()) {
      if (!etags.find() || !etags.group(1).equals('"' + md5(part) + '"')) {
        refuse(request, 400, "InvalidPart");
        return;
      }
      whole.appendBuffer(part);
    }
    String etag = md5(whole) + '-' + upload.parts.size();
    if (store(
        request,
        upload.key,
        new Stored(whole, upload.headers, etag),
        "<CompleteMultipartUploadResult/>")) {
      uploads.remove(id);
    }
  }

  private boolean store(HttpServerRequest request, String key, Stored stored, String answer) {
    if ("*".equals(request.getHeader("If-None-Match")) && objects.containsKey(key)) {
      refuse(request, 412, "PreconditionFailed");
      return false;
    }
    objects.put(key, stored);
    if (answersLost) {
      answersLost = false;
      request.connection().close();
    } else {
      end(request, 200, answer);
    }
    return true;
  }

  private static Map<String, String> kept(HttpServerRequest request) {
    Map<String, String> kept = new TreeMap<>();
    request
        .headers()
        .forEach(
            (name, value) -> {
              String lower = name.toLowerCase(Locale.ROOT);
              if (lower.startsWith("x-amz-meta-")
                  || lower.startsWith("x-amz-server-side")
                  || lower.startsWith("cache-")
                  || (lower.startsWith("content-") && !lower.equals("content-length"))) {
                kept.put(lower, value);
              }
            });
    return kept;
  }

  private static void refuse(HttpServerRequest request, int status, String code) {
    end(request, status, "<Error><Code>" + code + "</Code></Error>");
  }

  private static void end(HttpServerRequest request, int status, String body) {
    HttpServerResponse response = request.response().setStatusCode(status);
    if (request.method().name().equals("HEAD")) {
      response.end();
    } else {
      response.end(body);
    }
  }

  static String md5(Buffer bytes) {
    return hash("MD5", bytes);
  }

  static String hash(String algorithm, Buffer bytes) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance(algorithm).digest(bytes.getBytes()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    await(server.close());
  }
}
