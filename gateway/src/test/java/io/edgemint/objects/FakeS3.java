package io.edgemint.objects;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.edgemint.bucket.Listing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of a storage on loopback, as publishing uses them: conditions, checksums, versions
 * and uploads in parts. It believes every signature, and goes wrong as it is told to.
 */
final class FakeS3 implements AutoCloseable {
  /** By bucket and key, as paths have them. */
  final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>(Listing::compare);

  final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  final List<String> seen = new CopyOnWriteArrayList<>();

  /** Where lists of uploads were asked to begin. */
  final List<String> markers = new CopyOnWriteArrayList<>();

  volatile Fault fault = what -> null;

  /** Whether it computes a SHA-256 of what one PUT brings. */
  volatile boolean checksums = true;

  volatile boolean versioned;
  volatile Instant now = Instant.EPOCH;
  private final AtomicInteger numbers = new AtomicInteger();
  private final HttpServer server;

  /** What is answered in the place of the usual, or null. */
  @FunctionalInterface
  interface Fault {
    @Nullable Wrong of(String what);
  }

  record Wrong(int status, String body) {
    static Wrong code(int status, String code) {
      return new Wrong(status, "<Error><Code>" + code + "</Code></Error>");
    }
  }

  record Stored(String text, Map<String, String> headers, String etag) {
    byte[] bytes() {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  record Upload(
      String path,
      Map<String, String> headers,
      Instant begun,
      NavigableMap<Integer, String> parts) {}

  FakeS3() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void add(String path, String text, String... headers) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    objects.put(path, new Stored(text, all, hash("MD5", text)));
  }

  void begin(String id, String path, Instant begun) {
    uploads.put(id, new Upload(path, Map.of(), begun, new TreeMap<>()));
  }

  long count(String what) {
    return seen.stream().filter(it -> it.startsWith(what + " ")).count();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring(1);
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      String what = what(exchange.getRequestMethod(), path, query);
      String body =
          new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
      seen.add(what + ' ' + path);
      if (what.equals("uploads")) {
        markers.add(query.getOrDefault("key-marker", ""));
      }
      Wrong wrong = fault.of(what);
      if (wrong != null) {
        answer(exchange, wrong.status, wrong.body);
        return;
      }
      switch (what) {
        case "list" -> list(exchange, path, query);
        case "uploads" -> uploads(exchange, path, query);
        case "parts" -> parts(exchange, query);
        case "head", "get" -> read(exchange, path);
        case "put" -> put(exchange, path, body);
        case "start" -> start(exchange, path);
        case "part" -> part(exchange, path, query, body);
        case "complete" -> complete(exchange, query);
        case "delete" -> delete(exchange, path);
        default -> abort(exchange, query);
      }
    } catch (RuntimeException e) {
      seen.add("broken " + e);
      throw e;
    }
  }

  private static String what(String method, String path, Map<String, String> query) {
    boolean inParts = query.containsKey("uploadId");
    return switch (method) {
      case "PUT" -> inParts ? "part" : "put";
      case "POST" -> inParts ? "complete" : "start";
      case "DELETE" -> inParts ? "abort" : "delete";
      case "HEAD" -> "head";
      default ->
          query.containsKey("uploads")
              ? "uploads"
              : inParts ? "parts" : path.contains("/") ? "get" : "list";
    };
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new HashMap<>();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      String[] ends = pair.split("=", 2);
      query.put(ends[0], ends.length < 2 ? "" : URLDecoder.decode(ends[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  private void list(HttpExchange exchange, String bucket, Map<String, String> query)
      throws IOException {
    String start = bucket + '/' + query.get("prefix");
    String after = bucket + '/' + query.getOrDefault("start-after", "");
    int most = Integer.parseInt(query.getOrDefault("max-keys", "1000"));
    List<String> paths =
        objects.tailMap(after, false).keySet().stream()
            .filter(path -> path.startsWith(start))
            .toList();
    StringBuilder list = new StringBuilder("<EncodingType>url</EncodingType>");
    paths.stream()
        .limit(most)
        .forEach(
            path ->
                list.append("<Contents><Key>")
                    .append(
                        URLEncoder.encode(
                            path.substring(bucket.length() + 1), StandardCharsets.UTF_8))
                    .append("</Key><Size>")
                    .append(Objects.requireNonNull(objects.get(path)).text.length())
                    .append("</Size><ETag>&quot;e&quot;</ETag></Contents>"));
    list.append("<IsTruncated>").append(paths.size() > most).append("</IsTruncated>");
    answer(exchange, 200, "<ListBucketResult>" + list + "</ListBucketResult>");
  }

  private void uploads(HttpExchange exchange, String bucket, Map<String, String> query)
      throws IOException {
    String start = bucket + '/' + query.get("prefix");
    StringBuilder list = new StringBuilder("<EncodingType>url</EncodingType>");
    new TreeMap<>(uploads)
        .forEach(
            (id, upload) -> {
              if (upload.path.startsWith(start)) {
                list.append("<Upload><Key>")
                    .append(
                        URLEncoder.encode(
                            upload.path.substring(bucket.length() + 1), StandardCharsets.UTF_8))
                    .append("</Key><UploadId>")
                    .append(id)
                    .append("</UploadId><Initiated>")
                    .append(upload.begun)
                    .append("</Initiated></Upload>");
              }
            });
    answer(exchange, 200, "<ListMultipartUploadsResult>" + list + "</ListMultipartUploadsResult>");
  }

  private void parts(HttpExchange exchange, Map<String, String> query) throws IOException {
    Upload upload = uploads.get(query.get("uploadId"));
    if (upload == null) {
      refuse(exchange, 404, "NoSuchUpload");
      return;
    }
    int after = Integer.parseInt(query.getOrDefault("part-number-marker", "0"));
    StringBuilder list = new StringBuilder();
    synchronized (upload.parts) {
      upload
          .parts
          .tailMap(after, false)
          .forEach(
              (number, text) ->
                  list.append(
                      "<Part><PartNumber>%d</PartNumber><Size>%d</Size><ETag>\"%s\"</ETag></Part>"
                          .formatted(number, text.length(), hash("MD5", text))));
    }
    answer(exchange, 200, "<ListPartsResult>" + list + "</ListPartsResult>");
  }

  private void read(HttpExchange exchange, String path) throws IOException {
    Stored stored = objects.get(path);
    if (stored == null) {
      refuse(exchange, 404, "NoSuchKey");
      return;
    }
    stored.headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    exchange.getResponseHeaders().set("ETag", '"' + stored.etag + '"');
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(stored.text.length()));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    String match = exchange.getRequestHeaders().getFirst("If-Match");
    if (match != null && !match.equals('"' + stored.etag + '"')) {
      refuse(exchange, 412, "PreconditionFailed");
      return;
    }
    String[] range =
        exchange.getRequestHeaders().getFirst("Range").substring("bytes=".length()).split("-", -1);
    int last = Math.min(stored.text.length(), Integer.parseInt(range[1]) + 1);
    answer(exchange, 206, stored.text.substring(Integer.parseInt(range[0]), last));
  }

  private void put(HttpExchange exchange, String path, String body) throws IOException {
    Map<String, String> headers = kept(exchange);
    if (checksums) {
      String sha256 = hash("SHA-256", body);
      headers.put(
          "x-amz-checksum-sha256",
          Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256)));
    }
    if (store(exchange, path, new Stored(body, headers, hash("MD5", body)))) {
      answer(exchange, 200, "");
    }
  }

  private void start(HttpExchange exchange, String path) throws IOException {
    String id = "upload-" + numbers.incrementAndGet();
    uploads.put(id, new Upload(path, kept(exchange), now, new TreeMap<>()));
    answer(exchange, 200, "<R><UploadId>" + id + "</UploadId></R>");
  }

  private void part(HttpExchange exchange, String path, Map<String, String> query, String body)
      throws IOException {
    Upload upload = uploads.get(query.get("uploadId"));
    if (upload == null || !upload.path.equals(path)) {
      refuse(exchange, 404, "NoSuchUpload");
      return;
    }
    synchronized (upload.parts) {
      upload.parts.put(Integer.valueOf(query.get("partNumber")), body);
    }
    answer(exchange, 200, "");
  }

  private void complete(HttpExchange exchange, Map<String, String> query) throws IOException {
    Upload upload = uploads.get(query.get("uploadId"));
    if (upload == null) {
      refuse(exchange, 404, "NoSuchUpload");
      return;
    }
    String whole = String.join("", upload.parts.values());
    String etag = hash("MD5", whole) + '-' + upload.parts.size();
    if (store(exchange, upload.path, new Stored(whole, upload.headers, etag))) {
      uploads.remove(query.get("uploadId"));
      answer(exchange, 200, "<CompleteMultipartUploadResult/>");
    }
  }

  private synchronized boolean store(HttpExchange exchange, String path, Stored stored)
      throws IOException {
    if ("*".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))
        && objects.containsKey(path)) {
      refuse(exchange, 412, "PreconditionFailed");
      return false;
    }
    Map<String, String> headers = new HashMap<>(stored.headers);
    if (versioned) {
      headers.put("x-amz-version-id", "v" + numbers.incrementAndGet());
    }
    objects.put(path, new Stored(stored.text, headers, stored.etag));
    return true;
  }

  private synchronized void delete(HttpExchange exchange, String path) throws IOException {
    String match = exchange.getRequestHeaders().getFirst("If-Match");
    Stored stored = objects.get(path);
    if (match != null && (stored == null || !match.equals('"' + stored.etag + '"'))) {
      refuse(
          exchange,
          stored == null ? 404 : 412,
          stored == null ? "NoSuchKey" : "PreconditionFailed");
      return;
    }
    objects.remove(path);
    answer(exchange, 204, "");
  }

  private void abort(HttpExchange exchange, Map<String, String> query) throws IOException {
    if (uploads.remove(query.get("uploadId")) == null) {
      refuse(exchange, 404, "NoSuchUpload");
    } else {
      answer(exchange, 204, "");
    }
  }

  private static Map<String, String> kept(HttpExchange exchange) {
    Map<String, String> kept = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (name.toLowerCase(Locale.ROOT).startsWith("x-amz-meta-")) {
                kept.put(name, values.getFirst());
              }
            });
    return kept;
  }

  private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
    answer(exchange, status, Wrong.code(status, code).body);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
    boolean none = status == 204 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, none || bytes.length == 0 ? -1 : bytes.length);
    if (!none && bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  static String hash(String algorithm, String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance(algorithm)
                  .digest(text.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
