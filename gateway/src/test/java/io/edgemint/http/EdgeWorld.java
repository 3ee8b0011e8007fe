package io.edgemint.http;

import static io.edgemint.Patience.await;

import io.edgemint.ManualClock;
import io.edgemint.backend.ActiveBackends;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.PlainSecrets;
import io.edgemint.backend.Policy;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.Caller;
import io.edgemint.caller.CallerVerifier;
import io.edgemint.caller.CertificateVerifier;
import io.edgemint.caller.KeySupply;
import io.edgemint.caller.NoKeys;
import io.edgemint.caller.Timers;
import io.edgemint.caller.TokenMinter;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.credentials.Sessions;
import io.edgemint.http.EdgeServer.Door;
import io.edgemint.objects.ObjectFact;
import io.edgemint.objects.ObjectFacts;
import io.edgemint.objects.ObjectSource;
import io.edgemint.objects.Publishing;
import io.edgemint.objects.VerifiedDigests;
import io.edgemint.outbound.Network;
import io.edgemint.outbound.Outbound;
import io.edgemint.signing.CryptoProvider;
import io.edgemint.signing.LinkMint;
import io.edgemint.signing.Signers;
import io.edgemint.telemetry.AccessLog;
import io.edgemint.traffic.Traffic;
import io.edgemint.traffic.TrafficSettings;
import io.edgemint.vault.Vaults;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;

/** A whole edge on a free port of loopback, with organisations, an issuer and a clock by hand. */
final class EdgeWorld implements AutoCloseable {
  static final String ISSUER = "https://issuer.test";
  private static final byte[] SECRET =
      "a secret of at least thirty-two bytes".getBytes(StandardCharsets.UTF_8);

  final ManualClock clock = new ManualClock(Instant.parse("2026-11-20T12:00:00Z").getEpochSecond());

  /** The clock that nobody sets. */
  final ManualClock monotonic = new ManualClock(0);

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EdgeMeters edgeMeters = new EdgeMeters(meters);
  final OrgDirectory orgs = new OrgDirectory(() -> monotonic.millis() * 1_000_000);
  final PlainSecrets secrets = new PlainSecrets();
  final Vertx vertx = Vertx.vertx();
  final Traffic traffic;
  private final TrafficSettings limits;
  private final VerifiedDigests verified = new VerifiedDigests();
  private final ObjectFacts facts;
  final Grants grants;
  final CertificateVerifier certificates;

  /** What default storage tells of objects. */
  volatile ObjectSource stored =
      (org, backend, storage, key, version) -> new ObjectFact.Unlearnt("it is away", false);

  /** Where it is asked. */
  volatile Executor askers = Runnable::run;

  /** Whether links are made only to objects that can be read; for grants made after that. */
  volatile boolean checkObjects;

  private final TokenMinter minter = TokenMinter.ofSecret(SECRET, "k1");
  private final CallerVerifier callers;
  private final Sessions sessions;
  private final Publishing publishing;
  int port;

  /** The monotonic clock by which the event loop's lag is measured. */
  volatile LongSupplier nanos = System::nanoTime;

  /** With rates that no test meets by the way. */
  EdgeWorld(Org... registered) {
    this(new TrafficSettings(Map.of(), Duration.ofSeconds(1), 10_000, 1000), registered);
  }

  EdgeWorld(TrafficSettings limits, Org... registered) {
    this.limits = limits;
    traffic = new Traffic(limits, () -> clock.millis() * 1_000_000, meters);
    orgs.replace(Snapshot.of(1, List.of(registered)));
    sessions =
        new Sessions(
            secrets,
            SessionSettings.DEFAULT,
            AnonymousCredentialsProvider.create(),
            Runnable::run,
            clock,
            new SplittableRandom(1),
            meters);
    callers =
        new CallerVerifier(
            List.of(issuer()),
            orgs,
            supply(),
            caller -> traffic.requestsOf(caller.org(), caller.subject()),
            1 << 20,
            meters);
    certificates =
        new CertificateVerifier(
            orgs, caller -> traffic.requestsOf(caller.org(), caller.subject()), clock, meters);
    facts =
        new ObjectFacts(
            (org, backend, storage, key, version) ->
                stored.ask(org, backend, storage, key, version),
            verified::state,
            task -> askers.execute(task),
            clock,
            new Random(1),
            1 << 20);
    grants = grants(Runnable::run);
    publishing =
        Publishing.of(
            orgs,
            Optional.of(defaultStorage()),
            sessions,
            new Outbound(vertx, List.of()),
            Vaults.fresh(),
            verified,
            facts,
            Duration.ofDays(7),
            clock,
            new Random(1),
            meters);
    await(callers.loaded());
    serve(grants, clock);
  }

  /** Starts an edge, in place of the one before. */
  void serve(Grants granting, InstantSource time) {
    serve(granting, time, Optional.empty());
  }

  /** Starts an edge with TLS and HTTP/2, in place of the one before. */
  void serve(TlsSettings tls) {
    serve(grants, clock, Optional.of(new Certificates(tls, clock, meters)));
  }

  /** Starts an edge that believes a header of its peers, in place of the one before. */
  void serve(ClientCertificateSettings certificates, List<Network> proxies, boolean proxyProtocol) {
    replace(settings(certificates, proxies, proxyProtocol), grants, clock, Optional.empty());
  }

  private void serve(Grants granting, InstantSource time, Optional<Certificates> certificates) {
    replace(
        settings(ClientCertificateSettings.NONE, List.of(), false), granting, time, certificates);
  }

  private static EdgeSettings settings(
      ClientCertificateSettings certificates, List<Network> proxies, boolean proxyProtocol) {
    EdgeSettings plain = EdgeSettings.DEFAULT;
    return new EdgeSettings(
        "127.0.0.1",
        0,
        plain.eventLoops(),
        plain.tls(),
        proxies,
        proxyProtocol,
        plain.connections(),
        plain.requests(),
        certificates,
        plain.drain());
  }

  private void replace(
      EdgeSettings settings,
      Grants granting,
      InstantSource time,
      Optional<Certificates> certificates) {
    vertx.deploymentIDs().forEach(before -> await(vertx.undeploy(before)));
    port = start(Door.TOKENS, settings, granting, time, certificates);
  }

  /** Starts a port on which TLS asks for certificates, beside the edge; its peers are proxies. */
  int serveCertificates(TlsSettings tls) {
    return start(
        Door.CERTIFICATES,
        settings(
            new ClientCertificateSettings(Optional.of(0), Optional.empty()),
            List.of(Network.parse("127.0.0.1")),
            false),
        grants,
        clock,
        Optional.of(new Certificates(tls, clock, meters)));
  }

  private int start(
      Door door,
      EdgeSettings settings,
      Grants granting,
      InstantSource time,
      Optional<Certificates> certificates) {
    EdgeServer server =
        new EdgeServer(
            door,
            settings,
            limits,
            granting,
            new PublishCalls(publishing.uploads(), publishing.binaries()),
            time,
            edgeMeters,
            new AccessLog(Optional.empty(), clock, meters),
            new Heartbeat(() -> nanos.getAsLong(), meters),
            certificates,
            1 << 20);
    await(vertx.deployVerticle(server));
    return server.port();
  }

  /** An organisation whose devices may read what is below {@code fw/}. */
  static Org org(String id, boolean tokenLimited) {
    return Samples.org(id, new Policy(new Entitlement(List.of("fw/")), Set.of(), tokenLimited));
  }

  /** The straight line of this world, with backends that are prepared on an executor. */
  Grants grants(Executor opener) {
    Signers signers =
        new Signers(CryptoProvider.install(CryptoProvider.Choice.JDK), secrets, sessions);
    return new Grants(
        callers,
        Optional.of(certificates),
        orgs,
        new ActiveBackends(signers, Optional.of(defaultStorage()), opener, clock, 10),
        new LinkMint(
            traffic::signature, (org, work, refused) -> work.run(), clock, 1 << 20, meters),
        traffic,
        facts);
  }

  private Issuer issuer() {
    var secret = secrets.seal(SECRET, Purpose.issuerSecret(null, ISSUER), 1);
    return new Issuer(
        ISSUER,
        Set.of("edgemint"),
        Set.of(Algorithm.HS256),
        new Issuer.KeySource.SharedSecret("k1", secret),
        Issuer.ClaimNames.DEFAULT,
        Issuer.DEFAULT_MAX_LIFE,
        null);
  }

  private KeySupply supply() {
    return new KeySupply(
        (uri, trusted) -> Future.failedFuture("there is no network here"),
        new NoKeys(),
        (issuer, secret) ->
            secrets.open(secret.secret(), Purpose.issuerSecret(issuer.org(), issuer.iss())),
        Runnable::run,
        Timers.of(vertx),
        clock,
        new SplittableRandom(1));
  }

  private DefaultStorage defaultStorage() {
    var purpose = Purpose.s3Secret(new OrgId("anyone"), DefaultStorage.NAME);
    S3Storage storage =
        new S3Storage(
            "platform",
            "eu-west-1",
            "orgs/",
            new S3Storage.Endpoint(URI.create("https://s3.test"), true),
            new S3Storage.Credentials.StaticKey(
                "AKIDEXAMPLE", secrets.seal("s3".getBytes(StandardCharsets.UTF_8), purpose, 1)),
            new S3Storage.Encryption.BucketDefault(),
            Duration.ofMinutes(15),
            new TreeMap<>());
    return new DefaultStorage(storage, "eu-west-1", null, checkObjects);
  }

  /** Who a token speaks for, asked from this machine. */
  Future<Caller> caller(String token) {
    return grants.caller(token, InetAddress::getLoopbackAddress);
  }

  /** A token for a device of an organisation, for one hour. */
  String token(String org, String device) {
    return token(org, device, null);
  }

  String token(String org, String device, @Nullable Entitlement entitlement) {
    return minter.mint(
        new TokenMinter.Content(
            ISSUER,
            Set.of("edgemint"),
            device,
            new OrgId(org),
            Set.of(),
            entitlement,
            Duration.ofHours(1),
            Issuer.ClaimNames.DEFAULT),
        clock.instant().getEpochSecond());
  }

  /** How many links the mint gave out, remembered ones too. */
  double mintWasAsked() {
    return meters.find("gateway.links").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  RawClient client() {
    return new RawClient(port);
  }

  @Override
  public void close() {
    await(vertx.close());
    callers.close();
    sessions.close();
  }
}
