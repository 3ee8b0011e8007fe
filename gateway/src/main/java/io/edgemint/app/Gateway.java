package io.edgemint.app;

import io.edgemint.backend.ActiveBackends;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.caller.CallerVerifier;
import io.edgemint.caller.KeySupply;
import io.edgemint.caller.Timers;
import io.edgemint.http.AdminServer;
import io.edgemint.http.EdgeMeters;
import io.edgemint.http.EdgeServer;
import io.edgemint.http.Grants;
import io.edgemint.http.Heartbeat;
import io.edgemint.registry.RegistryFollower;
import io.edgemint.signing.LinkMint;
import io.edgemint.telemetry.AccessLog;
import io.edgemint.telemetry.Telemetry;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** A whole gateway in this process, from settings to open ports. */
public final class Gateway implements AutoCloseable {
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final int edgePort;
  private final int adminPort;

  private Gateway(Settings settings, InstantSource clock, Consumer<String> say) {
    try {
      Telemetry telemetry = closedLast(new Telemetry(Main.Version.text()));
      Vertx vertx = vertx(settings);
      closedLast(() -> done(vertx.close()));
      Foundation foundation =
          closedLast(new Foundation(settings, vertx, clock, telemetry.registry()));
      RandomGenerator random = new Random(); // Safe on all threads.

      OrgDirectory orgs = new OrgDirectory();
      RegistryFollower follower =
          closedLast(
              new RegistryFollower(
                  vertx, foundation.registry(), orgs, random, clock, telemetry.registry()));
      done(follower.start());

      CallerVerifier callers =
          closedLast(
              new CallerVerifier(
                  settings.issuers(),
                  orgs,
                  keys(foundation, vertx, clock, random),
                  settings.caches().tokens(),
                  telemetry.registry()));
      ThreadPoolExecutor rsa = closedLast(pool("rsa", settings.signing()));
      ThreadPoolExecutor opener = closedLast(pool("opener", settings.signing()));
      ActiveBackends backends =
          new ActiveBackends(
              foundation.signers(),
              settings.defaultStorage(),
              opener,
              clock,
              settings.caches().backends());
      LinkMint mint = new LinkMint(rsa, clock, settings.caches().links(), telemetry.registry());
      Grants grants = new Grants(callers, orgs, backends, mint);

      AccessLog accessLog =
          closedLast(new AccessLog(writer(settings.accessLog()), clock, telemetry.registry()));
      Heartbeat heartbeat = new Heartbeat(System::nanoTime, telemetry.registry());
      EdgeMeters meters = new EdgeMeters(telemetry.registry());
      done(callers.loaded());
      List<EdgeServer> loops = new CopyOnWriteArrayList<>();
      Supplier<Deployable> loop =
          () -> {
            loops.add(new EdgeServer(settings.edge(), grants, clock, meters, accessLog, heartbeat));
            return loops.getLast();
          };
      deploy(vertx, loop, eventLoops(settings));
      AdminServer admin =
          new AdminServer(
              settings.admin(), telemetry::scrape, heartbeat::alive, callers::anybodyGetsIn);
      deploy(vertx, () -> admin, 1);
      this.edgePort = loops.getFirst().port();
      this.adminPort = admin.port();
      introduce(settings, orgs, callers, vertx, say);
    } catch (RuntimeException e) {
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

  /** The port on which the operator is answered. */
  public int adminPort() {
    return adminPort;
  }

  private void introduce(
      Settings settings,
      OrgDirectory orgs,
      CallerVerifier callers,
      Vertx vertx,
      Consumer<String> say) {
    say.accept("edgemint " + Main.Version.text() + " on Java " + Runtime.version());
    say.accept(settings.crypto().sentence());
    say.accept(
        "Transport: "
            + (vertx.isNativeTransportEnabled() ? "native (epoll)." : "the JDK's own (NIO)."));
    say.accept(
        "Registry: %s at version %d with %d organisations."
            .formatted(
                settings.registry(), orgs.snapshot().version(), orgs.snapshot().orgs().size()));
    callers.problems().forEach(problem -> say.accept("Warning: " + problem));
    if (settings.defaultStorage().isEmpty()) {
      say.accept("Warning: no default storage; organisations without an active backend get 503.");
    }
    say.accept("Devices: http://" + settings.edge().host() + ":" + edgePort);
    say.accept("Operator: http://" + settings.admin().host() + ":" + adminPort);
  }

  private static KeySupply keys(
      Foundation foundation, Vertx vertx, InstantSource clock, RandomGenerator random) {
    Secrets secrets = foundation.secrets();
    return new KeySupply(
        new KeyFetcher(foundation.outbound()),
        foundation.registry(),
        (issuer, shared) ->
            secrets.open(shared.secret(), Purpose.issuerSecret(issuer.org(), issuer.iss())),
        foundation.background(),
        Timers.of(vertx),
        clock,
        random);
  }

  private static Vertx vertx(Settings settings) {
    return Vertx.vertx(
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setEventLoopPoolSize(eventLoops(settings)));
  }

  private static int eventLoops(Settings settings) {
    int asked = settings.edge().eventLoops();
    return asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
  }

  private void deploy(Vertx vertx, Supplier<Deployable> server, int instances) {
    String id = done(vertx.deployVerticle(server, new DeploymentOptions().setInstances(instances)));
    closedLast(() -> done(vertx.undeploy(id)));
  }

  private static ThreadPoolExecutor pool(String name, Settings.Signing signing) {
    return new ThreadPoolExecutor(
        signing.rsaThreads(),
        signing.rsaThreads(),
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(signing.rsaQueue()),
        Thread.ofPlatform().name(name + "-", 0).daemon().factory());
  }

  private static Optional<Writer> writer(Optional<String> file) {
    return file.map(
        name -> {
          try {
            return name.equals("-")
                ? new OutputStreamWriter(System.out, StandardCharsets.UTF_8)
                : Files.newBufferedWriter(
                    Path.of(name), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          } catch (IOException e) {
            throw new UncheckedIOException("access_log.file cannot be written", e);
          }
        });
  }

  private <T extends AutoCloseable> T closedLast(T part) {
    parts.add(part);
    return part;
  }

  /** Waits on the starting thread; a failure comes out as itself. */
  private static <T> T done(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
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
