package io.edgemint.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Samples;
import io.edgemint.objects.ObjectFact.Found;
import io.edgemint.objects.ObjectFact.Missing;
import io.edgemint.objects.ObjectFact.Unlearnt;
import io.edgemint.objects.ObjectFacts.Told;
import io.edgemint.objects.StoredObject.DigestState;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ObjectFactsTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final OrgId OTHER = new OrgId("other");
  private static final ObjectKey KEY = Samples.key("fw/1.bin");
  private static final S3Storage STORAGE = Samples.s3("bucket");

  private final ManualClock clock = new ManualClock(1_000_000);
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private ObjectFact answer = found(1);
  private ObjectFacts facts = facts(tasks::add, 1 << 20);

  private ObjectFacts facts(Executor executor, long bytes) {
    return new ObjectFacts(
        (org, backend, storage, key, version) -> {
          asked.add(org + " " + storage.bucket() + " " + key.value() + " " + version);
          return answer;
        },
        (org, storage, object) -> DigestState.DECLARED,
        executor,
        clock,
        new Random(1),
        bytes);
  }

  private static StoredObject stored(long size) {
    return new StoredObject(
        KEY, size, "\"e\"", null, "a".repeat(64), DigestState.DECLARED, null, null, false);
  }

  private static ObjectFact found(long size) {
    return new Found(stored(size));
  }

  private Told told() {
    return facts.known(ACME, "prod", STORAGE, KEY, null);
  }

  private @Nullable StoredObject known() {
    return told().object();
  }

  private Future<ObjectFact> learn() {
    return facts.learn(ACME, "prod", STORAGE, KEY, null);
  }

  private void work() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void known_unknownObject_isLearntBeside() {
    assertThat(known()).isNull();
    work();

    assertThat(known()).isEqualTo(stored(1));
    assertThat(asked).containsExactly("acme bucket fw/1.bin null");
  }

  @Test
  void learn_manyAtOnce_askOnce() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var askers = Executors.newVirtualThreadPerTaskExecutor()) {
      ObjectFacts shared =
          new ObjectFacts(
              (org, backend, storage, key, version) -> {
                calls.incrementAndGet();
                await(gate);
                return found(7);
              },
              (org, storage, object) -> DigestState.DECLARED,
              executor,
              clock,
              new Random(1),
              1 << 20);
      Queue<Future<ObjectFact>> answers = new ConcurrentLinkedQueue<>();
      List<java.util.concurrent.Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        done.add(askers.submit(() -> answers.add(shared.learn(ACME, "prod", STORAGE, KEY, null))));
      }
      for (var each : done) {
        each.get();
      }
      gate.countDown();

      for (Future<ObjectFact> each : answers) {
        assertThat(each.toCompletionStage().toCompletableFuture().get()).isEqualTo(found(7));
      }
      assertThat(answers).hasSize(200);
      assertThat(calls).hasValue(1);
    }
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void known_afterAMinute_servesTheOldOneAndAsksAgain() {
    known();
    work();
    answer = found(2);
    clock.pass(Duration.ofSeconds(59));
    assertThat(known()).isEqualTo(stored(1));
    assertThat(tasks).isEmpty();

    clock.pass(Duration.ofSeconds(1));
    assertThat(known()).isEqualTo(stored(1));
    assertThat(learn().result()).isEqualTo(found(1));
    assertThat(tasks).hasSize(1);
    work();
    assertThat(known()).isEqualTo(stored(2));
  }

  @Test
  void known_untilWhen_isTheNextQuestion() {
    assertThat(told().untilMillis()).as("while it is asked").isZero();
    work();
    assertThat(told().untilMillis()).isEqualTo(clock.millis() + 60_000);
    clock.pass(Duration.ofSeconds(61));
    assertThat(told()).as("old, and asked again").isEqualTo(new Told(stored(1), 0));
    answer = new Missing();
    work();
    assertThat(told()).isEqualTo(new Told(null, clock.millis() + 5_000));
  }

  @Test
  void known_storageLeftAlone_isTheEndOfThePause() {
    answer = new Unlearnt("timeout", true);
    known();
    work();

    Told other = facts.known(ACME, "prod", STORAGE, Samples.key("b"), null);
    assertThat(other.object()).isNull();
    assertThat(other.untilMillis() - clock.millis()).isBetween(10_000L, 15_000L);
    assertThat(tasks).isEmpty();
  }

  @Test
  void known_unusedForLong_isDropped() {
    known();
    work();
    clock.pass(Duration.ofMinutes(6));

    assertThat(known()).isNull();
  }

  @Test
  void learn_missingObject_isRememberedForFiveSeconds() {
    answer = new Missing();
    learn();
    work();
    answer = found(1);
    clock.pass(Duration.ofMillis(4_999));
    assertThat(learn().result()).isEqualTo(new Missing());

    clock.pass(Duration.ofMillis(1));
    Future<ObjectFact> again = learn();
    assertThat(again.isComplete()).isFalse();
    work();
    assertThat(again.result()).isEqualTo(found(1));
  }

  @Test
  void learn_denied_isAskedAgainAfterTenSecondsAtTheEarliest() {
    answer = new Unlearnt("HTTP 403", false);
    learn();
    work();
    clock.pass(Duration.ofMillis(9_999));
    assertThat(learn().result()).isEqualTo(answer);
    assertThat(facts.learn(ACME, "prod", STORAGE, Samples.key("b"), null).isComplete()).isFalse();
    work();

    clock.pass(Duration.ofSeconds(6));
    assertThat(learn().isComplete()).isFalse();
  }

  @Test
  void learn_storageDown_leavesTheWholeStorageAlone() {
    answer = new Unlearnt("timeout", true);
    learn();
    work();

    ObjectFact other = facts.learn(ACME, "prod", STORAGE, Samples.key("b"), null).result();
    assertThat(other).isInstanceOf(Unlearnt.class);
    assertThat(facts.learn(ACME, "prod", Samples.s3("elsewhere"), KEY, null).isComplete())
        .isFalse();
    assertThat(facts.learn(OTHER, "prod", STORAGE, KEY, null).isComplete()).isFalse();
    clock.pass(Duration.ofSeconds(16));
    assertThat(facts.learn(ACME, "prod", STORAGE, Samples.key("b"), null).isComplete()).isFalse();
  }

  @Test
  void learn_storageFailsAgainAndAgain_isAskedMoreAndMoreSeldomUntilItTells() {
    assertThat(pauses(4))
        .zipSatisfy(
            List.of(10, 20, 30, 30),
            (pause, least) -> assertThat(pause).isBetween(least * 1000L, least * 1500L));

    answer = new Missing();
    learn();
    work();
    assertThat(pauses(1).getFirst()).isBetween(10_000L, 15_000L);
  }

  @Test
  void learn_answerInAPause_leavesTheStorageAloneForAShortOne() {
    pauses(3);
    learn();
    facts.learn(ACME, "prod", STORAGE, Samples.key("b"), null);
    tasks.remove().run();
    assertThat(left()).isBetween(30_000L, 45_000L);
    answer = new Unlearnt("HTTP 403", false);
    work();

    assertThat(left()).isBetween(10_000L, 15_000L);
    assertThat(pauses(1).getFirst()).as("no pause before").isBetween(10_000L, 15_000L);
  }

  @Test
  void forget_inALongPause_letsTheStorageBeAskedSoon() {
    pauses(3);
    learn();
    work();
    assertThat(left()).isBetween(30_000L, 45_000L);
    facts.forget(ACME, STORAGE, KEY);

    assertThat(left()).isBetween(10_000L, 15_000L);
  }

  @Test
  void learn_severalFailTogether_makeOnePause() {
    answer = new Unlearnt("timeout", true);
    learn();
    facts.learn(ACME, "prod", STORAGE, Samples.key("b"), null);
    work();

    assertThat(left()).isBetween(10_000L, 15_000L);
  }

  @Test
  void learn_clockTurnedBackInAPause_asks() {
    answer = new Unlearnt("timeout", true);
    learn();
    work();
    clock.pass(Duration.ofMinutes(-1));

    assertThat(left()).isZero();
    assertThat(tasks).hasSize(1);
  }

  /** Lets the storage fail so often, each time when it is left alone no longer. */
  private List<Long> pauses(int failures) {
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < failures; i++) {
      answer = new Unlearnt("timeout", true);
      facts.learn(ACME, "prod", STORAGE, Samples.key("k" + i), null);
      work();
      pauses.add(left());
      clock.pass(Duration.ofMillis(pauses.getLast()));
    }
    return pauses;
  }

  /** For how long the storage is left alone; asked about an object that nobody has asked for. */
  private long left() {
    Told told = facts.known(ACME, "prod", STORAGE, Samples.key("left alone"), null);
    return told.untilMillis() == 0 ? 0 : told.untilMillis() - clock.millis();
  }

  @Test
  void known_storageDownSince_keepsWhatWasFoundForAnHour() {
    known();
    work();
    answer = new Unlearnt("timeout", true);
    for (int minute = 0; minute < 60; minute++) {
      clock.pass(Duration.ofMinutes(1));
      assertThat(known()).isEqualTo(stored(1));
      work();
    }

    clock.pass(Duration.ofSeconds(16));
    assertThat(known()).as("the storage is left alone").isNull();
    assertThat(learn().result()).isInstanceOf(Unlearnt.class);
  }

  @Test
  void known_otherOrgPlaceOrVersion_isAnotherObject() {
    known();
    work();

    assertThat(facts.known(OTHER, "prod", STORAGE, KEY, null).object()).isNull();
    assertThat(facts.known(ACME, "prod", STORAGE.withPrefix("a/"), KEY, null).object()).isNull();
    assertThat(facts.known(ACME, "prod", STORAGE, KEY, "v1").object()).isNull();
    work();
    assertThat(asked).hasSize(4);
  }

  @Test
  void forget_knownObject_isAskedAnew() {
    known();
    work();
    long before = facts.version();
    facts.forget(ACME, STORAGE, KEY);

    assertThat(facts.version()).isNotEqualTo(before);
    assertThat(known()).isNull();
  }

  @Test
  void forget_whileItIsAsked_dropsTheLateAnswer() {
    known();
    facts.forget(ACME, STORAGE, KEY);
    work();
    answer = found(2);

    assertThat(known()).isNull();
    work();
    assertThat(known()).isEqualTo(stored(2));
  }

  @Test
  void learn_orgWithoutAPlace_learnsNothingAndOthersDo() {
    for (int i = 0; i < 16; i++) {
      assertThat(facts.learn(ACME, "prod", STORAGE, Samples.key("k" + i), null).isComplete())
          .isFalse();
    }

    assertThat(learn().result()).isInstanceOf(Unlearnt.class);
    assertThat(facts.learn(OTHER, "prod", STORAGE, KEY, null).isComplete()).isFalse();
    work();
    assertThat(learn().isComplete()).isFalse();
    assertThat(tasks).hasSize(1);
  }

  @Test
  void learn_allPlacesTaken_learnsNothing() {
    for (int i = 0; i < 128; i++) {
      var org = new OrgId("org" + i / 16);
      assertThat(facts.learn(org, "prod", STORAGE, Samples.key("k" + i), null).isComplete())
          .isFalse();
    }

    assertThat(learn().result()).isInstanceOf(Unlearnt.class);
    work();
    assertThat(learn().isComplete()).isFalse();
  }

  @Test
  void learn_executorIsClosed_givesItsPlaceBack() {
    facts =
        facts(
            task -> {
              throw new RejectedExecutionException();
            },
            1 << 20);

    for (int i = 0; i < 300; i++) {
      assertThat(learn().result()).isEqualTo(new Unlearnt("too many objects are asked for", false));
    }
  }

  @Test
  void known_manyObjects_keepWithinTheirWeight() {
    facts = facts(Runnable::run, 10_000);
    for (int i = 0; i < 1_000; i++) {
      facts.known(ACME, "prod", STORAGE, Samples.key("k" + i), null);
    }
    asked.clear();
    for (int i = 0; i < 1_000; i++) {
      facts.known(ACME, "prod", STORAGE, Samples.key("k" + i), null);
    }

    assertThat(asked).hasSizeGreaterThan(970);
  }
}
