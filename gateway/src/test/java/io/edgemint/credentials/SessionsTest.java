package io.edgemint.credentials;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.ManualClock;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials;
import io.edgemint.backend.S3Storage.Endpoint;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import io.edgemint.sandbox.StsServer;
import io.edgemint.sandbox.StsServer.Mood;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

class SessionsTest {
  private static final long START = 1_790_000_000;
  private static final OrgId ACME = new OrgId("acme");
  private static final OrgId ZETA = new OrgId("zeta");
  private static final String CUSTOMER = "arn:aws:iam::210987654321:role/firmware";
  private static final String OTHER = "arn:aws:iam::210987654322:role/firmware";
  private static final String PLATFORM = "arn:aws:iam::123456789012:role/binary_backend_acme_prod";

  private final ManualClock clock = new ManualClock(START);
  private final ManualTime time = new ManualTime();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<byte[]> opened = new ArrayList<>();
  private AwsCredentials identity = AwsBasicCredentials.create("AKIAPLATFORM", "secret");
  private StsServer sts;
  private Sessions sessions;

  @BeforeEach
  void start() throws IOException {
    sts = StsServer.start(clock);
    sessions = sessions(Runnable::run, Duration.ofSeconds(30), Map.of());
  }

  @AfterEach
  void stop() {
    sessions.close();
    sts.close();
  }

  private Sessions sessions(Executor executor, Duration timeout, Map<OrgId, String> externalIds) {
    return new Sessions(
        new PlainSecrets(),
        new SessionSettings(sts.endpoint(), timeout, 100, 1, externalIds, null, null),
        () -> identity,
        executor,
        clock,
        time,
        new SplittableRandom(1),
        meters);
  }

  private static S3Storage storage(Credentials credentials) {
    return new S3Storage(
        "acme-fw",
        "eu-central-1",
        "prod/",
        Endpoint.AMAZON,
        credentials,
        new S3Storage.Encryption.BucketDefault(),
        Duration.ofMinutes(15),
        new TreeMap<>());
  }

  private static S3Storage role(@Nullable String via) {
    return role(CUSTOMER, via);
  }

  private static S3Storage role(String arn, @Nullable String via) {
    return storage(new Credentials.Role(arn, via));
  }

  private static @Nullable Throwable failure(Future<?> future) {
    return await(future.map(it -> (Throwable) null).otherwise(cause -> cause));
  }

  @Test
  void of_roleAssumedDirectly_bringsASessionThatEndsWhenStsSays() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");

    Session session = await(sessions.of(ACME, "prod", role(null)).renewed(900));

    assertThat(session.accessKeyId()).startsWith("ASIA");
    assertThat(session.sessionToken()).isNotBlank();
    assertThat(session.start()).isEqualTo(clock.instant());
    assertThat(session.end()).isEqualTo(Instant.ofEpochSecond(START + 3600));
    assertThat(sts.calls()).singleElement().satisfies(this::isTheLastHop);
    assertThat(meters.counter("gateway.sts.refresh", "result", "renewed").count()).isEqualTo(1);
  }

  private void isTheLastHop(StsServer.Call call) {
    assertThat(call.region()).isEqualTo("eu-central-1");
    assertThat(call.form())
        .containsEntry("Action", "AssumeRole")
        .containsEntry("RoleArn", CUSTOMER)
        .containsEntry("ExternalId", "acme")
        .containsEntry("RoleSessionName", "edgemint-acme-read")
        .containsEntry("DurationSeconds", "3600")
        .containsEntry("Policy", SessionPolicy.read(role(null)));
  }

  @Test
  void of_roleOverThePlatforms_goesBothHopsWithTheExternalIdOnTheLast() {
    sts.trust(PLATFORM, "AKIAPLATFORM", null);
    sts.trust(CUSTOMER, PLATFORM, "acme");

    Session session = await(sessions.of(ACME, "prod", role(PLATFORM)).renewed(900));

    assertThat(session.accessKeyId()).isEqualTo("ASIA1000001");
    StsServer.Call first = sts.calls().getFirst();
    assertThat(first.form())
        .containsEntry("RoleArn", PLATFORM)
        .containsEntry("Policy", SessionPolicy.assume(CUSTOMER))
        .doesNotContainKey("ExternalId");
    StsServer.Call last = sts.calls().getLast();
    assertThat(last.accessKeyId()).isEqualTo("ASIA1000000");
    isTheLastHop(last);
  }

  @Test
  void of_externalIdIssuedByThePlatform_isUsedInstead() {
    sessions.close();
    sessions = sessions(Runnable::run, Duration.ofSeconds(30), Map.of(ACME, "issued-4711"));
    sts.trust(CUSTOMER, "AKIAPLATFORM", "issued-4711");

    assertThat(await(sessions.of(ACME, "prod", role(null)).renewed(900))).isNotNull();
  }

  @Test
  void of_roleOfAnotherOrg_isDeniedAndRemembered() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    SessionHandle zeta = sessions.of(ZETA, "prod", role(null));

    assertThat(failure(zeta.renewed(900))).isInstanceOf(Refused.class);
    assertThat(failure(zeta.renewed(900))).isInstanceOf(Refused.class);

    assertThat(sts.calls()).hasSize(1);
    assertThat(meters.counter("gateway.sts.refresh", "result", "denied").count()).isEqualTo(1);
  }

  @Test
  void of_sameWayTwice_sharesTheSession() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    SessionHandle one = sessions.of(ACME, "prod", role(null));
    SessionHandle other = sessions.of(ACME, "prod", role(null));

    assertThat(await(one.renewed(900))).isSameAs(await(other.renewed(900)));
    assertThat(sts.calls()).hasSize(1);
  }

  @Test
  void of_otherPrefixOrOrg_doesNotShareTheSession() {
    SessionHandle one = sessions.of(ACME, "prod", role(null));

    assertThat(sessions.of(ACME, "prod", role(null).withPrefix("test/"))).isNotSameAs(one);
    assertThat(sessions.of(ZETA, "prod", role(null))).isNotSameAs(one);
  }

  @Test
  void current_lifeLeftFallsUnderWhatLinksNeed_isRenewedBesideAndInTime() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    SessionHandle handle = sessions.of(ACME, "prod", role(null));
    Session first = await(handle.renewed(900));
    // 65 % of an hour, which comes before 15 min of link, 60 s of margin and 2 min; less up to a
    // tenth of it, which spreads organisations.
    clock.set(START + 2_106);
    assertThat(handle.current()).isSameAs(first);
    assertThat(sts.calls()).hasSize(1);

    clock.set(START + 2_340);
    assertThat(handle.current()).isSameAs(first);
    assertThat(sts.calls()).hasSize(2);
    assertThat(handle.current()).isNotSameAs(first);
    assertThat(sts.calls()).hasSize(2);
  }

  @Test
  void current_manyOrganisationsOfOneSecond_areNotRenewedInOne() {
    List<SessionHandle> handles = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String arn = CUSTOMER + i;
      sts.trust(arn, "AKIAPLATFORM", "org" + i);
      handles.add(sessions.of(new OrgId("org" + i), "prod", role(arn, null)));
      await(handles.getLast().renewed(900));
      time.pass(Duration.ofSeconds(1));
    }
    clock.set(START + 2_223);
    handles.forEach(SessionHandle::current);

    assertThat(sts.calls()).hasSizeBetween(40 + 8, 40 + 32);
  }

  @Test
  void current_longLinks_areGivenTheirWholeLife() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    S3Storage s3 = role(null);
    var longest =
        new S3Storage(
            s3.bucket(),
            s3.region(),
            s3.prefix(),
            s3.endpoint(),
            s3.credentials(),
            s3.encryption(),
            Duration.ofMinutes(44),
            s3.responseHeaders());
    SessionHandle handle = sessions.of(ACME, "prod", longest);
    Session first = await(handle.renewed(2_640));

    clock.set(START + 780 - 78);
    assertThat(handle.current()).isSameAs(first);
    assertThat(sts.calls()).hasSize(1);
    clock.set(START + 780);
    assertThat(handle.current()).isSameAs(first);
    assertThat(sts.calls()).hasSize(2);
  }

  @Test
  void current_sessionTooShortForItsLinks_isNotFetchedWithEachOfThem() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    sts.limitLife(Duration.ofMinutes(16));
    SessionHandle handle = sessions.of(ACME, "prod", role(null));
    await(handle.renewed(60));
    for (int second = 0; second < 120; second++) {
      clock.set(START + second);
      assertThat(handle.current()).isNotNull();
    }
    assertThat(sts.calls()).hasSize(1);

    clock.set(START + 120);
    assertThat(handle.current()).isNotNull();
    assertThat(sts.calls()).hasSize(2);
  }

  @Test
  void renewed_stsHangs_givesUpAfterTheTimeoutAndOthersAreServed() {
    sts.feel(Mood.HANGING);
    try (ExecutorService threads = Executors.newFixedThreadPool(2);
        Sessions impatient = sessions(threads, Duration.ofMillis(300), Map.of())) {
      Future<Session> hung = impatient.of(ACME, "prod", role(null)).renewed(900);
      var fixed = new Credentials.StaticKey("AKID", new SealedSecret(1, "sealed"));
      var elsewhere = new Endpoint(URI.create("https://s3.example.com"), true);

      assertThat(impatient.of(ZETA, "prod", at(elsewhere, fixed)).current()).isNotNull();
      assertThat(failure(hung)).isInstanceOf(Refused.class);
    }
  }

  @Test
  void renewed_stsThrottles_asksOnceAndBacksOff() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    sts.feel(Mood.THROTTLING);
    SessionHandle handle = sessions.of(ACME, "prod", role(null));

    assertThat(failure(handle.renewed(900))).isInstanceOf(Refused.class);
    assertThat(failure(handle.renewed(900))).isInstanceOf(Refused.class);
    assertThat(sts.calls()).hasSize(1);

    sts.feel(Mood.WELL);
    clock.pass(Duration.ofSeconds(3));
    time.pass(Duration.ofSeconds(3));
    assertThat(await(handle.renewed(900))).isNotNull();
    assertThat(meters.counter("gateway.sts.refresh", "result", "failing").count()).isEqualTo(1);
  }

  @Test
  void renewed_stsThrottlesOneOrg_othersAreNotEvenAskedUntilThePauseIsOver() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    sts.trust(OTHER, "AKIAPLATFORM", "zeta");
    sts.feel(Mood.THROTTLING);
    assertThat(failure(sessions.of(ACME, "prod", role(null)).renewed(900)))
        .isInstanceOf(Refused.class);
    sts.feel(Mood.WELL);

    Future<Session> other = sessions.of(ZETA, "prod", role(OTHER, null)).renewed(900);
    assertThat(sts.calls()).hasSize(1);
    assertThat(meters.get("gateway.sts.waiting").gauge().value()).isEqualTo(1);
    assertThat(meters.get("gateway.sts.paused").gauge().value()).isEqualTo(1);

    time.pass(Duration.ofSeconds(3));
    assertThat(await(other)).isNotNull();
    assertThat(meters.get("gateway.sts.paused").gauge().value()).isZero();
  }

  @Test
  void renewed_firstHopDenied_tellsThatThePlatformsRoleIsMissing() {
    SessionHandle handle = sessions.of(ACME, "prod", role(PLATFORM));

    assertThat(failure(handle.renewed(900)))
        .isInstanceOf(Refused.class)
        .cause()
        .isInstanceOfSatisfying(
            NoSession.class,
            it -> assertThat(it.ailment()).isEqualTo(Ailment.PLATFORM_ROLE_MISSING));
    assertThat(sts.calls()).hasSize(1);
    assertThat(ailing("platform_role_missing")).isEqualTo(1);
    assertThat(ailing("denied")).isZero();
  }

  @Test
  void health_secondHopDenied_isTheCustomersDenialUntilItsNextSuccess() {
    sts.trust(PLATFORM, "AKIAPLATFORM", null);
    SessionHandle handle = sessions.of(ACME, "prod", role(PLATFORM));
    assertThat(failure(handle.renewed(900)))
        .cause()
        .isInstanceOfSatisfying(
            NoSession.class, it -> assertThat(it.ailment()).isEqualTo(Ailment.DENIED));
    assertThat(sessions.health())
        .containsExactly(
            new SessionHealth(ACME, CUSTOMER, Ailment.DENIED, clock.instant(), null, false));
    assertThat(ailing("denied")).isEqualTo(1);

    sts.trust(CUSTOMER, PLATFORM, "acme");
    clock.pass(Duration.ofMinutes(5));
    await(handle.renewed(900));
    assertThat(sessions.health())
        .containsExactly(new SessionHealth(ACME, CUSTOMER, null, null, clock.instant(), true));
    assertThat(ailing("denied")).isZero();
  }

  @Test
  void health_twoStoragesByOneRole_tellsOfTheWorse() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    SessionHandle well = sessions.of(ACME, "prod", role(null));
    await(well.renewed(900));
    sts.feel(Mood.BROKEN);
    SessionHandle ill = sessions.of(ACME, "prod", role(null).withPrefix("test/"));
    assertThat(failure(ill.renewed(900))).isNotNull();

    assertThat(sessions.health())
        .singleElement()
        .satisfies(health -> assertThat(health.ailment()).isEqualTo(Ailment.FAILING));
    assertThat(ailing("failing")).isEqualTo(1);
    assertThat(well.current()).isNotNull();
  }

  @Test
  void toProbe_deniedBefore_asksAgainForItMayBeCured() {
    assertThat(failure(sessions.toProbe(ACME, "prod", role(null), "probe/").renewed(60)))
        .isNotNull();
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");

    assertThat(await(sessions.toProbe(ACME, "prod", role(null), "probe/").renewed(60))).isNotNull();
    assertThat(sts.calls().getLast().form())
        .containsEntry("RoleSessionName", "edgemint-acme-probe");
  }

  @Test
  void sessionName_longestOrg_isOneThatStsTakes() {
    assertThat(Sessions.sessionName(new OrgId("o".repeat(38)), "probe"))
        .matches("[\\w+=,.@-]{2,64}")
        .hasSize(53);
  }

  @Test
  void of_fips_isAnotherSession() {
    S3Storage plain = role(null);
    var fips = new Endpoint(null, false, false, true, false);

    assertThat(sessions.of(ACME, "prod", at(fips, plain.credentials())))
        .isNotSameAs(sessions.of(ACME, "prod", plain));
  }

  private double ailing(String reason) {
    return meters.get("gateway.sts.orgs").tag("reason", reason).gauge().value();
  }

  @Test
  void of_staticKey_opensItsSecretOnceAndNeverEnds() {
    var fixed = new Credentials.StaticKey("AKID", new SealedSecret(3, "sealed"));
    var elsewhere = new Endpoint(URI.create("https://s3.example.com"), true);

    SessionHandle handle = sessions.of(ACME, "prod", at(elsewhere, fixed));

    Session session = await(handle.renewed(1L << 40));
    assertThat(handle.current()).isSameAs(session);
    assertThat(session.secretAccessKey()).isEqualTo("s3-secret-key of acme/prod");
    assertThat(session.end()).isNull();
    assertThat(opened).singleElement().satisfies(secret -> assertThat(secret).containsOnly(0));
  }

  @Test
  void toProbe_role_isNarrowedToItsFolderAndSharedWithNoReader() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    SessionHandle probe = sessions.toProbe(ACME, "prod", role(null), "probe/");

    assertThat(await(probe.renewed(60))).isNotNull();

    assertThat(probe).isNotSameAs(sessions.of(ACME, "prod", role(null)));
    assertThat(sts.calls().getFirst().form())
        .containsEntry("Policy", SessionPolicy.probe(role(null), "probe/"));
  }

  @Test
  void of_staticKeyForABucketAtAws_isRefused() {
    var fixed = new Credentials.StaticKey("AKID", new SealedSecret(1, "sealed"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.of(ACME, "prod", storage(fixed)))
        .withMessageContaining("custom endpoints");
  }

  @Test
  void of_ambientForAnOrgsOwnBackend_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.of(ACME, "prod", storage(new Credentials.Ambient())))
        .withMessageContaining("default storage");
  }

  @Test
  void of_ambient_isReadAnewAMinuteLater() {
    Instant end = Instant.ofEpochSecond(START + 600);
    identity =
        AwsSessionCredentials.builder()
            .accessKeyId("ASIAOWN")
            .secretAccessKey("own")
            .sessionToken("token")
            .expirationTime(end)
            .build();
    SessionHandle handle = sessions.of(ACME, "default", storage(new Credentials.Ambient()));
    Session first = await(handle.renewed(60));
    assertThat(first).isEqualTo(new Session("ASIAOWN", "own", "token", clock.instant(), end));

    identity = AwsBasicCredentials.create("AKIAOTHER", "other");
    clock.pass(Duration.ofSeconds(59));
    assertThat(handle.current()).isSameAs(first);
    assertThat(handle.current()).isSameAs(first);
    clock.pass(Duration.ofSeconds(1));
    assertThat(handle.current()).isSameAs(first);

    Session second = await(handle.renewed(3_600));
    assertThat(second.accessKeyId()).isEqualTo("AKIAOTHER");
    assertThat(second.end()).isNull();
  }

  @Test
  void of_roleThatCannotStandInAPolicy_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.of(ACME, "prod", storage(new Credentials.Role("reader", null))))
        .withMessageStartingWith("role: ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.of(ACME, "prod", role("reader")))
        .withMessageStartingWith("role: ");
  }

  @Test
  void toString_session_tellsNoSecret() {
    var session = new Session("AKID", "secret", "token", Instant.EPOCH, null);

    assertThat(session).hasToString("Session[end=null]");
  }

  private static S3Storage at(Endpoint endpoint, Credentials credentials) {
    S3Storage s3 = storage(credentials);
    return new S3Storage(
        s3.bucket(),
        s3.region(),
        s3.prefix(),
        endpoint,
        credentials,
        s3.encryption(),
        s3.ttl(),
        s3.responseHeaders());
  }

  /** Secrets that say whose they are; keeps the arrays that it gave away. */
  private final class PlainSecrets implements Secrets {
    @Override
    public SealedSecret seal(byte[] secret, Purpose purpose, int version) {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] open(SealedSecret secret, Purpose purpose) {
      String text = purpose.kind() + " of " + purpose.org() + '/' + purpose.backend();
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      opened.add(bytes);
      return bytes;
    }
  }
}
