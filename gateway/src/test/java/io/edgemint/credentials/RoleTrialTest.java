package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.ManualClock;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.PlainSecrets;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.backend.Samples;
import io.edgemint.credentials.RoleTrial.Attempt;
import io.edgemint.sandbox.StsServer;
import io.edgemint.sandbox.StsServer.Call;
import io.edgemint.sandbox.StsServer.Mood;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class RoleTrialTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final String CUSTOMER = "arn:aws:iam::210987654321:role/firmware";
  private static final String PLATFORM = "arn:aws:iam::123456789012:role/binary_backend_acme_prod";

  private final ManualClock clock = new ManualClock(1_790_000_000);
  private final S3Storage storage = Samples.s3("acme-fw");
  private StsServer sts;
  private Sessions sessions;

  @BeforeEach
  void start() throws IOException {
    sts = StsServer.start(clock);
    sessions = sessions(Map.of());
  }

  @AfterEach
  void stop() {
    sessions.close();
    sts.close();
  }

  private Sessions sessions(Map<OrgId, String> externalIds) {
    return new Sessions(
        new PlainSecrets(),
        new SessionSettings(
            sts.endpoint(), Duration.ofSeconds(30), 100, 1, externalIds, null, null),
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAPLATFORM", "secret")),
        Runnable::run,
        clock,
        new SplittableRandom(1),
        new SimpleMeterRegistry());
  }

  private RoleTrial trial(@Nullable String via) {
    return sessions.trial(ACME, storage, new Role(CUSTOMER, via), "probe/");
  }

  private Call lastCall() {
    return sts.calls().getLast();
  }

  @Test
  void attempts_roleThatAsksForTheId_areGrantedWithItAlone() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    RoleTrial trial = trial(null);

    assertThat(trial.withRightId()).isInstanceOf(Attempt.Granted.class);
    assertThat(lastCall().form()).containsEntry("ExternalId", "acme");
    assertThat(lastCall().form().get("Policy")).contains("s3:PutObject");
    assertThat(trial.withoutId()).isEqualTo(new Attempt.Denied(CUSTOMER));
    assertThat(lastCall().form()).doesNotContainKey("ExternalId");
    assertThat(trial.withWrongId("-1f")).isEqualTo(new Attempt.Denied(CUSTOMER));
    assertThat(lastCall().form()).containsEntry("ExternalId", "acme-1f");
  }

  @Test
  void attempts_roleWithoutACondition_areGrantedSessionsThatMayDoNothing() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", null);

    assertThat(trial(null).withoutId()).isInstanceOf(Attempt.Granted.class);
    assertThat(lastCall().form().get("Policy")).contains("\"Deny\"").doesNotContain("Allow");
    assertThat(trial(null).withWrongId("-1f")).isInstanceOf(Attempt.Granted.class);
    assertThat(lastCall().form().get("Policy")).contains("\"Deny\"").doesNotContain("Allow");
  }

  @Test
  void attempts_overThePlatformsRole_assumeItOnce() {
    sts.trust(PLATFORM, "AKIAPLATFORM", null);
    sts.trust(CUSTOMER, PLATFORM, "acme");
    RoleTrial trial = trial(PLATFORM);

    assertThat(trial.withRightId()).isInstanceOf(Attempt.Granted.class);
    assertThat(trial.withoutId()).isInstanceOf(Attempt.Denied.class);
    assertThat(trial.withRightId()).isInstanceOf(Attempt.Granted.class);

    assertThat(sts.calls()).hasSize(4);
    assertThat(sts.calls().getFirst().form())
        .containsEntry("RoleArn", PLATFORM)
        .doesNotContainKey("ExternalId");
  }

  @Test
  void attempts_platformsRoleMissing_nameIt() {
    assertThat(trial(PLATFORM).withRightId()).isEqualTo(new Attempt.Denied(PLATFORM));
  }

  @Test
  void attempts_anythingButAccessDenied_isNoDenial() {
    sts.trust(CUSTOMER, "AKIAPLATFORM", "acme");
    sts.feelNext(Mood.THROTTLING, Mood.BROKEN);

    assertThat(trial(null).withoutId())
        .isEqualTo(new Attempt.Unclear("STS answers HTTP 400 Throttling"));
    assertThat(trial(null).withoutId())
        .isEqualTo(new Attempt.Unclear("STS answers HTTP 500 InternalFailure"));
    sts.close();
    assertThat(trial(null).withoutId()).isInstanceOf(Attempt.Unclear.class);
  }

  @Test
  void withWrongId_longestId_isOneThatStsTakes() {
    sessions.close();
    sessions = sessions(Map.of(ACME, "i".repeat(1224)));
    sts.trust(CUSTOMER, "AKIAPLATFORM", "*");

    trial(null).withWrongId("-1f");

    assertThat(lastCall().form().get("ExternalId")).hasSize(1224).endsWith("-1f");
  }

  @Test
  void trial_roleOfAnotherPartition_isRefused() {
    Role other = new Role("arn:aws-cn:iam::210987654321:role/firmware", null);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.trial(ACME, storage, other, "probe/"));
  }
}
