package io.edgemint.app;

import io.edgemint.http.Certificates;
import io.edgemint.http.EdgeMeters;
import io.edgemint.http.EdgeServer;
import io.edgemint.http.EdgeServer.Door;
import io.edgemint.http.EdgeSettings;
import io.edgemint.http.Grants;
import io.edgemint.http.Heartbeat;
import io.edgemint.http.PublishCalls;
import io.edgemint.telemetry.AccessLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The ports on which devices are answered, each by one server on every event loop. */
final class DevicePorts implements AutoCloseable {
  private final Settings settings;
  private final Vertx vertx;
  private final int loops;
  private final Grants grants;
  private final PublishCalls publishCalls;
  private final InstantSource clock;
  private final EdgeMeters meters;
  private final Heartbeat heartbeat;
  private final Optional<Certificates> certificates;
  private final AccessLog accessLog;
  private final List<String> deployments = new ArrayList<>();
  private final List<EdgeServer> servers = new CopyOnWriteArrayList<>();
  private int port;
  private int certificatePort;

  /**
   * Opens no port yet.
   *
   * @param loops how many event loops serve each of them
   */
  DevicePorts(
      Settings settings,
      Vertx vertx,
      int loops,
      Grants grants,
      PublishCalls publishCalls,
      InstantSource clock,
      MeterRegistry meters) {
    this.settings = settings;
    this.vertx = vertx;
    this.loops = loops;
    this.grants = grants;
    this.publishCalls = publishCalls;
    this.clock = clock;
    this.meters = new EdgeMeters(meters);
    this.heartbeat = new Heartbeat(System::nanoTime, meters);
    this.certificates = settings.edge().tls().map(tls -> new Certificates(tls, clock, meters));
    this.accessLog = new AccessLog(settings.accessLog().map(DevicePorts::writer), clock, meters);
  }

  private static Writer writer(String file) {
    try {
      return file.equals("-")
          ? new OutputStreamWriter(System.out, StandardCharsets.UTF_8)
          : Files.newBufferedWriter(
              Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("access_log.file cannot be written", e);
    }
  }

  /** Opens the ports, and waits until they are open. */
  void open() {
    EdgeSettings edge = settings.edge();
    List<EdgeServer> doors = new ArrayList<>();
    doors.add(open(Door.TOKENS));
    port = doors.getFirst().port();
    if (edge.clientCertificates().port().isPresent()) {
      doors.add(open(Door.CERTIFICATES));
      certificatePort = doors.getLast().port();
    }
    certificates.ifPresent(
        shown ->
            shown.follow(
                vertx, next -> Future.all(doors.stream().map(it -> it.show(next)).toList())));
  }

  /** One server of the port stands for all: they share what they show. */
  private EdgeServer open(Door door) {
    int before = servers.size();
    String id =
        vertx
            .deployVerticle(() -> server(door), new DeploymentOptions().setInstances(loops))
            .await();
    deployments.add(id);
    return servers.get(before);
  }

  private EdgeServer server(Door door) {
    EdgeServer server =
        new EdgeServer(
            door,
            settings.edge(),
            settings.traffic(),
            grants,
            publishCalls,
            clock,
            meters,
            accessLog,
            heartbeat,
            certificates,
            answerBytes());
    servers.add(server);
    return server;
  }

  /** Each loop of each port remembers its own. */
  private long answerBytes() {
    int doors = settings.edge().clientCertificates().port().isPresent() ? 2 : 1;
    return settings.caches().answers() / (loops * (long) doors);
  }

  /** Where devices bring tokens. */
  int port() {
    return port;
  }

  /** Where devices show certificates, 0 if nowhere. */
  int certificatePort() {
    return certificatePort;
  }

  /** When the first certificate that is shown ends; empty without TLS. */
  Optional<Instant> certificateEnd() {
    return certificates.map(Certificates::end);
  }

  /** Whether the event loops turn. */
  boolean alive() {
    return heartbeat.alive();
  }

  /** Accepts nothing new and waits until what is under way is answered. */
  void shutdown() {
    Future.join(servers.stream().map(EdgeServer::shutdown).toList()).await();
  }

  @Override
  public void close() {
    try {
      deployments.reversed().forEach(id -> vertx.undeploy(id).await());
    } finally {
      accessLog.close();
    }
  }
}
