package io.edgemint.http;

import io.edgemint.telemetry.AccessLog;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.InstantSource;
import java.util.SplittableRandom;

/**
 * One event loop of the edge: a server of its own on the shared port, so that a connection stays on
 * one loop and nothing that its requests need is shared between loops.
 */
public final class EdgeServer extends VerticleBase {
  /** "/v1/downloads/" and a key of 1,024 bytes, all of them escaped, and room for a query. */
  private static final int MAX_REQUEST_LINE = 5120;

  private static final int MAX_HEADERS = 8192;
  private static final int IDLE_SECONDS = 60;

  private final EdgeSettings settings;
  private final Grants grants;
  private final InstantSource clock;
  private final EdgeMeters meters;
  private final AccessLog accessLog;
  private final Heartbeat heartbeat;
  private int port;

  /** Prepares one loop; deploy as many as there are event loops. */
  public EdgeServer(
      EdgeSettings settings,
      Grants grants,
      InstantSource clock,
      EdgeMeters meters,
      AccessLog accessLog,
      Heartbeat heartbeat) {
    this.settings = settings;
    this.grants = grants;
    this.clock = clock;
    this.meters = meters;
    this.accessLog = accessLog;
    this.heartbeat = heartbeat;
  }

  /** The options of every server of the edge; the calibration server uses the same. */
  public static HttpServerOptions options(EdgeSettings settings) {
    return new HttpServerOptions()
        .setHost(settings.host())
        // To Vert.x, -1 is one free port for all loops of a deployment, and 0 one for each.
        .setPort(settings.port() == 0 ? -1 : settings.port())
        .setMaxInitialLineLength(MAX_REQUEST_LINE)
        .setMaxHeaderSize(MAX_HEADERS)
        .setHttp2ClearTextEnabled(false)
        .setIdleTimeout(IDLE_SECONDS)
        .setTcpNoDelay(true)
        .setAcceptBacklog(4096);
  }

  @Override
  public Future<?> start() {
    AccessLog.Ring access = accessLog.ring();
    Answers answers = new Answers(meters, access, new SplittableRandom());
    HttpServer server = vertx.createHttpServer(options(settings));
    server.requestHandler(new EdgeHandler(grants, context, clock, meters, access, answers));
    heartbeat.start(vertx);
    return server.listen().onSuccess(listening -> port = listening.actualPort());
  }

  /** The port that is listened on, once started. */
  public int port() {
    return port;
  }
}
