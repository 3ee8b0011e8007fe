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
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * All sessions with which the gateway signs. Two backends that go the same way into the same bucket
 * share one; what nobody holds any longer is forgotten.
 */
public final class Sessions implements AutoCloseable {
  /** Seconds after which the gateway's own identity is read anew; its provider remembers it. */
  private static final long AMBIENT_AGE = 60;

  /** Seconds that a session lives longer than a link that it signs at the time of its renewal. */
  private static final long RESERVE = 60 + 120;

  private static final int JITTER = 60;

  private final Secrets secrets;
  private final SessionSettings settings;
  private final AwsCredentialsProvider identity;
  private final Upkeep upkeep;
  private final SdkHttpClient http;
  private final Map<String, StsClient> clients = new ConcurrentHashMap<>();
  private final SessionHandle ambient;

  // An entry lives as long as any signer holds it.
  private final Cache<Way, SessionHandle> handles =
      Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

  /**
   * Fetches nothing yet.
   *
   * @param identity the gateway's own identity
   * @param executor where sessions are fetched; each fetch holds one of its threads
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
    this.secrets = secrets;
    this.settings = settings;
    this.identity = identity;
    this.upkeep = new Upkeep(executor, clock, random, new Counters(meters));
    this.http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(settings.stsTimeout())
            .socketTimeout(settings.stsTimeout())
            .build();
    this.ambient =
        new RenewingSession(
            "the gateway itself",
            this::ownIdentity,
            session -> session.start().getEpochSecond() + AMBIENT_AGE,
            upkeep);
  }

  /**
   * The way to a session that may read a storage. Opens sealed keys, so never on an event loop.
   *
   * @param backend the backend to which the storage's secrets are bound
   * @throws IllegalArgumentException if a secret cannot be opened or a value cannot be narrowed to;
   *     the message names it and the fix
   */
  public SessionHandle of(OrgId org, String backend, S3Storage storage) {
    return of(org, backend, storage, SessionPolicy::read);
  }

  /**
   * The way to a session that may also write and delete below one folder of a storage, for a probe.
   *
   * @param folder what stands before the probe's keys, below the storage's prefix
   * @throws IllegalArgumentException as {@link #of(OrgId, String, S3Storage)}
   */
  public SessionHandle toProbe(OrgId org, String backend, S3Storage storage, String folder) {
    return of(org, backend, storage, to -> SessionPolicy.probe(to, folder));
  }

  private SessionHandle of(
      OrgId org, String backend, S3Storage storage, Function<S3Storage, String> policy) {
    return switch (storage.credentials()) {
      case StaticKey key -> lasting(org, backend, storage, key);
      case Ambient() -> ofDefaultStorage(backend);
      case Role role -> assumed(org, storage, role, policy.apply(storage));
    };
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

  private SessionHandle assumed(OrgId org, S3Storage storage, Role role, String policy) {
    SessionPolicy.role(role.roleArn(), storage.region());
    if (role.via() != null) {
      SessionPolicy.role(role.via(), storage.region());
    }
    Way way = new Way(org, role, storage.region(), policy, storage.ttl());
    return handles.get(way, this::renewing);
  }

  private SessionHandle renewing(Way way) {
    var chain =
        new RoleChain(
            clients.computeIfAbsent(way.region, this::client),
            way.role.via(),
            way.role.roleArn(),
            settings.externalId(way.org),
            "edgemint-" + way.org,
            way.policy,
            upkeep.clock());
    long need = way.ttl.toSeconds() + RESERVE;
    return new RenewingSession(
        way.org + " as " + way.role.roleArn(), chain, session -> renewFrom(session, need), upkeep);
  }

  /** When the life left falls under what links need, at 65 % of the life at the latest. */
  private long renewFrom(Session session, long need) {
    Instant end = session.end();
    if (end == null) {
      return Long.MAX_VALUE;
    }
    long start = session.start().getEpochSecond();
    long life = end.getEpochSecond() - start;
    long early = life - need - upkeep.random().nextInt(JITTER);
    // A session that is too short for its links is not fetched anew with each of them.
    return start + Math.max(life / 8, Math.min(early, life * 65 / 100));
  }

  private StsClient client(String region) {
    var builder =
        StsClient.builder()
            .region(Region.of(region))
            .credentialsProvider(identity)
            .httpClient(http)
            .overrideConfiguration(
                // One try: whoever waits would rather know, and the next one backs off.
                options ->
                    options
                        .apiCallTimeout(settings.stsTimeout())
                        .retryStrategy(retry -> retry.maxAttempts(1)));
    if (settings.stsEndpoint() != null) {
      builder.endpointOverride(settings.stsEndpoint());
    }
    return builder.build();
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
    clients.values().forEach(StsClient::close);
    http.close();
  }

  /** Everything that decides a session, and how long its links live. */
  private record Way(OrgId org, Role role, String region, String policy, Duration ttl) {}

  private static final class Counters implements RenewingSession.Outcomes {
    private final Counter renewed;
    private final Counter denied;
    private final Counter failed;

    private Counters(MeterRegistry meters) {
      renewed = counter(meters, "renewed");
      denied = counter(meters, "denied");
      failed = counter(meters, "failed");
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
    public void failed(boolean forGood) {
      (forGood ? denied : failed).increment();
    }
  }
}
