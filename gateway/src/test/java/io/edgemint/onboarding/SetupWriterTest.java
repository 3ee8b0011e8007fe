package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.credentials.SessionSettings;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.setup.Setup;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetupWriterTest {
  private static final String MIDDLE = "arn:aws:iam::999999999999:role/binary_backend_acme_prod";
  private static final Order ALICE = Order.of("alice");

  @TempDir private Path folder;
  private ProbeWorld world;

  @BeforeEach
  void open() {
    world = new ProbeWorld(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private SetupWriter writer(@Nullable String identity) {
    var settings =
        new SessionSettings(
            world.sts.endpoint(), Duration.ofSeconds(5), 100, 1, Map.of(), identity, null);
    return new SetupWriter(world.bench.registry, settings, world.sessions);
  }

  private static String principal(Setup setup) {
    return new JsonObject(setup.json())
        .getJsonObject("trust_policy")
        .getJsonArray("Statement")
        .getJsonObject(0)
        .getJsonObject("Principal")
        .getString("AWS");
  }

  @Test
  void of_platformRoleThatCannotBeAssumed_isRefusedUntilItCan() {
    world.applied(Yaml.backend(Yaml.bucket(Yaml.ROLE + ", via: '" + MIDDLE + "'", "")));
    assertRefused(
        Reason.PLATFORM_ROLE_MISSING,
        () -> writer(null).of(ProbeWorld.ACME, "prod", ALICE),
        "edgemint platform setup");

    // The organisation's own role does not stand yet, which is what set-up is for.
    world.sts.trust(MIDDLE, "AKIAPLATFORM", null);
    assertThat(principal(writer(null).of(ProbeWorld.ACME, "prod", ALICE))).isEqualTo(MIDDLE);
  }

  @Test
  void of_roleWithoutOneBefore_trustsTheGatewayItself() {
    world.applied(Yaml.backend(Yaml.bucket(Yaml.ROLE, "")));
    assertRefused(
        Reason.WRONG_STATE,
        () -> writer(null).of(ProbeWorld.ACME, "prod", ALICE),
        "sessions.identity");
    String identity = "arn:aws:iam::999999999999:role/edgemint";
    assertThat(principal(writer(identity).of(ProbeWorld.ACME, "prod", ALICE))).isEqualTo(identity);
    assertThat(world.sts.calls()).isEmpty();
  }

  private static void assertRefused(Reason reason, ThrowingCallable change, String part) {
    assertThatThrownBy(change)
        .isInstanceOfSatisfying(
            Impossible.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason))
        .hasMessageContaining(part);
  }
}
