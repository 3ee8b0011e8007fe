package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.History;
import io.edgemint.backend.Nodes.Node;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.PassingStore;
import io.edgemint.backend.Revocation;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Samples;
import io.edgemint.onboarding.Revoker.Reach;
import io.edgemint.onboarding.Revoker.State;
import io.edgemint.onboarding.Revoker.Wish;
import io.edgemint.outbound.OutboundSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevokerTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final Order ALICE = Order.of("alice");
  private static final Revocation DEVICE = new Revocation.Subject("dev-1");

  private @TempDir @Nullable Path folder;
  private @Nullable Bench bench;
  private int pauses;
  private int waiting;
  private int mostWaiting;
  private Runnable onPause = () -> {};

  @BeforeEach
  void open() {
    bench = new Bench(Objects.requireNonNull(folder), new OutboundSettings(List.of()));
    bench().apply("org: acme\npolicy: {entitlement: ['fw/']}\n");
  }

  @AfterEach
  void close() {
    bench().close();
  }

  private Bench bench() {
    return Objects.requireNonNull(bench);
  }

  private Revoker revoker() {
    return revoker(bench().registry);
  }

  private Revoker revoker(BackendStore store) {
    return new Revoker(
        store,
        bench().registry,
        Optional.empty(),
        InstantSource.fixed(Bench.NOW),
        time -> {
          pauses++;
          onPause.run();
        });
  }

  private History.Entry lastChange() {
    return bench().registry.entries(null, Long.MAX_VALUE, 1).getFirst();
  }

  @Test
  void change_revokedTwice_isWrittenOnce() {
    Wish wish = new Wish(DEVICE, false, "stolen in transit");
    Revoker.Done first = revoker().change(ACME, wish, ALICE);
    Revoker.Done second = revoker().change(ACME, wish, ALICE);

    assertThat(first.changed()).isTrue();
    assertThat(second.changed()).isFalse();
    assertThat(second.org().version()).isEqualTo(first.org().version());
    assertThat(bench().org("acme").revocations().subjects()).containsExactly("dev-1");
    assertThat(lastChange().actor()).isEqualTo("alice");
    assertThat(lastChange().action()).isEqualTo("revoke subject dev-1: stolen in transit");
  }

  @Test
  void change_lifted_leavesTheOthers() {
    revoker().change(ACME, new Wish(DEVICE, false, ""), ALICE);
    revoker().change(ACME, new Wish(new Revocation.KeyPrefix("fw/b"), false, ""), ALICE);
    revoker().change(ACME, new Wish(new Revocation.Everything(), false, ""), ALICE);

    assertThat(revoker().change(ACME, new Wish(DEVICE, true, ""), ALICE).changed()).isTrue();
    assertThat(revoker().change(ACME, new Wish(DEVICE, true, ""), ALICE).changed()).isFalse();

    assertThat(lastChange().action()).isEqualTo("lift revocation of subject dev-1");
    assertThat(bench().org("acme").revocations())
        .isEqualTo(new Revocations(true, Set.of(), List.of("fw/b")));
  }

  @Test
  void change_dryRun_writesNothing() {
    Revoker.Done done =
        revoker().change(ACME, new Wish(DEVICE, false, ""), new Order("alice", null, true));

    assertThat(done.changed()).isTrue();
    assertThat(bench().org("acme").revocations()).isEqualTo(Revocations.NONE);
  }

  @Test
  void change_moreThanCanBeHeld_saysWhatToDoInstead() {
    Set<String> many = new HashSet<>();
    IntStream.range(0, 10_000).forEach(i -> many.add("d" + i));
    Org full = bench().org("acme").withRevocations(new Revocations(false, many, List.of()));
    bench().write(full);

    assertThatExceptionOfType(Impossible.class)
        .isThrownBy(() -> revoker().change(ACME, new Wish(DEVICE, false, ""), ALICE))
        .withMessageContaining("at most 10,000 subjects");
    Wish again = new Wish(new Revocation.Subject("d1"), false, "");
    assertThat(revoker().change(ACME, again, ALICE).changed()).isFalse();
    Wish everything = new Wish(new Revocation.Everything(), false, "");
    assertThat(revoker().change(ACME, everything, ALICE).changed()).isTrue();
  }

  @Test
  void change_somebodyElseWritesMeanwhile_isWrittenAllTheSame() {
    Racing racing = new Racing(bench().registry);

    revoker(racing).change(ACME, new Wish(DEVICE, false, ""), ALICE);

    assertThat(racing.raced).isTrue();
    assertThat(bench().org("acme").revocations().subjects())
        .containsExactlyInAnyOrder("dev-1", "of-the-other");
  }

  /** Somebody else writes between the first read and the write after it. */
  private static final class Racing extends PassingStore {
    private boolean raced;

    private Racing(BackendStore real) {
      super(real);
    }

    @Override
    public List<Org> write(List<Org> orgs, List<Org> deleted, Change change) {
      if (!raced) {
        raced = true;
        Org standing = Objects.requireNonNull(org(ACME));
        Revocation theirs = new Revocation.Subject("of-the-other");
        super.write(
            List.of(standing.withRevocations(standing.revocations().with(theirs))),
            new Change("bob", "revoke"));
      }
      return super.write(orgs, deleted, change);
    }
  }

  private void report(String id, long version, Duration ago) {
    long at = Bench.NOW.minus(ago).toEpochMilli();
    bench().registry.report(new Node(id, "host-" + id, version, at));
  }

  private static List<State> states(List<Reach> reach) {
    return reach.stream().map(Reach::state).toList();
  }

  @Test
  void reach_everyKindOfGateway_isTold() {
    report("a", 7, Duration.ofSeconds(2));
    report("b", 6, Duration.ofSeconds(30));
    report("c", 6, Duration.ofSeconds(31));
    report("d", 8, Duration.ofHours(1));

    List<Reach> reach = revoker().reach(7, true);

    assertThat(states(reach))
        .containsExactly(State.REACHED, State.BEHIND, State.SILENT, State.REACHED);
    assertThat(reach.get(2).silence()).isEqualTo(31);
    assertThat(reach.get(2).node().host()).isEqualTo("host-c");
    assertThat(Revoker.isEverywhere(reach)).isFalse();
    assertThat(pauses).as("three seconds at most").isEqualTo(30);
  }

  @Test
  void reach_gatewayCatchesUp_isNotWaitedForAnyLonger() {
    report("a", 6, Duration.ZERO);
    report("silent", 1, Duration.ofMinutes(5));
    onPause =
        () -> {
          if (pauses == 4) {
            report("a", 7, Duration.ZERO);
          }
        };

    assertThat(states(revoker().reach(7, true))).containsExactly(State.REACHED, State.SILENT);
    assertThat(pauses).isEqualTo(4);
    assertThat(states(revoker().reach(8, false))).containsExactly(State.BEHIND, State.SILENT);
    assertThat(pauses).isEqualTo(4);
  }

  /** Whoever waits holds a thread, and the next revocation needs one. */
  @Test
  void reach_severalWaitAlready_isAnsweredAtOnce() {
    report("stuck", 6, Duration.ZERO);
    Revoker revoker = revoker();
    onPause =
        () -> {
          waiting++;
          if (waiting > mostWaiting && waiting < 10) {
            mostWaiting = waiting;
            assertThat(states(revoker.reach(7, true))).containsExactly(State.BEHIND);
          }
          waiting--;
        };

    revoker.reach(7, true);

    assertThat(mostWaiting).as("calls that waited at once").isEqualTo(4);
    onPause = () -> {};
    pauses = 0;
    revoker.reach(7, true);
    assertThat(pauses).as("room is given back").isEqualTo(30);
  }

  @Test
  void isEverywhere_nobodyHasReported_isFalse() {
    assertThat(Revoker.isEverywhere(revoker().reach(1, true))).isFalse();
  }

  @Test
  void linksUntil_everythingThatHasServed_counts() {
    Backend served = Samples.verified("old", 1);
    S3Storage lasting = Lives.of(Samples.s3("old-bucket"), Duration.ofHours(5));
    Org org =
        Samples.org(
            "acme",
            served.withDownload(lasting).withService(new Backend.Service(1, false, false)),
            Samples.verified("never", 1)
                .withDownload(Lives.of(Samples.s3("never"), Duration.ofDays(6))));

    assertThat(revoker().linksUntil(org)).isEqualTo(Bench.NOW.plus(Duration.ofHours(5)));
    assertThat(revoker().linksUntil(Samples.org("acme"))).isEqualTo(Bench.NOW);
  }
}
