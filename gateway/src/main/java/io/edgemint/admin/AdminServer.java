package io.edgemint.admin;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operator's port: metrics and probes for whoever reaches it, which by default loopback alone
 * does, and the administration for whoever its door lets in.
 */
public final class AdminServer extends VerticleBase {
  /** A validation sends nothing while it tries. */
  private static final int IDLE_SECONDS = 300;

  private final AdminSettings settings;
  private final Administration parts;
  private final FrontDoor door;
  private final Supplier<String> metrics;
  private final BooleanSupplier alive;
  private final BooleanSupplier ready;
  private @Nullable AdminApi api;
  private int port;

  /**
   * Prepares the server.
   *
   * @param metrics the scrape page in Prometheus' text format
   * @param alive whether the event loops turn
   * @param ready whether devices can be served
   */
  public AdminServer(
      AdminSettings settings,
      Administration parts,
      FrontDoor door,
      Supplier<String> metrics,
      BooleanSupplier alive,
      BooleanSupplier ready) {
    this.settings = settings;
    this.parts = parts;
    this.door = door;
    this.metrics = metrics;
    this.alive = alive;
    this.ready = ready;
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    router.get("/livez").handler(request -> probe(request, alive));
    router.get("/readyz").handler(request -> probe(request, ready));
    router
        .get("/metrics")
        .handler(
            request ->
                vertx
                    .executeBlocking(metrics::get, false)
                    .onSuccess(page -> send(request, page))
                    .onFailure(request::fail));
    AdminApi calls = new AdminApi(vertx, parts, door);
    calls.install(router);
    api = calls;
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(settings.host())
            .setPort(settings.port())
            .setHttp2ClearTextEnabled(false)
            .setIdleTimeout(IDLE_SECONDS);
    return vertx
        .createHttpServer(options)
        .requestHandler(router)
        .listen()
        .onSuccess(listening -> port = listening.actualPort());
  }

  @Override
  public Future<?> stop() {
    if (api != null) {
      api.close();
    }
    return Future.succeededFuture();
  }

  /** The port that is listened on, once started. */
  public int port() {
    return port;
  }

  private static void probe(RoutingContext request, BooleanSupplier condition) {
    boolean good = condition.getAsBoolean();
    request.response().setStatusCode(good ? 200 : 503).end(good ? "ok\n" : "not ok\n");
  }

  private static void send(RoutingContext request, String page) {
    request
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
        .end(page);
  }
}
