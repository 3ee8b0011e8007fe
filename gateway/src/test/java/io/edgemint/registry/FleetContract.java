package io.edgemint.registry;

import static io.edgemint.registry.StoredOrgs.CHANGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.ManualClock;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.History;
import io.edgemint.backend.Leases.Lease;
import io.edgemint.backend.Nodes.Node;
import io.edgemint.backend.Org;
import io.edgemint.backend.Samples;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What gateways that share a registry are promised, in either database. */
abstract class FleetContract {
  private static final Duration TIME = Duration.ofMinutes(1);

  private final ManualClock clock = new ManualClock(1_800_000_000);
  private SqlRegistry registry;

  abstract SqlRegistry open(InstantSource clock);

  @BeforeEach
  void open() {
    registry = open(clock);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void take_heldByAnother_isNullUntilItsTimeIsOver() {
    assertThat(registry.take("work", "one", TIME)).isEqualTo(new Lease("work", "one", 1));
    assertThat(registry.take("work", "two", TIME)).isNull();
    assertThat(registry.take("other", "two", TIME)).isEqualTo(new Lease("other", "two", 1));
    clock.pass(TIME.minusSeconds(1));
    assertThat(registry.take("work", "two", TIME)).isNull();
    clock.pass(Duration.ofSeconds(1));
    assertThat(registry.take("work", "two", TIME)).isEqualTo(new Lease("work", "two", 2));
    assertThat(registry.take("work", "one", TIME)).isNull();
  }

  @Test
  void take_clockTurnedBack_isNotHeldUntilItHasCaughtUp() {
    clock.pass(Duration.ofDays(1));
    assertThat(registry.take("work", "one", TIME)).isNotNull();
    clock.pass(Duration.ofDays(-1));

    assertThat(registry.take("work", "two", TIME)).isNotNull();
  }

  @Test
  void take_ownLease_isKeptUnderItsNumber() {
    registry.take("work", "one", TIME);
    clock.pass(TIME.minusSeconds(1));
    assertThat(registry.take("work", "one", TIME)).isEqualTo(new Lease("work", "one", 1));
    clock.pass(TIME.minusSeconds(1));
    assertThat(registry.take("work", "two", TIME)).isNull();
  }

  @Test
  void take_byManyAtOnce_goesToOne() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> taken =
          threads.invokeAll(
              IntStream.range(0, 8)
                  .mapToObj(
                      i ->
                          (Callable<Boolean>)
                              () -> registry.take("work", "holder-" + i, TIME) != null)
                  .toList());
      int count = 0;
      for (Future<Boolean> each : taken) {
        count += each.get() ? 1 : 0;
      }
      assertThat(count).isOne();
    }
  }

  @Test
  void write_afterTheLeaseWentToAnother_isRefusedWhole() {
    Lease lease = Objects.requireNonNull(registry.take("work", "one", TIME));
    var org = registry.write(List.of(Samples.org("acme").withVersion(0)), with(lease)).get(0);
    clock.pass(TIME);
    registry.take("work", "two", TIME);
    assertThatThrownBy(() -> registry.write(List.of(org), with(lease)))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("'work' has gone to another process");
    assertThat(registry.load().version()).isEqualTo(org.version());
  }

  @Test
  void write_sameNumberWentToAnother_isRefused() {
    // As after a fail-over to a database that had not heard of the first.
    Lease lost = new Lease("work", "one", 1);
    assertThat(registry.take("work", "two", TIME)).isEqualTo(new Lease("work", "two", 1));

    assertThatThrownBy(() -> registry.write(List.of(StoredOrgs.org("acme")), with(lost)))
        .isInstanceOf(Conflict.class);
    assertThat(registry.load().version()).isZero();
  }

  @Test
  void report_again_replacesTheEarlierOneUntilTheNodeLeaves() {
    registry.report(new Node("b", "host-b", 1, 1_000));
    registry.report(new Node("a", "host-a", 2, 1_000));
    registry.report(new Node("b", "host-b", 3, 2_000));
    assertThat(registry.nodes())
        .containsExactly(new Node("a", "host-a", 2, 1_000), new Node("b", "host-b", 3, 2_000));

    registry.leave("a");
    registry.report(new Node("c", "host-c", 3, 2_001 + Duration.ofDays(1).toMillis()));

    assertThat(registry.nodes()).extracting(Node::id).as("b was silent").containsExactly("c");
  }

  @Test
  void entries_changesOfTwoOrgs_areToldNewestFirst() {
    Org acme = registry.write(List.of(Samples.org("acme").withVersion(0)), CHANGE).getFirst();
    registry.write(List.of(StoredOrgs.org("globex")), CHANGE);
    registry.delete(acme, new Change("bob", "delete"));

    List<History.Entry> all = registry.entries(null, Long.MAX_VALUE, 10);
    assertThat(all).extracting(History.Entry::version).containsExactly(3L, 2L, 1L);
    assertThat(all.getFirst().actor()).isEqualTo("bob");
    assertThat(all.getFirst().before()).isEqualTo(all.getLast().after()).isNotEmpty();
    assertThat(all.getFirst().after()).isEmpty();
    assertThat(registry.entries(acme.id(), 3, 10)).containsExactly(all.getLast());
    assertThat(registry.entries(null, Long.MAX_VALUE, 1)).containsExactly(all.getFirst());
  }

  @Test
  void save_keysOfAnIssuer_areThoseLastSaved() {
    assertThat(registry.load("https://one.example")).isNull();
    registry.save("https://one.example", "{\"keys\":[1]}");
    registry.save("https://one.example", "{\"keys\":[2]}");
    assertThat(registry.load("https://one.example")).isEqualTo("{\"keys\":[2]}");
    assertThat(registry.load().version()).as("no version of the orgs").isZero();
  }

  private static Change with(Lease lease) {
    return new Change("somebody", "something", lease);
  }
}
