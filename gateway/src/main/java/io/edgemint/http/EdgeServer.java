package io.edgemint.http;

import io.edgemint.telemetry.AccessLog;
import io.edgemint.traffic.ConnectionLimits;
import io.edgemint.traffic.TrafficSettings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.TrustOptions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One event loop of a port of the edge: a server of its own on the shared port. A connection, its
 * answers and its access records belong to one loop; verifier, backends and mint are shared, and
 * safe on all threads.
 */
public final class EdgeServer extends VerticleBase {
  private final EdgeSettings settings;
  private final TrafficSettings traffic;
  private final Grants grants;
  private final PublishCalls publishCalls;
  private final InstantSource clock;
  private final EdgeMeters meters;
  private final AccessLog accessLog;
  private final Heartbeat heartbeat;
  private final Optional<Certificates> certificates;
  private final Door door;
  private final long answerBytes;
  private @Nullable HttpServer server;

  /** The ports of the edge. */
  public enum Door {
    /** Where requests bring tokens, or listed proxies hand on certificates. */
    TOKENS,
    /** Where devices show certificates in TLS; only if the settings name a port for it. */
    CERTIFICATES
  }

  /**
   * Prepares one loop of a port; deploy as many as there are event loops.
   *
   * @param answerBytes the weight of the answers that this loop remembers
   */
  public EdgeServer(
      Door door,
      EdgeSettings settings,
      TrafficSettings traffic,
      Grants grants,
      PublishCalls publishCalls,
      InstantSource clock,
      EdgeMeters meters,
      AccessLog accessLog,
      Heartbeat heartbeat,
      Optional<Certificates> certificates,
      long answerBytes) {
    this.door = door;
    this.settings = settings;
    this.traffic = traffic;
    this.grants = grants;
    this.publishCalls = publishCalls;
    this.clock = clock;
    this.meters = meters;
    this.accessLog = accessLog;
    this.heartbeat = heartbeat;
    this.certificates = certificates;
    this.answerBytes = answerBytes;
  }

  /** The options of every server of the edge; the bare server of the load tests uses the same. */
  public static HttpServerOptions options(
      EdgeSettings settings, Optional<Certificates> certificates) {
    ConnectionLimits connections = settings.connections();
    RequestLimits requests = settings.requests();
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(settings.host())
            .setPort(settings.bindPort())
            .setMaxInitialLineLength(requests.requestLine())
            .setMaxHeaderSize(requests.headers())
            .setHttp2ClearTextEnabled(false)
            .setIdleTimeout(Math.toIntExact(connections.idleTimeout().toSeconds()))
            .setUseProxyProtocol(settings.proxyProtocol())
            .setProxyProtocolTimeout(connections.requestTimeout().toMillis())
            .setProxyProtocolTimeoutUnit(TimeUnit.MILLISECONDS)
            .setTcpNoDelay(true)
            // Nobody is served a WebSocket, so nothing has to listen for its extensions.
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false)
            .setAcceptBacklog(4096);
    certificates.ifPresent(shown -> tls(options, settings, shown));
    return options;
  }

  private static void tls(
      HttpServerOptions options, EdgeSettings settings, Certificates certificates) {
    RequestLimits requests = settings.requests();
    options
        .setSsl(true)
        .setSni(true)
        .setKeyCertOptions(certificates.options())
        .setSslHandshakeTimeout(settings.connections().handshakeTimeout().toMillis())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setUseAlpn(true)
        .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
        .setHttp2RstFloodMaxRstFramePerWindow(requests.resets())
        .setHttp2RstFloodWindowDuration(30)
        .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS)
        .setInitialSettings(
            new Http2Settings()
                .setMaxConcurrentStreams(requests.streams())
                .setMaxHeaderListSize(requests.headers()));
    if (OpenSSLEngineOptions.isAvailable()) {
      options.setSslEngineOptions(new OpenSSLEngineOptions());
    }
  }

  /** What carries TLS, in a sentence. */
  public static String tlsSentence() {
    return OpenSSLEngineOptions.isAvailable()
        ? "TLS: BoringSSL."
        : "TLS: the JDK's own; BoringSSL does not load on this machine.";
  }

  @Override
  public Future<?> start() {
    AccessLog.Ring access = accessLog.ring();
    Heartbeat.Loop loop = heartbeat.start(vertx, traffic.lag());
    EdgeHandler handler =
        new EdgeHandler(
            grants,
            publishCalls,
            context,
            clock,
            meters,
            access,
            new Answers(meters, access, new SplittableRandom(), traffic.rates()),
            credential(),
            new StreamDeadlines(vertx, settings.connections()),
            loop::isLate,
            traffic.waiting(),
            answerBytes);
    HttpServerOptions options = optionsOfDoor(certificates);
    return vertx
        .createHttpServer(options)
        .connectionHandler(connection -> StrictDecoder.install(connection, options))
        .requestHandler(handler)
        .invalidRequestHandler(handler::malformed)
        .listen()
        .onSuccess(listening -> server = listening);
  }

  private HttpServerOptions optionsOfDoor(Optional<Certificates> shown) {
    HttpServerOptions options = options(settings, shown);
    return switch (door) {
      case TOKENS -> options;
      case CERTIFICATES ->
          options
              .setPort(settings.certificateBindPort().orElseThrow())
              .setClientAuth(ClientAuth.REQUEST)
              .setTrustOptions(TrustOptions.wrap(new AnyClient()));
    };
  }

  private Credential credential() {
    if (door == Door.CERTIFICATES) {
      // TLS ends here, so no proxy can have written X-Forwarded-For.
      return new ConnectionCertificate(grants, new ClientAddress(address -> false));
    }
    ClientAddress clients = new ClientAddress(settings::isProxy);
    Credential token = new BearerToken(grants, clients);
    return settings
        .clientCertificates()
        .forwarded()
        .<Credential>map(
            it -> new ForwardedCertificate(grants, clients, settings::isProxy, it, token))
        .orElse(token);
  }

  /** Shows other certificates from now on, on every loop; connections that stand are kept. */
  public Future<?> show(Certificates other) {
    return listening().updateSSLOptions(optionsOfDoor(Optional.of(other)).getSslOptions(), true);
  }

  /** Accepts nothing more, and ends when all that is under way has been answered. */
  public Future<Void> shutdown() {
    return listening().shutdown(ClientConnection.LAST_ANSWERS_SECONDS, TimeUnit.SECONDS);
  }

  /** The port that is listened on, once started. */
  public int port() {
    return listening().actualPort();
  }

  private HttpServer listening() {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    return server;
  }
}
