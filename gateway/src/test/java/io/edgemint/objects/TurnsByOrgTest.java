package io.edgemint.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.backend.OrgId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnsByOrgTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final OrgId OTHER = new OrgId("other");

  private final TurnsByOrg turns = new TurnsByOrg(3, 5);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<Integer> done = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    gate.countDown();
    turns.close();
  }

  private void hang(OrgId org) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    assertThat(
            turns.run(
                org,
                () -> {
                  begun.countDown();
                  await(gate);
                }))
        .isTrue();
    await(begun);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void run_organisationWhoseStorageHangs_holdsNoOther() throws Exception {
    hang(ACME);
    assertThat(turns.run(ACME, () -> done.add(1))).isTrue();
    assertThat(turns.run(OTHER, () -> done.add(2))).isTrue();

    Patience.until(() -> done.contains(2));
    assertThat(done).containsExactly(2);
    gate.countDown();
    Patience.until(() -> done.size() == 2);
  }

  @Test
  void run_manyOfOne_runInOrderOneAtATime() throws Exception {
    TurnsByOrg many = new TurnsByOrg(1000, 1000);
    IntStream.range(0, 500).forEach(i -> assertThat(many.run(ACME, () -> done.add(i))).isTrue());

    Patience.until(() -> done.size() == 500);
    assertThat(done).isSorted();
  }

  @Test
  void run_moreThanTheShareOrThanAll_isTurnedAway() throws Exception {
    hang(ACME);
    hang(OTHER);
    for (int i = 0; i < 3; i++) {
      assertThat(turns.run(ACME, () -> done.add(1))).isTrue();
    }

    assertThat(turns.run(ACME, () -> done.add(1))).as("its share").isFalse();
    assertThat(turns.run(OTHER, () -> done.add(2))).isTrue();
    assertThat(turns.run(OTHER, () -> done.add(2))).isTrue();
    assertThat(turns.run(OTHER, () -> done.add(2))).as("all there is").isFalse();
    gate.countDown();
    Patience.until(() -> done.size() == 5);
    assertThat(turns.run(ACME, () -> done.add(3))).isTrue();
    Patience.until(() -> done.size() == 6);
  }

  @Test
  void run_workThatFails_keepsNoneFromItsTurn() throws Exception {
    hang(ACME);
    turns.run(
        ACME,
        () -> {
          throw new IllegalStateException("broken");
        });
    turns.run(ACME, () -> done.add(1));
    gate.countDown();

    Patience.until(() -> done.size() == 1);
  }

  @Test
  void close_whatWaits_isNotBegun() throws Exception {
    hang(ACME);
    turns.run(ACME, () -> done.add(1));
    turns.close();
    gate.countDown();

    assertThat(turns.run(ACME, () -> done.add(2))).isFalse();
    assertThat(done).isEmpty();
  }
}
