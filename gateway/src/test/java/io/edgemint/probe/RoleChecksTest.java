package io.edgemint.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Backend;
import io.edgemint.onboarding.ProbeWorld;
import io.edgemint.onboarding.Yaml;
import io.edgemint.probe.Check.Side;
import io.edgemint.sandbox.StsServer.Mood;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoleChecksTest {
  private static final String ROLE = "arn:aws:iam::123456789012:role/edge";
  private static final String READER = "arn:aws:iam::123456789012:role/reader";
  private static final String VIA = "arn:aws:iam::210987654321:role/binary_backend_acme_prod";
  private static final String GATEWAY = "AKIAPLATFORM";

  @TempDir private Path folder;
  private ProbeWorld world;

  @BeforeEach
  void open() {
    world = new ProbeWorld(folder);
    world.sts.trust(ROLE, GATEWAY, "acme");
  }

  @AfterEach
  void close() {
    world.close();
  }

  private List<Check> run() {
    return world.run(world.applied(Yaml.backend(world.bucket(Yaml.ROLE, ""))));
  }

  @Test
  void run_roleThatAsksForTheId_isProvedBetweenTwoGrants() {
    List<Check> checks = run();

    assertThat(checks).allMatch(check -> check.code().equals("ok"));
    assertThat(checks.subList(0, 3))
        .extracting(Check::step)
        .containsExactly(
            "assume the role with its external id",
            "assume the role without an external id",
            "assume the role with a wrong external id");
    assertThat(world.sts.calls().subList(0, 4))
        .extracting(call -> String.valueOf(call.form().get("ExternalId")))
        .satisfies(
            ids -> {
              assertThat(ids.get(0)).isEqualTo("acme");
              assertThat(ids.get(1)).isEqualTo("null");
              assertThat(ids.get(2)).matches("acme-[0-9a-f]{16}");
              assertThat(ids.get(3)).isEqualTo("acme");
            });
    assertThat(world.storage.requests.getFirst().getHeader("X-Amz-Security-Token")).isNotNull();
  }

  @Test
  void run_roleThatAsksForNoId_failsTheUploadSideAndTriesTheRest() {
    world.sts.trust(ROLE, GATEWAY, null);

    List<Check> checks = run();

    assertThat(ProbeWorld.codes(checks))
        .containsExactly("external_id_not_required", "external_id_any");
    assertThat(checks)
        .filteredOn(check -> !check.passed())
        .allMatch(check -> check.side() == Side.UPLOAD)
        .allMatch(check -> check.fix().contains("\"sts:ExternalId\":\"acme\""));
    assertThat(checks).extracting(Check::step).contains("read it through a link", "delete it");
  }

  @Test
  void run_roleThatTakesAnyId_failsTheUploadSide() {
    world.sts.trust(ROLE, GATEWAY, "*");

    assertThat(ProbeWorld.codes(run())).containsExactly("external_id_any");
  }

  @Test
  void run_throttlingDuringTheProof_isNoDenialAndNoPass() {
    world.sts.feelNext(Mood.WELL, Mood.THROTTLING, Mood.WELL, Mood.WELL);
    List<Check> checks = run();
    assertThat(ProbeWorld.codes(checks)).containsExactly("inconclusive");
    assertThat(checks.get(1).seen()).contains("Throttling");

    world.sts.feelNext(Mood.WELL, Mood.WELL, Mood.BROKEN, Mood.WELL);
    assertThat(ProbeWorld.codes(run())).containsExactly("inconclusive");

    world.sts.feelNext(Mood.WELL, Mood.WELL, Mood.WELL, Mood.THROTTLING);
    assertThat(ProbeWorld.codes(run())).containsExactly("inconclusive", "inconclusive");
  }

  @Test
  void run_throttlingAtFirst_isInconclusiveAndTriesNothing() {
    world.sts.feelNext(Mood.THROTTLING);

    assertThat(ProbeWorld.codes(run())).containsExactly("inconclusive");
    assertThat(world.storage.requests).isEmpty();
  }

  @Test
  void run_roleThatTrustsSomebodyElse_saysWhatToWrite() {
    world.sts.trust(ROLE, "AKIASOMEBODY", "acme");

    List<Check> checks = run();

    assertThat(ProbeWorld.codes(checks)).containsExactly("role_denied");
    assertThat(checks.getFirst().fix()).contains("\"acme\"", "--external-id acme");
    assertThat(world.storage.requests).isEmpty();
  }

  @Test
  void run_roleThatIsCuredAtOnce_isNotHeldUpByTheEarlierDenial() {
    world.sts.trust(ROLE, "AKIASOMEBODY", "acme");
    Backend backend =
        world.applied(
            Yaml.backend(
                world.bucket(Yaml.ROLE, ""), "{s3: " + world.bucket(Yaml.KEY_PAIR, "") + "}"));
    world.run(backend);
    world.sts.trust(ROLE, GATEWAY, "acme");

    assertThat(ProbeWorld.codes(world.run(backend))).isEmpty();
  }

  @Test
  void run_platformsRoleMissing_isTheOperatorsToMend() {
    String chain = Yaml.ROLE + ", via: '" + VIA + "'";
    Backend backend = world.applied(Yaml.backend(world.bucket(chain, "")));

    List<Check> checks = world.run(backend);

    assertThat(ProbeWorld.codes(checks)).containsExactly("platform_role_missing");
    assertThat(checks.getFirst().fix()).contains(VIA);
  }

  @Test
  void run_otherRoleOnTheDownloadSide_isProvedToo() {
    world.sts.trust(READER, GATEWAY, null);
    String reader = Yaml.ROLE.replace("role/edge", "role/reader");
    Backend backend =
        world.applied(
            Yaml.backend(world.bucket(Yaml.ROLE, ""), "{s3: " + world.bucket(reader, "") + "}"));

    List<Check> checks = world.run(backend);

    assertThat(ProbeWorld.codes(checks))
        .containsExactly("external_id_not_required", "external_id_any");
    assertThat(checks)
        .filteredOn(check -> !check.passed())
        .allMatch(check -> check.side() == Side.DOWNLOAD);
  }
}
