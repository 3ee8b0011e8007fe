package io.edgemint.credentials;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Ambient;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.backend.S3Storage.Credentials.StaticKey;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.credentials.RenewingSession.Upkeep;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/**
 * All sessions with which the gateway signs. Two backends that go the same way into the same bucket
 * share one; what nobody holds any longer is forgotten.
 */
public final class Sessions implements AutoCloseable {
  /** Seconds after which the gateway's own identity is read anew; its provider remembers it. */
  private static final long AMBIENT_AGE = 60;

  /** Seconds that a session lives longer than a link that it signs at the time of its renewal. */
  private static final long RESERVE = 60 + 120;

  /** The part of its time by which a session may be renewed sooner, so that not all are at once. */
  private static final long JITTER = 10;

  private final Secrets secrets;
  private final SessionSettings settings;
  private final AwsCredentialsProvider identity;
  private final Upkeep upkeep;
  private final StsQueue queue;
  private final StsQueue.Time time;
  private final StsClients clients;
  private final SessionHandle ambient;

  // An entry lives as long as any signer holds it.
  private final Cache<Way, RenewingSession> handles =
      Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

  /**
   * Fetches nothing yet.
   *
   * @param identity the gateway's own identity
   * @param executor where sessions are fetched; each fetch holds one of its threads, and there are
   *     at most {@value StsQueue#THREADS} at once, and one more for the gateway's own identity
   * @param random spreads renewals; used by all threads of the executor
   */
  public Sessions(
      Secrets secrets,
      SessionSettings settings,
      AwsCredentialsProvider identity,
      Executor executor,
      InstantSource clock,
      RandomGenerator random,
      MeterRegistry meters) {
    this(secrets, settings, identity, executor, clock, new SystemTime(), random, meters);
  }

  Sessions(
      Secrets secrets,
      SessionSettings settings,
      AwsCredentialsProvider identity,
      Executor executor,
      InstantSource clock,
      StsQueue.Time time,
      RandomGenerator random,
      MeterRegistry meters) {
    this.secrets = secrets;
    this.settings = settings;
    this.identity = identity;
    this.upkeep = new Upkeep(clock, random, new Counters(meters));
    this.time = time;
    this.queue = new StsQueue(settings.stsRate(), settings.nodes(), executor, time, random);
    this.clients =
        new StsClients(
            settings,
            identity,
            UrlConnectionHttpClient.builder()
                .connectionTimeout(settings.stsTimeout())
                .socketTimeout(settings.stsTimeout())
                .build());
    this.ambient =
        new RenewingSession(
            "the gateway itself",
            this::ownIdentity,
            (urgent, fetch, late) -> {
              executor.execute(fetch);
              return true;
            },
            session -> session.start().getEpochSecond() + AMBIENT_AGE,
            upkeep);
    watch(meters);
  }

  private void watch(MeterRegistry meters) {
    Gauge.builder("gateway.sts.waiting", queue, StsQueue::waiting)
        .description("Sessions that wait for their turn to be fetched")
        .register(meters);
    Gauge.builder("gateway.sts.paused", queue, it -> it.paused() ? 1 : 0)
        .description("Whether STS has said that the account asks too fast, and is left alone")
        .register(meters);
    for (Ailment ailment : Ailment.values()) {
      Gauge.builder("gateway.sts.orgs", this, it -> it.ailing(ailment))
          .description("Organisations for whose storage no new session can be had, by reason")
          .tag("reason", ailment.code())
          .register(meters);
    }
  }

  /**
   * The way to a session that may read a storage. Opens sealed keys, so never on an event loop.
   *
   * @param backend the backend to which the storage's secrets are bound
   * @throws IllegalArgumentException if a secret cannot be opened or a value cannot be narrowed to;
   *     the message names it and the fix
   */
  public SessionHandle of(OrgId org, String backend, S3Storage storage) {
    return shared(org, backend, storage, "read", SessionPolicy.read(storage));
  }

  /**
   * The way to a session that may also write and delete below one folder of a storage, for a probe.
   * It is nobody else's, and asks whatever was denied before: the role may just have been cured.
   *
   * @param folder what stands before the probe's keys, below the storage's prefix
   * @throws IllegalArgumentException as {@link #of(OrgId, String, S3Storage)}
   */
  public SessionHandle toProbe(OrgId org, String backend, S3Storage storage, String folder) {
    return forOne(org, backend, storage, "probe", SessionPolicy.probe(storage, folder));
  }

  /**
   * The way to a session that may list what lies below a storage's prefix; as {@link #toProbe}.
   *
   * @throws IllegalArgumentException as {@link #of(OrgId, String, S3Storage)}
   */
  public SessionHandle toList(OrgId org, String backend, S3Storage storage) {
    return forOne(org, backend, storage, "list", SessionPolicy.list(storage));
  }

  /**
   * The way to a session that may write below a storage's prefix, for publishers; shared by all who
   * hold it.
   *
   * @throws IllegalArgumentException as {@link #of(OrgId, String, S3Storage)}
   */
  public SessionHandle toPublish(OrgId org, String backend, S3Storage storage) {
    return shared(org, backend, storage, "publish", SessionPolicy.publish(storage));
  }

  /**
   * The way to a session that may delete below a storage's prefix; as {@link #toPublish}.
   *
   * @throws IllegalArgumentException as {@link #of(OrgId, String, S3Storage)}
   */
  public SessionHandle toDelete(OrgId org, String backend, S3Storage storage) {
    return shared(org, backend, storage, "delete", SessionPolicy.delete(storage));
  }

  /**
   * The way to a session that may find and end uploads in parts below a storage's prefix; as {@link
   * #toProbe}.
   *
   * @throws IllegalArgumentException as {@link #of(OrgId, String, S3Storage)}
   */
  public SessionHandle toSweep(OrgId org, String backend, S3Storage storage) {
    return forOne(org, backend, storage, "sweep", SessionPolicy.sweep(storage));
  }

  private SessionHandle shared(
      OrgId org, String backend, S3Storage storage, String purpose, String policy) {
    return of(
        org,
        backend,
        storage,
        role -> handles.get(way(org, storage, role, purpose, policy), this::renewing));
  }

  private SessionHandle forOne(
      OrgId org, String backend, S3Storage storage, String purpose, String policy) {
    return of(org, backend, storage, role -> renewing(way(org, storage, role, purpose, policy)));
  }

  /**
   * How it stands with each role that is in use, of which each organisation may have several; the
   * worst where a role opens more than one storage.
   */
  public Collection<SessionHealth> health() {
    Map<String, SessionHealth> health = new TreeMap<>();
    handles
        .asMap()
        .forEach(
            (way, session) -> {
              SessionHealth own = session.health(way.org, way.role.roleArn());
              health.merge(way.org + " " + way.role.roleArn(), own, SessionHealth::worse);
            });
    return health.values();
  }

  private long ailing(Ailment ailment) {
    return health().stream()
        .filter(it -> it.ailment() == ailment)
        .map(SessionHealth::org)
        .distinct()
        .count();
  }

  /**
   * A trial of who may assume the role of a storage; what it is granted is narrowed as {@link
   * #toProbe} narrows it.
   *
   * @throws IllegalArgumentException as {@link #of(OrgId, String, S3Storage)}
   */
  public RoleTrial trial(OrgId org, S3Storage storage, Role role, String folder) {
    requireRoles(role, storage.region());
    return new RoleTrial(
        clients.of(storage.region(), storage.endpoint().fips()),
        role,
        settings.externalId(org),
        sessionName(org, "probe"),
        SessionPolicy.probe(storage, folder),
        upkeep.clock());
  }

  private SessionHandle of(
      OrgId org, String backend, S3Storage storage, Function<Role, SessionHandle> assumed) {
    return switch (storage.credentials()) {
      case StaticKey key -> lasting(org, backend, storage, key);
      case Ambient() -> ofDefaultStorage(backend);
      case Role role -> {
        requireRoles(role, storage.region());
        yield assumed.apply(role);
      }
    };
  }

  private static void requireRoles(Role role, String region) {
    SessionPolicy.role(role.roleArn(), region);
    if (role.via() != null) {
      SessionPolicy.role(role.via(), region);
    }
  }

  private SessionHandle lasting(OrgId org, String backend, S3Storage storage, StaticKey key) {
    if (storage.endpoint().uri() == null) {
      throw new IllegalArgumentException(
          "credentials: a static key is for custom endpoints; name a role for a bucket at AWS");
    }
    byte[] secret = secrets.open(key.secretAccessKey(), Purpose.s3Secret(org, backend));
    try {
      return new LastingSession(key.accessKeyId(), new String(secret, StandardCharsets.UTF_8));
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private SessionHandle ofDefaultStorage(String backend) {
    if (!backend.equals(DefaultStorage.NAME)) {
      throw new IllegalArgumentException(
          "credentials: the gateway's own identity is for default storage; name a role");
    }
    return ambient;
  }

  private RenewingSession renewing(Way way) {
    var chain =
        new RoleChain(
            clients.of(way.region, way.fips),
            way.role.via(),
            way.role.roleArn(),
            settings.externalId(way.org),
            sessionName(way.org, way.purpose),
            way.policy,
            queue,
            upkeep.clock());
    long need = way.ttl.toSeconds() + RESERVE;
    return new RenewingSession(
        way.org + " as " + way.role.roleArn(),
        chain,
        (urgent, fetch, late) -> take(way, chain.calls(), urgent, fetch, late),
        session -> renewFrom(session, need),
        upkeep);
  }

  private boolean take(Way way, int calls, boolean urgent, Runnable fetch, Runnable late) {
    var errand = new StsQueue.Errand(way.org, way.region, calls, fetch, late);
    if (!urgent) {
      return queue.offer(errand);
    }
    queue.submit(errand);
    return true;
  }

  /**
   * What the customer's CloudTrail shows as the session's name: who asks, for which of the
   * platform's organisations, and what for. STS API reference, AssumeRole: 2 to 64 characters of
   * {@code [\w+=,.@-]}, of which this takes at most 53.
   */
  static String sessionName(OrgId org, String purpose) {
    return "edgemint-" + org + '-' + purpose;
  }

  /** The name of the sessions of {@link #toPublish} of an organisation. */
  public static String publisherSession(OrgId org) {
    return sessionName(org, "publish");
  }

  /** When the life left falls under what links need, at 65 % of the life at the latest. */
  private long renewFrom(Session session, long need) {
    Instant end = session.end();
    if (end == null) {
      return Long.MAX_VALUE;
    }
    long start = session.start().getEpochSecond();
    long life = end.getEpochSecond() - start;
    long latest = Math.min(life - need, life * 65 / 100);
    long spread = Math.max(1, latest / JITTER);
    // A session that is too short for its links is not fetched anew with each of them.
    return start + Math.max(life / 8, latest - upkeep.random().nextLong(spread));
  }

  private Session ownIdentity() {
    AwsCredentials own = identity.resolveCredentials();
    String token = own instanceof AwsSessionCredentials session ? session.sessionToken() : null;
    return new Session(
        own.accessKeyId(),
        own.secretAccessKey(),
        token,
        upkeep.clock().instant(),
        own.expirationTime().orElse(null));
  }

  /** Lets go of connections; sessions that are held stay valid. */
  @Override
  public void close() {
    time.close();
    clients.close();
  }

  private static Way way(OrgId org, S3Storage storage, Role role, String purpose, String policy) {
    return new Way(
        org, role, storage.region(), storage.endpoint().fips(), purpose, policy, storage.ttl());
  }

  /** Everything that decides a session, and how long its links live. */
  private record Way(
      OrgId org,
      Role role,
      String region,
      boolean fips,
      String purpose,
      String policy,
      Duration ttl) {}

  private static final class Counters implements RenewingSession.Outcomes {
    private final Counter renewed;
    private final Counter late;
    private final Counter postponed;
    private final Counter failing;
    private final Counter denied;
    private final Counter platformRoleMissing;

    private Counters(MeterRegistry meters) {
      renewed = counter(meters, "renewed");
      late = counter(meters, "late");
      postponed = counter(meters, "postponed");
      failing = counter(meters, Ailment.FAILING.code());
      denied = counter(meters, Ailment.DENIED.code());
      platformRoleMissing = counter(meters, Ailment.PLATFORM_ROLE_MISSING.code());
    }

    private static Counter counter(MeterRegistry meters, String result) {
      return Counter.builder("gateway.sts.refresh")
          .description("Sessions fetched to sign with, by outcome")
          .tag("result", result)
          .register(meters);
    }

    @Override
    public void renewed() {
      renewed.increment();
    }

    @Override
    public void failed(Ailment ailment) {
      Counter counter =
          switch (ailment) {
            case FAILING -> failing;
            case DENIED -> denied;
            case PLATFORM_ROLE_MISSING -> platformRoleMissing;
          };
      counter.increment();
    }

    @Override
    public void late() {
      late.increment();
    }

    @Override
    public void postponed() {
      postponed.increment();
    }
  }
}
