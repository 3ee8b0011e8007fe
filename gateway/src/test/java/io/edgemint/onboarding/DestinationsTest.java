package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Destination;
import io.edgemint.backend.SealedSecrets;
import io.edgemint.backend.Verification;
import io.edgemint.config.InvalidSettings;
import io.edgemint.onboarding.Impossible.Reason;
import io.edgemint.probe.Check;
import io.edgemint.probe.FakeStorage.Fault;
import io.edgemint.probe.FakeStorage.Stored;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationsTest {
  private static final String ROLE = "arn:aws:iam::123456789012:role/edge";
  private static final Order ALICE = Order.of("alice");

  @TempDir private Path folder;
  private ProbeWorld world;
  private Destinations destinations;

  @BeforeEach
  void open() {
    world = new ProbeWorld(folder);
    destinations = new Destinations(world.bench.registry, world.probe);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private String bucket(String credentials, String prefix, String more) {
    return Yaml.bucket(
        credentials,
        ", path_style: true, endpoint: 'http://%s', prefix: %s%s"
            .formatted(world.storage.authority(), prefix, more));
  }

  private Destination apply(String bucket) {
    world.bench.apply(Yaml.org("acme") + Yaml.destination(bucket));
    return standing();
  }

  private Destination standing() {
    return Objects.requireNonNull(world.bench.org("acme").destination("archive"));
  }

  private Destinations.Findings validate() {
    return destinations.validate(ProbeWorld.ACME, "archive", ALICE, check -> {});
  }

  @Test
  void validate_everythingWorks_verifiesAndLeavesNothing() {
    apply(bucket(Yaml.KEY_PAIR, "tenant-a/", ""));

    Destinations.Findings found = validate();

    assertThat(found.checks()).allMatch(Check::passed);
    assertThat(found.destination().verified()).isTrue();
    assertThat(standing()).isEqualTo(found.destination());
    assertThat(world.storage.objects).isEmpty();
    assertThat(world.storage.requests)
        .as("everything below the tenant's prefix, but for the bucket's own settings")
        .filteredOn(request -> String.valueOf(request.path()).indexOf('/', 1) > 0)
        .isNotEmpty()
        .allMatch(
            request ->
                String.valueOf(request.path())
                    .startsWith("/acme-firmware/tenant-a/edgemint-probe/"));
  }

  @Test
  void validate_role_isProvedAndHeldBelowThePrefix() {
    world.sts.trust(ROLE, "AKIAPLATFORM", "acme");
    world.storage.sessionPrefix = "tenant-a/";
    apply(bucket(Yaml.ROLE, "tenant-a/", ""));

    Destinations.Findings found = validate();

    assertThat(found.checks()).allMatch(Check::passed);
    assertThat(found.checks())
        .extracting(Check::step)
        .contains(
            "assume the role with its external id",
            "assume the role without an external id",
            "assume the role with a wrong external id",
            "begin an upload in parts",
            "abort it",
            "delete it",
            "act outside the prefix with the session of a delivery");
  }

  @Test
  void validate_storageThatIgnoresSessionPolicies_fails() {
    world.sts.trust(ROLE, "AKIAPLATFORM", "acme");
    apply(bucket(Yaml.ROLE, "tenant-a/", ""));

    assertThat(ProbeWorld.codes(validate().checks())).containsExactly("prefix_open");
    assertThat(standing().verification()).isEqualTo(Verification.failed("prefix_open"));
  }

  @Test
  void validate_roleThatAsksForNoExternalId_fails() {
    world.sts.trust(ROLE, "AKIAPLATFORM", null);
    world.storage.sessionPrefix = "tenant-a/";
    apply(bucket(Yaml.ROLE, "tenant-a/", ""));

    assertThat(ProbeWorld.codes(validate().checks()))
        .containsExactly("external_id_not_required", "external_id_any");
  }

  @Test
  void validate_roleThatTrustsAnotherId_isDeniedWithTheFix() {
    world.sts.trust(ROLE, "AKIAPLATFORM", "other");
    apply(bucket(Yaml.ROLE, "tenant-a/", ""));

    Destinations.Findings found = validate();

    assertThat(ProbeWorld.codes(found.checks())).containsExactly("role_denied");
    assertThat(found.checks().getFirst().fix()).contains("\"sts:ExternalId\":\"acme\"");
    assertThat(world.storage.requests).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "BUCKET_MISSING, bucket_missing",
    "WRONG_REGION, wrong_region",
    "KEY_PAIR_WRONG, credentials_refused",
    "PUT_REFUSED, write_denied",
    "ROLE_READ_REFUSED, read_back_denied",
    "LIST_REFUSED, list_denied",
    "PARTS_REFUSED, multipart_denied",
    "ABORT_REFUSED, multipart_abort_failed",
    "DELETE_REFUSED, delete_denied",
    "THROTTLING, inconclusive"
  })
  void validate_mistake_isToldWithCodeAndFix(Fault fault, String code) {
    apply(bucket(Yaml.KEY_PAIR, "tenant-a/", ""));
    world.storage.faults.add(fault);

    Destinations.Findings found = validate();

    assertThat(ProbeWorld.codes(found.checks())).contains(code);
    assertThat(found.checks())
        .filteredOn(check -> !check.passed())
        .allMatch(check -> !check.fix().isEmpty() && !check.seen().isEmpty());
    assertThat(found.destination().verified()).isFalse();
  }

  @Test
  void validate_changedMeanwhile_writesNothing() {
    apply(bucket(Yaml.KEY_PAIR, "tenant-a/", ""));
    boolean[] done = {false};

    assertThatThrownBy(
            () ->
                destinations.validate(
                    ProbeWorld.ACME,
                    "archive",
                    ALICE,
                    check -> {
                      if (!done[0]) {
                        done[0] = true;
                        apply(bucket(Yaml.KEY_PAIR, "tenant-b/", ""));
                      }
                    }))
        .isInstanceOfSatisfying(
            Impossible.class, e -> assertThat(e.reason()).isEqualTo(Reason.VERSION_CHANGED));
    assertThat(standing().verification()).isEqualTo(Verification.UNVERIFIED);
  }

  @Test
  void apply_twice_changesNothing() {
    apply(bucket(Yaml.KEY_PAIR, "tenant-a/", ""));
    validate();
    Destination before = standing();

    assertThat(apply(bucket(Yaml.KEY_PAIR, "tenant-a/", ""))).isEqualTo(before);
    assertThat(SealedSecrets.of(world.bench.org("acme"))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prefix: tenant-b/", "bucket: other-bucket", "region: eu-central-1"})
  void apply_anotherPlace_isUnverifiedAgain(String change) {
    String bucket = bucket(Yaml.KEY_PAIR, "tenant-a/", "");
    apply(bucket);
    validate();
    String field = change.substring(0, change.indexOf(':'));

    Destination changed = apply(bucket.replaceFirst(field + ": [^,}]+", change));

    assertThat(changed.revision()).isEqualTo(2);
    assertThat(changed.verification()).isEqualTo(Verification.UNVERIFIED);
  }

  @Test
  void apply_anotherLife_staysVerified() {
    apply(bucket(Yaml.KEY_PAIR, "tenant-a/", ""));
    validate();

    Destination changed = apply(bucket(Yaml.KEY_PAIR, "tenant-a/", ", ttl: 1000s"));

    assertThat(changed.storage().ttl()).hasSeconds(1000);
    assertThat(changed.revision()).isEqualTo(1);
    assertThat(changed.verified()).isTrue();
  }

  @Test
  void apply_fileWithoutIt_deletesItByPruneAlone() {
    apply(bucket(Yaml.KEY_PAIR, "tenant-a/", ""));

    world.bench.apply(Yaml.org("acme"));
    assertThat(world.bench.org("acme").destinations()).hasSize(1);

    assertThat(world.bench.apply(true, false, Yaml.org("acme")).getFirst().changes())
        .containsExactly("destination archive (deleted)");
    assertThat(world.bench.org("acme").destinations()).isEmpty();
  }

  @Test
  void read_noPrefix_namesTheFix() {
    assertThatThrownBy(
            () -> world.bench.read(Yaml.org("acme") + Yaml.destination(Yaml.bucket(Yaml.ROLE, ""))))
        .isInstanceOf(InvalidSettings.class)
        .hasMessageContaining("a destination needs a prefix of its own");
  }

  @Test
  void read_regionThatThePolicyShutsOut_isRefused() {
    String org = "org: acme\npolicy: {entitlement: [''], allowed_regions: [us-east-1]}\n";

    assertThatThrownBy(
            () ->
                world.bench.read(
                    org + Yaml.destination(Yaml.bucket(Yaml.ROLE, ", prefix: tenant-a/"))))
        .isInstanceOf(InvalidSettings.class)
        .hasMessageContaining("destination 'archive' lies in a region");
  }

  @Test
  void apply_nameOfABackend_isRefused() {
    world.applied(Yaml.backend(world.bucket("")));
    String destination =
        Yaml.destination(bucket(Yaml.KEY_PAIR, "tenant-a/", "")).replace("archive", "prod");

    assertThatThrownBy(() -> world.bench.apply(Yaml.org("acme") + destination))
        .isInstanceOfSatisfying(
            Impossible.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONTRADICTION))
        .hasMessageContaining("both called 'prod'");
  }

  @Test
  void write_roleOfAnotherOrganisation_isRefused() {
    apply(bucket(Yaml.ROLE, "tenant-a/", ""));

    assertThatThrownBy(
            () ->
                world.bench.apply(
                    Yaml.org("globex") + Yaml.destination(bucket(Yaml.ROLE, "tenant-b/", ""))))
        .hasMessageContaining("belongs to organisation acme");
  }

  @Test
  void delete_destination_leavesWhatWasDelivered() {
    apply(bucket(Yaml.KEY_PAIR, "tenant-a/", ""));
    Stored archive = new Stored(Buffer.buffer("tar"), null, Bench.NOW);
    world.storage.objects.put("/acme-firmware/tenant-a/job/x_job.tar", archive);

    destinations.delete(ProbeWorld.ACME, "archive", ALICE);

    assertThat(world.bench.org("acme").destinations()).isEmpty();
    assertThat(world.storage.objects).hasSize(1);
    assertThatThrownBy(() -> destinations.delete(ProbeWorld.ACME, "archive", ALICE))
        .isInstanceOfSatisfying(
            Impossible.class, e -> assertThat(e.reason()).isEqualTo(Reason.DESTINATION_MISSING));
    assertThat(List.copyOf(destinations.all(ProbeWorld.ACME, ALICE))).isEmpty();
  }
}
