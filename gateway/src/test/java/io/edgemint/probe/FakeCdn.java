package io.edgemint.probe;

import static io.edgemint.Patience.await;

import io.edgemint.probe.FakeStorage.Stored;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A distribution on loopback in front of a {@link FakeStorage}, which caches as CloudFront does and
 * goes wrong as it is told to.
 */
public final class FakeCdn implements AutoCloseable {
  public final Set<Fault> faults = ConcurrentHashMap.newKeySet();
  volatile String originPath = "";
  private final FakeStorage storage;
  private final FirstSignatures signatures = new FirstSignatures();
  private final Map<String, Buffer> cache = new ConcurrentHashMap<>();
  private final HttpServer server;

  /** What can go wrong. */
  public enum Fault {
    KEY_UNKNOWN,
    KEY_OF_ANOTHER_PAIR,
    SIGNATURE_DROPPED,
    ORIGIN_DENIED,
    BLOCKED,
    ARCHIVED,
    UNSIGNED_SERVED,
    ONLY_BIN_SIGNED,
    ONLY_BIN_SERVED,
    ERROR_PAGES,
    VERSIONS_IGNORED
  }

  /** The keys under which links came. */
  public final Set<String> keyIds = ConcurrentHashMap.newKeySet();

  public FakeCdn(Vertx vertx, FakeStorage storage) {
    this.storage = storage;
    server = await(vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1"));
  }

  public String authority() {
    return "127.0.0.1:" + server.actualPort();
  }

  private void handle(HttpServerRequest request) {
    String key = request.getParam("Key-Pair-Id");
    if (key != null) {
      keyIds.add(key);
    }
    String refusal = refusal(request);
    boolean bin = FakeStorage.path(request).endsWith(".bin");
    if (faults.contains(Fault.BLOCKED) || (!bin && faults.contains(Fault.ONLY_BIN_SERVED))) {
      request.response().setStatusCode(403).end("<html>private canary</html>");
    } else if (refusal.isEmpty()) {
      serve(request);
    } else if (faults.contains(Fault.ERROR_PAGES)) {
      request.response().end("<html>private canary</html>");
    } else {
      FakeStorage.refuse(request, 403, refusal);
    }
  }

  private String refusal(HttpServerRequest request) {
    boolean open =
        faults.contains(Fault.UNSIGNED_SERVED)
            || (faults.contains(Fault.ONLY_BIN_SIGNED)
                && !FakeStorage.path(request).endsWith(".bin"));
    return switch (signatures.judge(request)) {
      case UNSIGNED -> open ? "" : "MissingKey";
      case TAMPERED, EXPIRED -> "AccessDenied";
      case NONE -> {
        if (faults.contains(Fault.KEY_UNKNOWN)) {
          yield "InvalidKey";
        }
        if (faults.contains(Fault.SIGNATURE_DROPPED)) {
          yield "MissingKey";
        }
        yield faults.contains(Fault.KEY_OF_ANOTHER_PAIR) ? "AccessDenied" : "";
      }
    };
  }

  private void serve(HttpServerRequest request) {
    String path = "/acme-firmware" + originPath + FakeStorage.path(request);
    String version = request.getParam("versionId");
    boolean pinned = version != null && !faults.contains(Fault.VERSIONS_IGNORED);
    String name = pinned ? path + "?" + version : path;
    Stored stored = pinned ? storage.versions.get(name) : storage.objects.get(name);
    if (stored == null || faults.contains(Fault.ORIGIN_DENIED)) {
      // Who may not list is not told what is missing.
      request.response().putHeader("x-amz-request-id", "1");
      FakeStorage.refuse(request, 403, "AccessDenied");
    } else if (faults.contains(Fault.ARCHIVED)) {
      request.response().putHeader("x-amz-request-id", "1");
      FakeStorage.refuse(request, 403, "InvalidObjectState");
    } else {
      Buffer bytes = cache.computeIfAbsent(name, missed -> stored.bytes());
      FakeStorage.serve(request, bytes, request.getHeader("Range"));
    }
  }

  @Override
  public void close() {
    await(server.close());
  }
}
