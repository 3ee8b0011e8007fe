package io.edgemint.app;

import io.edgemint.admin.AdminServer;
import io.edgemint.admin.AdminSettings;
import io.edgemint.admin.AdminToken;
import io.edgemint.admin.FrontDoor;
import io.edgemint.backend.ActiveBackends;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.caller.AdministratorVerifier;
import io.edgemint.caller.CallerVerifier;
import io.edgemint.caller.CertificateVerifier;
import io.edgemint.caller.KeySupply;
import io.edgemint.caller.LastGoodKeys;
import io.edgemint.caller.Timers;
import io.edgemint.http.Certificates;
import io.edgemint.http.ClientCertificateSettings;
import io.edgemint.http.EdgeMeters;
import io.edgemint.http.EdgeServer;
import io.edgemint.http.EdgeServer.Door;
import io.edgemint.http.EdgeSettings;
import io.edgemint.http.GatedTransport;
import io.edgemint.http.Grants;
import io.edgemint.http.Heartbeat;
import io.edgemint.registry.KeyWatch;
import io.edgemint.registry.KnownKeys;
import io.edgemint.registry.NodeReports;
import io.edgemint.registry.RegistryFollower;
import io.edgemint.signing.LinkMint;
import io.edgemint.telemetry.AccessLog;
import io.edgemint.telemetry.Telemetry;
import io.edgemint.traffic.FairPool;
import io.edgemint.traffic.Gate;
import io.edgemint.traffic.Traffic;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A whole gateway in this process, from settings to open ports. */
public final class Gateway implements AutoCloseable {
  private static final Duration REVALIDATION_ROUND = Duration.ofSeconds(30);
  private static final Duration STANDBY_ROUND = Duration.ofSeconds(12);
  private static final Duration RETIREMENT_ROUND = Duration.ofMinutes(10);

  private final List<AutoCloseable> parts = new ArrayList<>();
  private final int edgePort;
  private final int certificatePort;
  private final int adminPort;
  private final Gate gate;
  private final Duration drain;
  private final List<EdgeServer> loops = new CopyOnWriteArrayList<>();
  private volatile boolean leaving;

  private Gateway(Settings settings, InstantSource clock, Consumer<String> say) {
    try {
      Telemetry telemetry = part(new Telemetry(Main.Version.text()));
      MeterRegistry meters = telemetry.registry();
      EdgeSettings edge = settings.edge();
      this.drain = edge.drain();
      this.gate = gate(edge, meters);
      GatedTransport transport = GatedTransport.best(edge, gate);
      Vertx vertx = vertx(settings, transport);
      part(() -> vertx.close().await());
      Foundation foundation = part(new Foundation(settings, vertx, clock, meters));
      RandomGenerator random = new Random(); // Safe on all threads.

      OrgDirectory orgs = new OrgDirectory();
      KnownKeys lastGood = foundation.knownKeys();
      RegistryFollower follower =
          part(
              new RegistryFollower(
                  foundation.registry(),
                  orgs,
                  part(foundation.snapshots(orgs, lastGood, meters)),
                  Timers.of(vertx),
                  random,
                  meters));
      String node = UUID.randomUUID().toString();
      NodeReports reports = part(new NodeReports(foundation.registry(), node, orgs, clock));
      follower.onRead(reports::look);
      follower.start().await();
      watchKeys(orgs, foundation, meters);

      Traffic traffic = new Traffic(settings.traffic(), System::nanoTime, meters);
      CallerVerifier callers =
          part(
              new CallerVerifier(
                  settings.issuers(),
                  orgs,
                  keys(foundation, lastGood, vertx, clock, random),
                  caller -> traffic.requestsOf(caller.org(), caller.subject()),
                  settings.caches().tokens(),
                  meters));
      LinkMint mint = mint(settings, traffic, clock, meters);
      ActiveBackends backends = backends(settings, foundation, clock);
      Optional<CertificateVerifier> byCertificate =
          edge.clientCertificates().equals(ClientCertificateSettings.NONE)
              ? Optional.empty()
              : Optional.of(
                  new CertificateVerifier(
                      orgs,
                      caller -> traffic.requestsOf(caller.org(), caller.subject()),
                      clock,
                      meters));
      Grants grants = new Grants(callers, byCertificate, orgs, backends, mint, traffic);

      AccessLog accessLog =
          part(new AccessLog(settings.accessLog().map(Gateway::writer), clock, meters));
      Heartbeat heartbeat = new Heartbeat(System::nanoTime, meters);
      EdgeMeters edgeMeters = new EdgeMeters(meters);
      Optional<Certificates> certificates =
          edge.tls().map(tls -> new Certificates(tls, clock, meters));
      AdministratorVerifier administrators =
          part(administrators(settings, foundation, lastGood, vertx, clock, meters));
      callers.loaded().await();
      administrators.loaded().await();
      Function<Door, Supplier<Deployable>> loop =
          door ->
              () -> {
                var server =
                    new EdgeServer(
                        door,
                        edge,
                        settings.traffic(),
                        grants,
                        clock,
                        edgeMeters,
                        accessLog,
                        heartbeat,
                        certificates);
                loops.add(server);
                return server;
              };
      deploy(vertx, loop.apply(Door.TOKENS), eventLoops(settings));
      EdgeServer first = loops.getFirst();
      Optional<EdgeServer> firstByCertificate = Optional.empty();
      if (edge.clientCertificates().port().isPresent()) {
        deploy(vertx, loop.apply(Door.CERTIFICATES), eventLoops(settings));
        firstByCertificate = Optional.of(loops.getLast());
      }
      List<EdgeServer> doors =
          Stream.concat(Stream.of(first), firstByCertificate.stream()).toList();
      certificates.ifPresent(
          shown ->
              shown.follow(
                  vertx, next -> Future.all(doors.stream().map(it -> it.show(next)).toList())));
      AdminServer admin =
          new AdminServer(
              settings.admin(),
              foundation.administration(orgs::snapshot, backends),
              frontDoor(settings, administrators, meters),
              telemetry::scrape,
              heartbeat::alive,
              () ->
                  !leaving
                      && (callers.anybodyGetsIn()
                          || byCertificate.map(CertificateVerifier::anybodyGetsIn).orElse(false)));
      deploy(vertx, () -> admin, 1);
      startRounds(foundation, follower, node, orgs, meters);
      this.edgePort = first.port();
      this.certificatePort = firstByCertificate.map(EdgeServer::port).orElse(0);
      this.adminPort = admin.port();
      introduce(
          settings,
          orgs,
          follower,
          callers,
          byCertificate,
          administrators,
          transport.name(),
          certificates,
          say);
    } catch (Throwable e) {
      // Also what waiting for a future throws, which may be a checked exception.
      close();
      throw e;
    }
  }

  /**
   * Starts a gateway; returns when its ports are open.
   *
   * @param say takes each line of the introduction
   * @throws io.edgemint.config.InvalidSettings if the settings have problems
   */
  public static Gateway start(
      Path settings, Map<String, String> environment, InstantSource clock, Consumer<String> say) {
    return new Gateway(Settings.read(settings, environment), clock, say);
  }

  /** The port on which devices are answered. */
  public int edgePort() {
    return edgePort;
  }

  /** The port on which devices show certificates, 0 if there is none. */
  public int certificatePort() {
    return certificatePort;
  }

  /** The port on which the operator is answered. */
  public int adminPort() {
    return adminPort;
  }

  private void introduce(
      Settings settings,
      OrgDirectory orgs,
      RegistryFollower follower,
      CallerVerifier callers,
      Optional<CertificateVerifier> byCertificate,
      AdministratorVerifier administrators,
      String transport,
      Optional<Certificates> certificates,
      Consumer<String> say) {
    say.accept("edgemint " + Main.Version.text() + " on Java " + Runtime.version());
    say.accept(settings.crypto().sentence());
    say.accept(
        "Transport: " + (transport.equals("nio") ? "the JDK's own (NIO)." : transport + "."));
    certificates.ifPresent(
        shown -> say.accept(EdgeServer.tlsSentence() + " Certificates until " + shown.end() + "."));
    say.accept(
        follower.source().isEmpty()
            ? "Registry: %s at version %d with %d organisations."
                .formatted(
                    settings.registry(), orgs.snapshot().version(), orgs.snapshot().orgs().size())
            : "Warning: %s cannot be used at the moment; serving from the snapshot file %s."
                .formatted(settings.registry(), follower.source()));
    callers.problems().forEach(problem -> say.accept("Warning: " + problem));
    byCertificate
        .map(CertificateVerifier::problems)
        .orElse(List.of())
        .forEach(problem -> say.accept("Warning: " + problem));
    administrators
        .problems()
        .forEach(problem -> say.accept("Warning: for administrators, " + problem));
    if (settings.defaultStorage().isEmpty()) {
      say.accept("Warning: no default storage; organisations without an active backend get 503.");
    }
    say.accept(
        "Devices: %s://%s:%d"
            .formatted(
                certificates.isPresent() ? "https" : "http", settings.edge().host(), edgePort));
    if (certificatePort != 0) {
      say.accept(
          "Devices with certificates: https://%s:%d"
              .formatted(settings.edge().host(), certificatePort));
    }
    say.accept("Operator: http://" + settings.admin().host() + ":" + adminPort);
    say.accept(settings.admin().waysIn());
  }

  private static AdministratorVerifier administrators(
      Settings settings,
      Foundation foundation,
      LastGoodKeys lastGood,
      Vertx vertx,
      InstantSource clock,
      MeterRegistry meters) {
    KeySupply supply =
        keys(foundation, new AdministratorsKeys(lastGood), vertx, clock, new Random());
    return new AdministratorVerifier(
        settings.admin().issuers(), settings.issuers(), supply, meters);
  }

  private static FrontDoor frontDoor(
      Settings settings, AdministratorVerifier administrators, MeterRegistry meters) {
    AdminSettings admin = settings.admin();
    return new FrontDoor(
        admin.bootstrapToken()
            ? Optional.of(AdminToken.openOrCreate(admin.tokenFile()))
            : Optional.empty(),
        administrators,
        // Counts apart from the devices' port: nobody there shuts anybody out here.
        new Traffic(settings.traffic(), System::nanoTime, meters));
  }

  private static void watchKeys(OrgDirectory orgs, Foundation foundation, MeterRegistry meters) {
    try {
      KeyWatch.start(orgs, foundation.vault(), meters);
    } catch (IllegalStateException e) {
      throw new Main.Failure(e.getMessage());
    }
  }

  private static KeySupply keys(
      Foundation foundation,
      LastGoodKeys lastGood,
      Vertx vertx,
      InstantSource clock,
      RandomGenerator random) {
    Secrets secrets = foundation.secrets();
    return new KeySupply(
        new KeyFetcher(foundation.outbound()),
        lastGood,
        (issuer, shared) ->
            secrets.open(shared.secret(), Purpose.issuerSecret(issuer.org(), issuer.iss())),
        foundation.background(),
        Timers.of(vertx),
        clock,
        random);
  }

  private static Gate gate(EdgeSettings edge, MeterRegistry meters) {
    return new Gate(
        edge.connections(), edge.tls().isPresent(), edge::isProxy, edge.proxyProtocol(), meters);
  }

  private static Vertx vertx(Settings settings, GatedTransport transport) {
    return Vertx.builder()
        .with(new VertxOptions().setEventLoopPoolSize(eventLoops(settings)))
        .withTransport(transport)
        .build();
  }

  private static int eventLoops(Settings settings) {
    int asked = settings.edge().eventLoops();
    return asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
  }

  private void deploy(Vertx vertx, Supplier<Deployable> server, int instances) {
    String id =
        vertx.deployVerticle(server, new DeploymentOptions().setInstances(instances)).await();
    part(() -> vertx.undeploy(id).await());
  }

  private LinkMint mint(
      Settings settings, Traffic traffic, InstantSource clock, MeterRegistry meters) {
    Settings.Signing signing = settings.signing();
    FairPool rsa = part(new FairPool("rsa", signing.rsaThreads(), signing.rsaQueue()));
    return new LinkMint(traffic::signature, rsa::execute, clock, settings.caches().links(), meters);
  }

  private ActiveBackends backends(Settings settings, Foundation foundation, InstantSource clock) {
    return new ActiveBackends(
        foundation.signers(),
        settings.defaultStorage(),
        part(opener(settings.signing())),
        clock,
        settings.caches().backends());
  }

  private static ThreadPoolExecutor opener(Settings.Signing signing) {
    return new ThreadPoolExecutor(
        signing.rsaThreads(),
        signing.rsaThreads(),
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(signing.rsaQueue()),
        Thread.ofPlatform().name("opener-", 0).daemon().factory());
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

  private void startRounds(
      Foundation foundation,
      RegistryFollower follower,
      String holder,
      OrgDirectory orgs,
      MeterRegistry meters) {
    // All of them begin with a lease, which a registry that is away gives to nobody.
    Rounds rounds = part(new Rounds(() -> !follower.isAway()));
    rounds.add(
        "revalidation",
        REVALIDATION_ROUND,
        foundation.revalidation(holder, orgs::snapshot, meters)::run);
    rounds.add(
        "key retirement", RETIREMENT_ROUND, foundation.keyRetirement(holder, orgs::snapshot)::run);
    rounds.add(
        "standby watch", STANDBY_ROUND, foundation.standbyWatch(holder, orgs::snapshot)::run);
  }

  /** Closed before whatever was added earlier. */
  private <T extends AutoCloseable> T part(T part) {
    parts.add(part);
    return part;
  }

  /**
   * Lets the devices go, so that they lose no request: from now on the gateway is not ready and
   * every answer is its connection's last; once whoever sends requests has had the time to notice,
   * nothing new is accepted and what is under way is answered. Waits for all that.
   */
  public void drain() throws InterruptedException {
    leaving = true;
    gate.leave();
    Thread.sleep(drain);
    Future.join(loops.stream().map(EdgeServer::shutdown).toList()).await();
  }

  /** Closes the ports first and the registry after everything that uses it. */
  @Override
  public void close() {
    for (AutoCloseable part : parts.reversed()) {
      try {
        part.close();
      } catch (Exception e) {
        System.getLogger(Gateway.class.getName())
            .log(System.Logger.Level.WARNING, "while closing: {0}", e.toString());
      }
    }
    parts.clear();
  }
}
