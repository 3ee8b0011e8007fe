package io.edgemint.app;

import io.edgemint.admin.Administration;
import io.edgemint.admin.Explain;
import io.edgemint.app.Main.Failure;
import io.edgemint.backend.ActiveBackends;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Snapshot;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.credentials.Sessions;
import io.edgemint.http.TlsSettings;
import io.edgemint.objects.AbandonedUploads;
import io.edgemint.objects.HeadRequests;
import io.edgemint.objects.ObjectFacts;
import io.edgemint.objects.Publishing;
import io.edgemint.objects.VerifiedDigests;
import io.edgemint.onboarding.Apply;
import io.edgemint.onboarding.AuthorityRegistration;
import io.edgemint.onboarding.Destinations;
import io.edgemint.onboarding.Filling;
import io.edgemint.onboarding.Inventory;
import io.edgemint.onboarding.KeyRetirement;
import io.edgemint.onboarding.Onboarding;
import io.edgemint.onboarding.OrgFile;
import io.edgemint.onboarding.PlatformFields;
import io.edgemint.onboarding.Revalidation;
import io.edgemint.onboarding.Revoker;
import io.edgemint.onboarding.SetupWriter;
import io.edgemint.onboarding.SigningKeyRotation;
import io.edgemint.onboarding.StandbyWatch;
import io.edgemint.onboarding.StoragePulse;
import io.edgemint.outbound.Outbound;
import io.edgemint.probe.Probe;
import io.edgemint.registry.KeyCensus;
import io.edgemint.registry.KeyWatch;
import io.edgemint.registry.KnownKeys;
import io.edgemint.registry.SnapshotFile;
import io.edgemint.registry.SnapshotKeeper;
import io.edgemint.registry.SqlRegistry;
import io.edgemint.signing.Signers;
import io.edgemint.signing.SigningKeys;
import io.edgemint.vault.Vault;
import io.edgemint.vault.VaultSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * What the server and the commands both stand on: the registry, the secrets, and the ways to
 * storage.
 */
final class Foundation implements AutoCloseable {
  private final Settings settings;
  private final SqlRegistry registry;
  private final Vault vault;
  private final Secrets secrets;
  private final ExecutorService background;
  private final ExecutorService stsThreads;
  private final ExecutorService askers;
  private final DefaultCredentialsProvider identity;
  private final Sessions sessions;
  private final Signers signers;
  private final Outbound outbound;
  private final InstantSource clock;

  /** Opens the key of the registry, making it if it is not there; the registry opens when used. */
  Foundation(Settings settings, Vertx vertx, InstantSource clock, MeterRegistry meters) {
    this.settings = settings;
    this.clock = clock;
    this.registry = SqlRegistry.open(settings.registry(), settings.platformIssuers(), clock);
    this.vault = vault(settings.vault(), registry);
    this.secrets = settings.secrets().with(vault);
    this.background =
        Executors.newFixedThreadPool(
            4, Thread.ofPlatform().name("background-", 0).daemon().factory());
    // Platform threads, for their cryptography may be native code; Sessions bounds their number.
    this.stsThreads =
        Executors.newCachedThreadPool(Thread.ofPlatform().name("sts-", 0).daemon().factory());
    this.askers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("objects-", 0).factory());
    this.identity = DefaultCredentialsProvider.builder().build();
    this.sessions =
        new Sessions(
            secrets,
            settings.sessions(),
            identity,
            stsThreads,
            clock,
            // Safe on all threads, unlike the newer generators.
            new Random(),
            meters);
    this.signers = new Signers(settings.crypto(), secrets, sessions);
    this.outbound = new Outbound(vertx, settings.allowed().allow());
  }

  private static Vault vault(VaultSettings settings, SqlRegistry registry) {
    try {
      return KeyWatch.open(settings, registry);
    } catch (IOException e) {
      registry.close();
      throw new Failure(e.getMessage());
    } catch (RuntimeException e) {
      registry.close();
      throw e;
    }
  }

  /** Which key-encryption keys the registry's secrets need now. */
  KeyCensus keyCensus() {
    return KeyCensus.of(registry.load().orgs(), vault);
  }

  Vault vault() {
    return vault;
  }

  Secrets secrets() {
    return secrets;
  }

  SqlRegistry registry() {
    return registry;
  }

  /** Issuers' last good keys, in the registry and where it is missed. */
  KnownKeys knownKeys() {
    Set<String> names = new HashSet<>(settings.platformIssuers());
    settings.admin().issuers().forEach(it -> names.add(AdministratorsKeys.name(it.iss())));
    return new KnownKeys(registry, names, background);
  }

  /** Keeps what a start without the registry needs. */
  SnapshotKeeper snapshots(OrgDirectory orgs, KnownKeys keys, MeterRegistry meters) {
    return new SnapshotKeeper(
        new SnapshotFile(settings.snapshotFile(), vault), orgs, keys, clock, meters);
  }

  ExecutorService background() {
    return background;
  }

  SessionSettings sessionSettings() {
    return settings.sessions();
  }

  Sessions sessions() {
    return sessions;
  }

  Signers signers() {
    return signers;
  }

  /**
   * What is known of stored objects.
   *
   * @param verified what has been compared with what was declared
   */
  ObjectFacts facts(VerifiedDigests verified) {
    return new ObjectFacts(
        new HeadRequests(sessions, outbound, clock),
        verified::state,
        askers,
        clock,
        // Safe on all threads, unlike the newer generators.
        new Random(),
        settings.caches().objects());
  }

  Outbound outbound() {
    return outbound;
  }

  /**
   * Everything that the administration works with.
   *
   * @param orgs what this gateway serves from
   * @param backends what it signs with
   */
  Administration administration(Supplier<Snapshot> orgs, ActiveBackends backends) {
    return new Administration(
        registry,
        orgs,
        orgFiles(),
        new Apply(registry, secrets, clock),
        onboarding(),
        destinations(),
        rotation(),
        setup(),
        authorities(),
        new Explain(backends, sessions, org -> KeyWatch.problems(org, vault), clock),
        registry,
        revoker(),
        new PlatformFields(settings.sessions().platformRole() != null));
  }

  /** Withdraws what devices may read. */
  Revoker revoker() {
    return new Revoker(registry, registry, settings.defaultStorage(), clock);
  }

  /** Says what devices would get; what signs is prepared where it stands. */
  Explain explain() {
    return new Explain(
        new ActiveBackends(signers, settings.defaultStorage(), Runnable::run, clock, 1),
        sessions,
        org -> KeyWatch.problems(org, vault),
        clock);
  }

  /** Writes what organisations apply in their accounts. */
  SetupWriter setup() {
    return new SetupWriter(registry, settings.sessions(), sessions);
  }

  /** Brings certificate authorities to organisations. */
  AuthorityRegistration authorities() {
    return new AuthorityRegistration(
        registry,
        secrets,
        () -> settings.edge().tls().map(TlsSettings::keys).orElse(Set.of()),
        clock);
  }

  /** Brings destinations into use. */
  Destinations destinations() {
    return new Destinations(registry, probe());
  }

  /** Brings backends into service and out of it. */
  Onboarding onboarding() {
    return new Onboarding(
        registry, probe(), new Inventory(sessions, outbound, settings.defaultStorage(), clock));
  }

  /** From where to where objects go before a backend is activated. */
  Filling filling(OrgId org, String backend) {
    return Filling.of(registry, settings.defaultStorage(), org, backend);
  }

  /**
   * Probes again and again what serves.
   *
   * @param holder names this process
   * @param orgs what this gateway serves from
   */
  Revalidation revalidation(String holder, Supplier<Snapshot> orgs, MeterRegistry meters) {
    return new Revalidation(
        () -> orgs.get().orgs(),
        registry,
        onboarding(),
        settings.revalidate(),
        clock,
        new SecureRandom(),
        holder,
        meters);
  }

  /**
   * Leads to standbys and back.
   *
   * @param holder names this process
   * @param orgs what this gateway serves from
   */
  StandbyWatch standbyWatch(String holder, Supplier<Snapshot> orgs) {
    return new StandbyWatch(
        () -> orgs.get().orgs(),
        registry,
        onboarding(),
        new StoragePulse(sessions, outbound, clock),
        clock,
        holder);
  }

  /**
   * Lets keys go when the last of their links has ended.
   *
   * @param holder names this process
   * @param orgs what this gateway serves from
   */
  KeyRetirement keyRetirement(String holder, Supplier<Snapshot> orgs) {
    return new KeyRetirement(() -> orgs.get().orgs(), registry, rotation(), clock, holder);
  }

  /** What publishers can do; closed by the caller. */
  Publishing publishing(
      OrgDirectory orgs, VerifiedDigests verified, ObjectFacts facts, MeterRegistry meters) {
    return Publishing.of(
        orgs,
        settings.defaultStorage(),
        sessions,
        outbound,
        vault,
        verified,
        facts,
        settings.abandonedAfter(),
        clock,
        new SecureRandom(),
        meters);
  }

  /**
   * Ends uploads that nobody goes on with.
   *
   * @param holder names this process
   * @param orgs what this gateway serves from
   */
  AbandonedUploads abandonedUploads(String holder, Supplier<Snapshot> orgs) {
    return new AbandonedUploads(
        () -> orgs.get().orgs(),
        registry,
        sessions,
        outbound,
        settings.defaultStorage(),
        settings.abandonedAfter(),
        clock,
        holder);
  }

  /** Changes signing keys. */
  SigningKeyRotation rotation() {
    return new SigningKeyRotation(
        registry, probe(), secrets, new SigningKeys(settings.crypto()), clock);
  }

  private Probe probe() {
    return new Probe(sessions, signers, outbound, clock, new SecureRandom());
  }

  /** Reads files of organisations, and seals what is secret in them. */
  OrgFile.Reader orgFiles() {
    return settings.orgFiles(secrets);
  }

  @Override
  public void close() {
    background.shutdownNow();
    askers.shutdownNow();
    stsThreads.shutdownNow();
    sessions.close();
    identity.close();
    registry.close();
  }
}
