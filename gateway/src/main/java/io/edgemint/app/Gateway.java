package io.edgemint.app;

import io.edgemint.admin.AdminServer;
import io.edgemint.admin.AdminSettings;
import io.edgemint.admin.AdminToken;
import io.edgemint.admin.FrontDoor;
import io.edgemint.backend.ActiveBackends;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.caller.AdministratorVerifier;
import io.edgemint.caller.Timers;
import io.edgemint.http.EdgeServer;
import io.edgemint.http.EdgeSettings;
import io.edgemint.http.GatedTransport;
import io.edgemint.http.Grants;
import io.edgemint.http.PublishCalls;
import io.edgemint.objects.ObjectFacts;
import io.edgemint.objects.Publishing;
import io.edgemint.objects.VerifiedDigests;
import io.edgemint.registry.KeyWatch;
import io.edgemint.registry.KnownKeys;
import io.edgemint.registry.NodeReports;
import io.edgemint.registry.RegistryFollower;
import io.edgemint.registry.SnapshotKeeper;
import io.edgemint.signing.LinkMint;
import io.edgemint.telemetry.Telemetry;
import io.edgemint.traffic.FairPool;
import io.edgemint.traffic.Gate;
import io.edgemint.traffic.Traffic;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A whole gateway in this process, from settings to open ports. */
public final class Gateway implements AutoCloseable {
  private static final Duration REVALIDATION_ROUND = Duration.ofSeconds(30);
  private static final Duration STANDBY_ROUND = Duration.ofSeconds(12);
  private static final Duration ABANDONED_ROUND = Duration.ofHours(1);
  private static final Duration RETIREMENT_ROUND = Duration.ofMinutes(10);

  private final Settings settings;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final Gate gate;
  private final DevicePorts devices;
  private final AdminServer admin;
  private volatile boolean leaving;

  private Gateway(Settings settings, InstantSource clock, Consumer<String> say) {
    this.settings = settings;
    try {
      Telemetry telemetry = part(new Telemetry(Main.Version.text()));
      MeterRegistry meters = telemetry.registry();
      this.gate = gate(settings.edge(), meters);
      GatedTransport transport = GatedTransport.best(settings.edge(), gate);
      int loops = eventLoops(settings.edge());
      Vertx vertx = vertx(loops, transport);
      part(() -> vertx.close().await());
      Foundation foundation = part(new Foundation(settings, vertx, clock, meters));

      String node = UUID.randomUUID().toString();
      OrgDirectory orgs = new OrgDirectory();
      KnownKeys lastGood = foundation.knownKeys();
      RegistryFollower follower =
          follow(foundation, orgs, lastGood, node, Timers.of(vertx), clock, meters);

      Traffic traffic = new Traffic(settings.traffic(), System::nanoTime, meters);
      Verifiers verifiers =
          part(new Verifiers(settings, foundation, orgs, lastGood, traffic, vertx, clock, meters));
      ActiveBackends backends = backends(foundation, clock);
      VerifiedDigests verified = new VerifiedDigests();
      ObjectFacts facts = foundation.facts(verified);
      Grants grants =
          new Grants(
              verifiers.tokens(),
              verifiers.certificates(),
              orgs,
              backends,
              mint(traffic, clock, meters),
              traffic,
              facts);
      verifiers.loaded().await();

      Publishing publishing = part(foundation.publishing(orgs, verified, facts, meters));
      PublishCalls publishCalls = new PublishCalls(publishing.uploads(), publishing.binaries());
      this.devices =
          part(new DevicePorts(settings, vertx, loops, grants, publishCalls, clock, meters));
      devices.open();
      this.admin =
          new AdminServer(
              settings.admin(),
              foundation.administration(orgs::snapshot, backends),
              frontDoor(verifiers.administrators(), meters),
              telemetry::scrape,
              devices::alive,
              () -> !leaving && verifiers.anyDeviceGetsIn());
      String deployment = vertx.deployVerticle(admin).await();
      part(() -> vertx.undeploy(deployment).await());
      startRounds(foundation, follower, node, orgs, meters);
      introduce(orgs, follower, verifiers, transport.name(), say);
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
    return devices.port();
  }

  /** The port on which devices show certificates, 0 if there is none. */
  public int certificatePort() {
    return devices.certificatePort();
  }

  /** The port on which the operator is answered. */
  public int adminPort() {
    return admin.port();
  }

  private void introduce(
      OrgDirectory orgs,
      RegistryFollower follower,
      Verifiers verifiers,
      String transport,
      Consumer<String> say) {
    Optional<Instant> certificateEnd = devices.certificateEnd();
    say.accept("edgemint " + Main.Version.text() + " on Java " + Runtime.version());
    say.accept(settings.crypto().sentence());
    say.accept(
        "Transport: " + (transport.equals("nio") ? "the JDK's own (NIO)." : transport + "."));
    certificateEnd.ifPresent(
        end -> say.accept(EdgeServer.tlsSentence() + " Certificates until " + end + "."));
    say.accept(
        follower.source().isEmpty()
            ? "Registry: %s at version %d with %d organisations."
                .formatted(
                    settings.registry(), orgs.snapshot().version(), orgs.snapshot().orgs().size())
            : "Warning: %s cannot be used at the moment; serving from the snapshot file %s."
                .formatted(settings.registry(), follower.source()));
    verifiers.problems().forEach(problem -> say.accept("Warning: " + problem));
    if (settings.defaultStorage().isEmpty()) {
      say.accept("Warning: no default storage; organisations without an active backend get 503.");
    }
    say.accept(
        "Devices: %s://%s:%d"
            .formatted(
                certificateEnd.isPresent() ? "https" : "http", settings.edge().host(), edgePort()));
    if (certificatePort() != 0) {
      say.accept(
          "Devices with certificates: https://%s:%d"
              .formatted(settings.edge().host(), certificatePort()));
    }
    say.accept("Operator: http://" + settings.admin().host() + ":" + adminPort());
    say.accept(settings.admin().waysIn());
  }

  /** Brings in what the registry holds, or its stand-in, and keeps to it from then on. */
  private RegistryFollower follow(
      Foundation foundation,
      OrgDirectory orgs,
      KnownKeys lastGood,
      String node,
      Timers timers,
      InstantSource clock,
      MeterRegistry meters) {
    SnapshotKeeper snapshots = part(foundation.snapshots(orgs, lastGood, meters));
    RegistryFollower follower =
        part(
            new RegistryFollower(
                foundation.registry(), orgs, snapshots, timers, new Random(), meters));
    NodeReports reports = part(new NodeReports(foundation.registry(), node, orgs, clock));
    follower.onRead(reports::look);
    follower.start().await();
    KeyWatch.start(orgs, foundation.vault(), meters);
    return follower;
  }

  private FrontDoor frontDoor(AdministratorVerifier administrators, MeterRegistry meters) {
    AdminSettings ways = settings.admin();
    return new FrontDoor(
        ways.bootstrapToken()
            ? Optional.of(AdminToken.openOrCreate(ways.tokenFile()))
            : Optional.empty(),
        administrators,
        // Counts apart from the devices' port: nobody there shuts anybody out here.
        new Traffic(settings.traffic(), System::nanoTime, meters));
  }

  private static Gate gate(EdgeSettings edge, MeterRegistry meters) {
    return new Gate(
        edge.connections(), edge.tls().isPresent(), edge::isProxy, edge.proxyProtocol(), meters);
  }

  private static int eventLoops(EdgeSettings edge) {
    int asked = edge.eventLoops();
    return asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
  }

  private static Vertx vertx(int loops, GatedTransport transport) {
    return Vertx.builder()
        .with(new VertxOptions().setEventLoopPoolSize(loops))
        .withTransport(transport)
        .build();
  }

  private LinkMint mint(Traffic traffic, InstantSource clock, MeterRegistry meters) {
    Settings.Signing signing = settings.signing();
    FairPool rsa = part(new FairPool("rsa", signing.rsaThreads(), signing.rsaQueue()));
    return new LinkMint(traffic::signature, rsa::execute, clock, settings.caches().links(), meters);
  }

  private ActiveBackends backends(Foundation foundation, InstantSource clock) {
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
        "abandoned uploads",
        ABANDONED_ROUND,
        foundation.abandonedUploads(holder, orgs::snapshot)::run);
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
    Thread.sleep(settings.edge().drain());
    devices.shutdown();
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
