package io.edgemint.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A gateway with one destination, {@code archive}, to which each object goes by one PUT. */
final class TinyGateway implements AutoCloseable {
  final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
  final Map<String, JsonObject> uploads = new ConcurrentHashMap<>();

  /** In the order of their arrival. */
  final List<String> written = new CopyOnWriteArrayList<>();

  /** What happens before an object is written, or taken away. */
  volatile Consumer<String> before = key -> {};

  /** Objects that the storage does not take, by their keys. */
  volatile Predicate<String> refused = key -> false;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger serial = new AtomicInteger();
  private final HttpServer server;

  TinyGateway() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      List<String> path = List.of(exchange.getRequestURI().getPath().split("/", 4));
      if (path.get(1).equals("store")) {
        store(exchange, Objects.requireNonNull(uploads.get(path.get(2))), body);
      } else if (path.get(2).equals("binaries")) {
        binaries(exchange, path);
      } else {
        uploads(exchange, path.size() > 3 ? path.get(3) : "", body);
      }
    }
  }

  private void uploads(HttpExchange exchange, String rest, byte[] body) throws IOException {
    if (rest.isEmpty()) {
      JsonObject order = new JsonObject(new String(body, UTF_8));
      if (!"archive".equals(order.getString("destination"))) {
        answer(exchange, 404, new JsonObject().put("code", "destination_missing"));
      } else if (objects.containsKey(order.getString("key"))) {
        answer(exchange, 409, new JsonObject().put("code", "object_exists"));
      } else {
        String id = "id" + serial.incrementAndGet();
        uploads.put(id, order);
        answer(exchange, 201, plan(id, order));
      }
      return;
    }
    String id = rest.split("/", 2)[0];
    JsonObject order = uploads.get(id);
    if (order == null) {
      answer(exchange, 404, new JsonObject().put("code", "upload_unknown"));
    } else if (rest.endsWith("/complete")) {
      boolean there = objects.containsKey(order.getString("key"));
      uploads.remove(id);
      answer(exchange, there ? 200 : 409, there ? order : new JsonObject());
    } else if (exchange.getRequestMethod().equals("DELETE")) {
      uploads.remove(id);
      exchange.sendResponseHeaders(204, -1);
    } else {
      answer(exchange, 200, plan(id, order));
    }
  }

  private JsonObject plan(String id, JsonObject order) {
    JsonObject headers = JsonObject.of("content-length", String.valueOf(order.getLong("size")));
    return new JsonObject()
        .put("id", id)
        .put("key", order.getString("key"))
        .put("size", order.getLong("size"))
        .put(
            "put",
            new JsonObject()
                .put("method", "PUT")
                .put("url", address() + "/store/" + id)
                .put("headers", headers)
                .put("expires_in", 900));
  }

  private void store(HttpExchange exchange, JsonObject order, byte[] body) throws IOException {
    String key = order.getString("key");
    before.accept(key);
    if (refused.test(key)) {
      exchange.sendResponseHeaders(403, -1);
      return;
    }
    objects.put(key, body);
    written.add(key);
    exchange.sendResponseHeaders(200, -1);
  }

  private void binaries(HttpExchange exchange, List<String> path) throws IOException {
    String query = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), UTF_8);
    if (!query.startsWith("destination=archive")) {
      answer(exchange, 404, new JsonObject().put("code", "destination_missing"));
    } else if (exchange.getRequestMethod().equals("DELETE")) {
      before.accept(path.get(3));
      boolean gone = objects.remove(path.get(3)) != null;
      if (gone) {
        exchange.sendResponseHeaders(204, -1);
      } else {
        answer(exchange, 404, new JsonObject().put("code", "object_missing"));
      }
    } else {
      String prefix = query.substring(query.indexOf("prefix=") + "prefix=".length());
      JsonArray list = new JsonArray();
      objects.forEach(
          (key, bytes) -> {
            if (key.startsWith(prefix)) {
              list.add(
                  new JsonObject()
                      .put("key", key)
                      .put("size", bytes.length)
                      .put("etag", Integer.toHexString(Arrays.hashCode(bytes)))
                      .put("last_modified", "2026-11-29T12:00:00Z"));
            }
          });
      answer(exchange, 200, new JsonObject().put("objects", list));
    }
  }

  private static void answer(HttpExchange exchange, int status, JsonObject body)
      throws IOException {
    byte[] bytes = body.encode().getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
