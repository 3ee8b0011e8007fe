package io.edgemint.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A gateway and a storage that keep to docs/publishing.md, with small parts, and misbehave when
 * told to.
 */
final class FakeWorld implements AutoCloseable {
  static final int PART = 5_000;
  static final int WHOLE = 12_000;
  static final int PAGE = 3;
  private static final JsonMapper JSON = new JsonMapper();

  /** What stands in the storage. */
  final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();

  /** What the gateway was asked, as "POST /v1/uploads", and the storage, as "PUT 3". */
  final List<String> asked = new CopyOnWriteArrayList<>();

  /** Tokens that came. */
  final List<String> tokens = new CopyOnWriteArrayList<>();

  final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  volatile String token = "good";
  volatile Fault gatewayFault = (exchange, what) -> false;
  volatile Fault storageFault = (exchange, what) -> false;
  volatile boolean tellsDigests = true;
  volatile long life = 900;
  final Map<String, String> moreHeaders = new ConcurrentHashMap<>();
  private final AtomicInteger serial = new AtomicInteger();
  private final int port;
  private HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Something that goes wrong before a request is looked at. */
  @FunctionalInterface
  interface Fault {
    /** Answers or cuts, and tells whether it did. */
    boolean strikes(HttpExchange exchange, String what) throws IOException;
  }

  /** An upload that was begun. */
  static final class Upload {
    final String key;
    final int size;
    final String sha256;
    final Map<Integer, byte[]> arrived = new ConcurrentSkipListMap<>();
    final Set<String> links = ConcurrentHashMap.newKeySet();

    Upload(String key, int size, String sha256) {
      this.key = key;
      this.size = size;
      this.sha256 = sha256;
    }

    boolean whole() {
      return size <= WHOLE;
    }

    Parts parts() {
      return whole() ? Parts.one(size) : new Parts(size, PART, Math.ceilDiv(size, PART));
    }

    private byte[] bytes() {
      var all = new ByteArrayOutputStream();
      arrived.values().forEach(all::writeBytes);
      return all.toByteArray();
    }
  }

  FakeWorld() throws IOException {
    server = open(0);
    port = server.getAddress().getPort();
  }

  private HttpServer open(int at) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), at);
    HttpServer opened = HttpServer.create(address, 0);
    opened.setExecutor(threads);
    opened.createContext("/v1/", exchange -> handle(exchange, true));
    opened.createContext("/store/", exchange -> handle(exchange, false));
    opened.start();
    return opened;
  }

  /** Is gone with all its connections, as a process that is killed. */
  synchronized void kill() {
    server.stop(0);
  }

  /** Is back at its address, and knows what it knew. */
  synchronized void restart() throws IOException {
    server = open(port);
  }

  String address() {
    return "http://127.0.0.1:" + port;
  }

  private void handle(HttpExchange exchange, boolean gateway) throws IOException {
    try (exchange) {
      if (gateway) {
        gateway(exchange);
      } else {
        storage(exchange);
      }
    }
  }

  private void gateway(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    String what = exchange.getRequestMethod() + " " + path;
    asked.add(what);
    String bearer = exchange.getRequestHeaders().getFirst("authorization");
    tokens.add(bearer);
    byte[] sent = exchange.getRequestBody().readAllBytes();
    if (gatewayFault.strikes(exchange, what)) {
      return;
    }
    if (!("Bearer " + token).equals(bearer)) {
      problem(exchange, 401, "token_expired");
      return;
    }
    JsonNode body = sent.length == 0 ? JSON.createObjectNode() : JSON.readTree(sent);
    List<String> steps = List.of(path.split("/", -1));
    switch (steps.get(2)) {
      case "downloads" -> facts(exchange, path.substring("/v1/downloads/".length()));
      case "binaries" -> binaries(exchange, path);
      case "uploads" -> {
        if (steps.size() == 3) {
          begin(exchange, body);
        } else {
          Upload upload = uploads.get(steps.get(3));
          if (upload == null) {
            problem(exchange, 404, "upload_unknown");
          } else {
            upload(exchange, steps, upload, body);
          }
        }
      }
      default -> problem(exchange, 404, "route_unknown");
    }
  }

  private void begin(HttpExchange exchange, JsonNode body) throws IOException {
    String key = body.path("key").asText();
    if (objects.containsKey(key)) {
      problem(exchange, 409, "object_exists");
      return;
    }
    String id = "id-" + serial.incrementAndGet();
    Upload upload = new Upload(key, body.path("size").asInt(), body.path("sha256").asText());
    uploads.put(id, upload);
    answer(exchange, 201, plan(id, upload, 1));
  }

  private void upload(HttpExchange exchange, List<String> steps, Upload upload, JsonNode body)
      throws IOException {
    String id = steps.get(3);
    String what = exchange.getRequestMethod() + (steps.size() > 4 ? " " + steps.get(4) : "");
    switch (what) {
      case "DELETE" -> {
        uploads.remove(id);
        exchange.sendResponseHeaders(204, -1);
      }
      case "GET parts" -> {
        String from = exchange.getRequestURI().getQuery().substring("from=".length());
        answer(exchange, 200, plan(id, upload, Integer.parseInt(from)));
      }
      case "POST parts" -> answer(exchange, 200, links(id, upload, body.path("sha256")));
      case "POST complete" -> complete(exchange, id, upload);
      default -> problem(exchange, 405, "method_not_allowed");
    }
  }

  private ObjectNode plan(String id, Upload upload, int from) {
    ObjectNode plan =
        JSON.createObjectNode().put("id", id).put("key", upload.key).put("size", upload.size);
    if (upload.whole()) {
      if (upload.arrived.isEmpty()) {
        link(plan.putObject("put"), id, upload, 1, upload.sha256);
      }
      return plan;
    }
    Parts parts = upload.parts();
    plan.put("part_size", PART).put("part_count", parts.count());
    ArrayNode missing = plan.putArray("parts");
    for (int number = from; number <= parts.count(); number++) {
      if (upload.arrived.containsKey(number)) {
        continue;
      }
      if (missing.size() == PAGE) {
        plan.put("next_part", number);
        break;
      }
      part(missing.addObject(), parts, number);
    }
    return plan;
  }

  private static ObjectNode part(ObjectNode node, Parts parts, int number) {
    return node.put("number", number)
        .put("offset", parts.offset(number))
        .put("size", parts.size(number));
  }

  private ObjectNode links(String id, Upload upload, JsonNode digests) {
    ObjectNode answer = JSON.createObjectNode().put("id", id);
    ArrayNode parts = answer.putArray("parts");
    digests
        .properties()
        .forEach(
            digest -> {
              int number = Integer.parseInt(digest.getKey());
              ObjectNode part = part(parts.addObject(), upload.parts(), number);
              link(part, id, upload, number, digest.getValue().asText());
            });
    return answer;
  }

  private void link(ObjectNode node, String id, Upload upload, int number, String sha256) {
    String link = "X-Amz-Signature=secret" + serial.incrementAndGet();
    upload.links.add(link);
    String url = address() + "/store/%s/%d?%s".formatted(id, number, link);
    node.put("method", "PUT").put("url", url).put("expires_in", life);
    String digest = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256));
    ObjectNode headers =
        node.putObject("headers")
            .put("content-length", Long.toString(upload.parts().size(number)))
            .put("x-amz-checksum-sha256", digest);
    moreHeaders.forEach(headers::put);
    if (upload.whole()) {
      headers.put("if-none-match", "*");
    }
  }

  private void complete(HttpExchange exchange, String id, Upload upload) throws IOException {
    if (upload.arrived.size() < upload.parts().count()) {
      problem(exchange, 409, "upload_incomplete");
      return;
    }
    byte[] bytes = upload.bytes();
    uploads.remove(id);
    if (!sha256(bytes).equals(upload.sha256)) {
      problem(exchange, 409, "upload_mismatch");
      return;
    }
    objects.put(upload.key, bytes);
    ObjectNode object =
        JSON.createObjectNode()
            .put("key", upload.key)
            .put("size", bytes.length)
            .put("sha256", upload.sha256);
    answer(exchange, 200, object);
  }

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(Digest.sha256().digest(bytes));
  }

  private void facts(HttpExchange exchange, String key) throws IOException {
    byte[] bytes = objects.get(key);
    if (bytes == null) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
    if (tellsDigests) {
      String digest = Base64.getEncoder().encodeToString(Digest.sha256().digest(bytes));
      exchange.getResponseHeaders().set("Repr-Digest", "sha-256=:" + digest + ":");
    }
    exchange.sendResponseHeaders(200, -1);
  }

  private void binaries(HttpExchange exchange, String path) throws IOException {
    if (exchange.getRequestMethod().equals("DELETE")) {
      String key = path.substring("/v1/binaries/".length());
      if (objects.remove(key) == null) {
        problem(exchange, 404, "object_missing");
      } else {
        exchange.sendResponseHeaders(204, -1);
      }
      return;
    }
    Map<String, String> query = new TreeMap<>();
    for (String pair : exchange.getRequestURI().getQuery().split("&", -1)) {
      query.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
    }
    ObjectNode page = JSON.createObjectNode();
    ArrayNode listed = page.putArray("objects");
    List<String> keys =
        objects.keySet().stream()
            .filter(key -> key.startsWith(Objects.requireNonNullElse(query.get("prefix"), "")))
            .filter(key -> key.compareTo(query.getOrDefault("after", "")) > 0)
            .toList();
    for (String key : keys.subList(0, Math.min(PAGE, keys.size()))) {
      listed
          .addObject()
          .put("key", key)
          .put("size", Objects.requireNonNull(objects.get(key)).length)
          .put("last_modified", "2026-11-29T12:00:00Z");
    }
    if (keys.size() > PAGE) {
      page.put("next", keys.get(PAGE - 1));
    }
    answer(exchange, 200, page);
  }

  private void storage(HttpExchange exchange) throws IOException {
    List<String> steps = List.of(exchange.getRequestURI().getRawPath().split("/", -1));
    int number = Integer.parseInt(steps.get(3));
    asked.add("PUT " + number);
    Upload upload = uploads.get(steps.get(2));
    if (storageFault.strikes(exchange, "PUT " + number)) {
      return;
    }
    if (upload == null) {
      xml(exchange, 404, "NoSuchUpload");
    } else if (exchange.getRequestHeaders().containsKey("authorization")) {
      xml(exchange, 400, "InvalidArgument");
    } else if (!upload.links.contains(exchange.getRequestURI().getRawQuery())) {
      xml(exchange, 403, "AccessDenied");
    } else if (upload.whole()
        && (upload.arrived.containsKey(number)
            || !"*".equals(exchange.getRequestHeaders().getFirst("if-none-match")))) {
      xml(exchange, 412, "PreconditionFailed");
    } else {
      store(exchange, upload, number);
    }
  }

  private static void store(HttpExchange exchange, Upload upload, int number) throws IOException {
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    String announced = exchange.getRequestHeaders().getFirst("x-amz-checksum-sha256");
    String digest = Base64.getEncoder().encodeToString(Digest.sha256().digest(bytes));
    if (bytes.length != upload.parts().size(number)) {
      xml(exchange, 400, "IncompleteBody");
    } else if (!digest.equals(announced)) {
      xml(exchange, 400, "BadDigest");
    } else {
      upload.arrived.put(number, bytes);
      exchange.sendResponseHeaders(200, -1);
    }
  }

  /** Answers as a storage that refuses, with more than the client may show. */
  static void xml(HttpExchange exchange, int status, String code) throws IOException {
    byte[] bytes =
        "<Error><Code>%s</Code><StringToSign>secret</StringToSign></Error>"
            .formatted(code)
            .getBytes(UTF_8);
    exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  static void problem(HttpExchange exchange, int status, String code) throws IOException {
    ObjectNode problem =
        JSON.createObjectNode().put("code", code).put("status", status).put("detail", "so it is");
    answer(exchange, status, problem);
  }

  static void answer(HttpExchange exchange, int status, ObjectNode body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** An upload that is not ended. */
  Upload upload(String id) {
    return Objects.requireNonNull(uploads.get(id));
  }

  /** How often something was asked. */
  long count(String what) {
    return asked.stream().filter(what::equals).count();
  }

  /** The parts that were sent, each as often as it was. */
  List<String> puts() {
    return new ArrayList<>(asked.stream().filter(what -> what.startsWith("PUT ")).toList());
  }

  /** What the only object holds, null when there is none. */
  byte @Nullable [] only() {
    return objects.size() == 1 ? objects.values().iterator().next() : null;
  }

  @Override
  public synchronized void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
