package io.edgemint.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ActiveBackendsTest {
  private final List<Download> built = new ArrayList<>();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private Instant now = Instant.parse("2026-11-20T12:00:00Z");
  private final InstantSource clock = () -> now;
  private boolean broken;

  private final SignerFactory signers =
      (org, backend, download) -> {
        built.add(download);
        if (broken) {
          throw new IllegalArgumentException("key does not fit");
        }
        return new NoSigner();
      };

  private ActiveBackends backends(@Nullable DefaultStorage storage, long maximum) {
    return new ActiveBackends(signers, Optional.ofNullable(storage), tasks::add, clock, maximum);
  }

  private static DefaultStorage storage() {
    return new DefaultStorage(Samples.s3("platform").withPrefix("orgs/"), "eu-west-1", null, false);
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  @Test
  void of_activeBackend_isPreparedOnceForAllWhoWait() {
    Org org = Samples.org("acme", Samples.verified("prod", 1).withState(Backend.State.ACTIVE));
    ActiveBackends backends = backends(storage(), 10);
    Future<ReadyBackend> first = backends.of(org);
    Future<ReadyBackend> second = backends.of(org);
    assertThat(first.isComplete()).isFalse();
    runTasks();
    assertThat(second.result()).isSameAs(first.result());
    assertThat(backends.of(org)).isSameAs(first);
    assertThat(built).hasSize(1);
    assertThat(first.result().name()).isEqualTo("prod");
    assertThat(first.result().via()).isEqualTo("s3");
    assertThat(first.result().ttl()).isEqualTo(900);
  }

  @Test
  void of_verifiedButNotActivated_servesDefaultBelowTheOrgsPrefix() {
    Org org = Samples.org("acme", Samples.verified("prod", 1));
    Future<ReadyBackend> ready = backends(storage(), 10).of(org);
    runTasks();
    assertThat(ready.result().via()).isEqualTo("default");
    assertThat(((S3Storage) built.get(0)).prefix()).isEqualTo("orgs/acme/");
  }

  @Test
  void of_noBackendAndNoDefault_isUnavailable() {
    Future<ReadyBackend> ready = backends(null, 10).of(Samples.org("acme"));
    runTasks();
    assertThat(refusal(ready)).isEqualTo(Refusal.BACKEND_UNAVAILABLE);
  }

  @Test
  void of_defaultStorageOutsideAllowedRegions_isHeldAndNeverSigned() {
    Policy policy = new Policy(Entitlement.NONE, Set.of("eu-central-1"), false);
    Future<ReadyBackend> ready = backends(storage(), 10).of(Samples.org("acme", policy));
    runTasks();
    assertThat(refusal(ready)).isEqualTo(Refusal.RESIDENCY_HOLD);
    assertThat(built).isEmpty();
  }

  @Test
  void of_whatTheBackendAsksAndKnowsOfObjects_isPassedOn() {
    Backend plain = Samples.verified("prod", 1).withState(Backend.State.ACTIVE);
    for (boolean checked : new boolean[] {false, true}) {
      for (boolean pinned : new boolean[] {false, true}) {
        Backend backend = plain.withObjects(new Backend.Objects(checked, pinned));
        Future<ReadyBackend> ready = backends(storage(), 10).of(Samples.org("acme", backend));
        runTasks();
        assertThat(ready.result().checksObjects()).isEqualTo(checked);
        assertThat(ready.result().pinsVersions()).isEqualTo(pinned);
        assertThat(ready.result().objects()).isEqualTo(plain.download());
      }
    }
  }

  @Test
  void of_suspended_isRefusedAndNeverSigned() {
    Backend active = Samples.verified("prod", 1).withState(Backend.State.ACTIVE);
    Backend held = active.withService(active.service().withSuspended(true));
    Future<ReadyBackend> ready = backends(storage(), 10).of(Samples.org("acme", held));
    runTasks();
    assertThat(refusal(ready)).isEqualTo(Refusal.BACKEND_SUSPENDED);
    assertThat(built).isEmpty();
  }

  @Test
  void of_failingDownload_isRefusedOnlyWhereTheOrgWantsThat() {
    Backend active = Samples.verified("prod", 1).withState(Backend.State.ACTIVE);
    Backend failing = active.withFindings(Verification.VERIFIED, Verification.failed("x"));
    Policy refuse = new Policy(Entitlement.NONE, Set.of(), false, true);
    Future<ReadyBackend> held = backends(storage(), 10).of(Samples.org("acme", failing));
    Future<ReadyBackend> refused = backends(storage(), 10).of(Samples.org("acme", refuse, failing));
    Future<ReadyBackend> well = backends(storage(), 10).of(Samples.org("acme", refuse, active));
    runTasks();
    assertThat(held.succeeded()).isTrue();
    assertThat(refusal(refused)).isEqualTo(Refusal.BACKEND_UNAVAILABLE);
    assertThat(well.succeeded()).isTrue();
  }

  @Test
  void of_failedOver_signsForTheStandby() {
    Backend active =
        Samples.verified("prod", 1)
            .withState(Backend.State.ACTIVE)
            .withStandby(new Backend.Standby("second", "us-east-1", false));
    Backend over = active.withService(active.service().withFailedOver(true));
    Future<ReadyBackend> ready = backends(storage(), 10).of(Samples.org("acme", over));
    runTasks();
    assertThat(ready.succeeded()).isTrue();
    assertThat(((S3Storage) built.get(0)).bucket()).isEqualTo("second");
  }

  @Test
  void of_failedOverWhileTheFirstBucketFailsItsProbe_servesThoughFailuresAreToBeRefused() {
    Backend over =
        Samples.verified("prod", 1)
            .withState(Backend.State.ACTIVE)
            .withStandby(new Backend.Standby("second", "us-east-1", true))
            .withService(Backend.Service.NONE.withFailedOver(true))
            .withFindings(Verification.VERIFIED, Verification.failed("read_failed"));
    Org org = Samples.org("acme", over);
    Policy strict =
        new Policy(org.policy().entitlement(), org.policy().allowedRegions(), false, true);
    Future<ReadyBackend> ready =
        backends(storage(), 10)
            .of(
                new Org(
                    org.id(),
                    org.version(),
                    strict,
                    org.revocations(),
                    org.issuers(),
                    org.backends()));
    runTasks();
    assertThat(ready.succeeded()).isTrue();
  }

  @Test
  void of_newRecord_isPreparedAnewAndOldWaitersKeepTheirs() {
    ActiveBackends backends = backends(storage(), 10);
    Org before = Samples.org("acme");
    Future<ReadyBackend> old = backends.of(before);
    Org after = Samples.org("acme").withVersion(2);
    Future<ReadyBackend> fresh = backends.of(after);
    runTasks();
    assertThat(old.result().org()).isSameAs(before);
    assertThat(fresh.result().org()).isSameAs(after);
    assertThat(backends.of(after)).isSameAs(fresh);
  }

  @Test
  void of_clockIsTurnedBackAfterAFailure_triesAgain() {
    Org org = Samples.org("acme", Samples.verified("prod", 1).withState(Backend.State.ACTIVE));
    ActiveBackends backends = backends(storage(), 10);
    broken = true;
    backends.of(org);
    runTasks();
    broken = false;
    now = now.minusSeconds(3_600);

    Future<ReadyBackend> again = backends.of(org);
    runTasks();

    assertThat(again.succeeded()).isTrue();
  }

  @Test
  void of_brokenKey_isUnavailableAndTriedAgainAfterTenSeconds() {
    broken = true;
    ActiveBackends backends = backends(storage(), 10);
    Org org = Samples.org("acme");
    Future<ReadyBackend> first = backends.of(org);
    runTasks();
    assertThat(refusal(first)).isEqualTo(Refusal.BACKEND_UNAVAILABLE);
    broken = false;
    now = now.plusMillis(9_999);
    assertThat(refusal(backends.of(org))).isEqualTo(Refusal.BACKEND_UNAVAILABLE);
    assertThat(built).hasSize(1);
    now = now.plus(Duration.ofMillis(1));
    Future<ReadyBackend> second = backends.of(org);
    runTasks();
    assertThat(second.succeeded()).isTrue();
  }

  @Test
  void of_executorFull_isOverloaded() {
    ActiveBackends backends =
        new ActiveBackends(
            signers,
            Optional.of(storage()),
            task -> {
              throw new RejectedExecutionException();
            },
            clock,
            10);
    assertThat(refusal(backends.of(Samples.org("acme")))).isEqualTo(Refusal.OVERLOADED);
  }

  @Test
  void of_moreOrgsThanRemembered_allAreServed() {
    ActiveBackends backends = backends(storage(), 10);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 1000; i++) {
        Future<ReadyBackend> ready = backends.of(Samples.org("org-" + i));
        runTasks();
        assertThat(ready.result().org().id().value()).isEqualTo("org-" + i);
      }
    }
  }

  private static Refusal refusal(Future<?> future) {
    assertThat(future.failed()).isTrue();
    return ((Refused) future.cause()).refusal();
  }

  private static final class NoSigner implements LinkSigner {
    @Override
    public @Nullable Signing current() {
      return null;
    }

    @Override
    public Future<Signing> renewed(long seconds) {
      return Future.failedFuture("signs nothing");
    }
  }
}
