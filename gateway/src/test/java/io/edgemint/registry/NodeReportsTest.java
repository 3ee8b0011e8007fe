package io.edgemint.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Nodes;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeReportsTest {
  private final ManualTimers timers = new ManualTimers();
  private final ManualExecutor thread = new ManualExecutor();
  private final OrgDirectory directory = new OrgDirectory();
  private final Board board = new Board();
  private final NodeReports reports =
      new NodeReports(
          board, "node-1", directory, thread, timers, () -> timers.millis() * 1_000_000);

  private void version(long version) {
    directory.replace(Snapshot.of(version, List.of()));
  }

  private void readsFor(Duration time) {
    for (long second = 0; second < time.toSeconds(); second++) {
      timers.advance(Duration.ofSeconds(1));
      reports.look();
    }
  }

  @Test
  void look_atTheStart_reportsAtOnce() {
    version(3);
    reports.look();

    assertThat(board.reported).hasSize(1);
    assertThat(board.reported.getFirst().id()).isEqualTo("node-1");
    assertThat(board.reported.getFirst().host()).isNotEmpty();
    assertThat(board.reported.getFirst().version()).isEqualTo(3);
    assertThat(board.reported.getFirst().at()).isEqualTo(timers.millis());
  }

  @Test
  void look_nothingChanges_reportsEveryTenSeconds() {
    reports.look();
    readsFor(Duration.ofSeconds(60));
    assertThat(board.reported).hasSize(7);
  }

  @Test
  void look_versionChanges_reportsWithTheSameRead() {
    reports.look();
    version(1);
    reports.look();
    reports.look();
    assertThat(board.reported).extracting(Nodes.Node::version).containsExactly(0L, 1L);
  }

  @Test
  void look_registryTakesItsTime_asksNoSecondTime() {
    thread.hold();
    reports.look();
    version(1);
    readsFor(Duration.ofSeconds(60));
    assertThat(thread.waiting()).isEqualTo(1);
    thread.release();
    assertThat(board.reported).hasSize(1);
  }

  @Test
  void look_registryRefuses_triesAgainEveryTenSecondsWhateverChanges() {
    board.broken = true;
    reports.look();
    for (int i = 1; i <= 30; i++) {
      version(i);
      readsFor(Duration.ofSeconds(1));
    }
    assertThat(board.asked).isEqualTo(4);

    board.broken = false;
    readsFor(Duration.ofSeconds(10));
    assertThat(board.reported).hasSize(1);
  }

  @Test
  void close_afterAReport_leaves() {
    reports.look();
    reports.close();
    reports.look();
    assertThat(board.left).containsExactly("node-1");
  }

  @Test
  void close_neverReported_asksNothing() {
    reports.close();
    assertThat(board.asked).isZero();
  }

  private static final class Board implements Nodes {
    private final List<Node> reported = new ArrayList<>();
    private final List<String> left = new ArrayList<>();
    private boolean broken;
    private int asked;

    @Override
    public void report(Node node) {
      ask();
      reported.add(node);
    }

    @Override
    public List<Node> nodes() {
      return reported;
    }

    @Override
    public void leave(String id) {
      ask();
      left.add(id);
    }

    private void ask() {
      asked++;
      if (broken) {
        throw new IllegalStateException("broken");
      }
    }
  }
}
