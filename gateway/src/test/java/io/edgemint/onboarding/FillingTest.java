package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Org;
import io.edgemint.backend.Policy;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FillingTest {
  @TempDir private Path folder;
  private ProbeWorld world;
  private Optional<DefaultStorage> defaultStorage = Optional.empty();

  @BeforeEach
  void open() {
    world = new ProbeWorld(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private Filling filling() {
    return Filling.of(world.bench.registry, defaultStorage, ProbeWorld.ACME, "prod");
  }

  private void assertRefused(String... words) {
    assertThatThrownBy(this::filling).isInstanceOf(Impossible.class).hasMessageContainingAll(words);
  }

  /** Applies a backend whose upload side alone was found well. */
  private Backend applied(String more) {
    Backend backend = world.applied(Yaml.backend(world.bucket(more)));
    Backend found = backend.withFindings(Verification.VERIFIED, Verification.failed("read_denied"));
    world.bench.write(world.bench.org("acme").withBackend(found));
    return found;
  }

  private void serveByDefault(S3Storage storage) {
    defaultStorage = Optional.of(new DefaultStorage(storage, storage.region(), null, false));
  }

  @Test
  void of_defaultStorage_isTheOrganisationsPartOfIt() {
    applied("");
    serveByDefault(Samples.s3("platform").withPrefix("orgs/"));
    assertThat(filling().source().backend()).isEqualTo("default");
    assertThat(filling().source().storage().prefix()).isEqualTo("orgs/acme/");
    assertThat(filling().target().name()).isEqualTo("prod");
    assertThat(filling().isDone()).isFalse();
  }

  @Test
  void of_distributionAsDefaultStorage_isTheBucketBehindIt() {
    applied("");
    S3Storage bucket = Samples.s3("platform").withPrefix("orgs/");
    CloudFront cdn =
        new CloudFront("https", "d111.cloudfront.net", "", List.of(), Duration.ofMinutes(15));
    defaultStorage = Optional.of(new DefaultStorage(cdn, "eu-west-1", bucket, false));
    assertThat(filling().source().storage().prefix()).isEqualTo("orgs/acme/");
    defaultStorage = Optional.of(new DefaultStorage(cdn, "eu-west-1", null, false));
    assertRefused("nothing that can be listed serves 'acme'");
  }

  @Test
  void of_backendThatServes_isDone() {
    applied("");
    world.bench.activate("acme", "prod");
    assertThat(filling().isDone()).isTrue();
  }

  @Test
  void of_backendNotVerified_isRefused() {
    world.applied(Yaml.backend(world.bucket("")));
    assertRefused("upload side", "unverified", "edgemint backend validate acme prod");
  }

  @Test
  void of_nothingThatServes_isRefused() {
    applied("");
    assertRefused("nothing that can be listed serves 'acme'");
  }

  @Test
  void of_targetBelowTheSource_isRefused() {
    S3Storage first = applied("").upload();
    world.bench.activate("acme", "prod");
    Backend below =
        Backend.draft("prod", 2, first.withPrefix("fw/next/"), first)
            .withFindings(Verification.VERIFIED, Verification.VERIFIED);
    world.bench.write(world.bench.org("acme").withBackend(below));
    assertRefused("'fw/next/'", "lies below 'fw/'");
  }

  @Test
  void of_regionThatIsNotAllowed_isRefused() {
    applied("");
    Org org = world.bench.org("acme");
    var policy = new Policy(new Entitlement(List.of("")), Set.of("us-east-1"), false);
    world.bench.write(
        new Org(org.id(), org.version(), policy, org.revocations(), org.issuers(), org.backends()));
    assertRefused("allowed_regions");
  }
}
