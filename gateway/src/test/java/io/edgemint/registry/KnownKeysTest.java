package io.edgemint.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.LastGoodKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KnownKeysTest {
  private static final String A = "https://a.test";
  private static final String B = "https://b.test";

  private final Table table = new Table();
  private final OrgDirectory directory = new OrgDirectory();
  private final KnownKeys keys = new KnownKeys(table, Set.of(A), Runnable::run);

  @Test
  void load_registryThere_isItsWord() {
    keys.restore(Map.of(A, "of the file"));
    table.rows.put(A, "of the registry");

    assertThat(keys.load(A)).isEqualTo("of the registry");
    assertThat(keys.load(B)).isNull();
  }

  @Test
  void load_registryFails_isWhatTheFileSaid() {
    keys.restore(Map.of(A, "of the file"));
    table.broken = true;

    assertThat(keys.load(A)).isEqualTo("of the file");
    assertThatThrownBy(() -> keys.load(B)).hasMessage("broken");
  }

  @Test
  void anything_registryAway_doesNotAskIt() {
    keys.restore(Map.of(A, "of the file"));
    keys.away(true);

    assertThat(keys.load(A)).isEqualTo("of the file");
    assertThat(keys.load(B)).isNull();
    keys.save(A, "fetched");
    keys.settle();

    assertThat(keys.load(A)).isEqualTo("fetched");
    assertThat(table.asked).isZero();
  }

  @Test
  void settle_registryBack_writesWhatItMissedOnce() {
    keys.away(true);
    keys.save(A, "fetched");
    keys.away(false);

    keys.settle();
    keys.settle();

    assertThat(table.rows).isEqualTo(Map.of(A, "fetched"));
    assertThat(table.asked).isEqualTo(1);
  }

  @Test
  void save_registryRefuses_staysToBeWritten() {
    table.broken = true;
    keys.save(A, "fetched");
    table.broken = false;

    keys.settle();

    assertThat(table.rows).isEqualTo(Map.of(A, "fetched"));
  }

  @Test
  void of_issuersThatAreGone_forgetsTheirKeys() {
    directory.replace(Snapshot.of(1, List.of(StoredOrgs.withIssuer(StoredOrgs.org("acme"), B))));
    keys.save(A, "a");
    keys.save(B, "b");
    assertThat(keys.of(directory)).isEqualTo(Map.of(A, "a", B, "b"));

    directory.replace(Snapshot.of(2, List.of(StoredOrgs.org("acme"))));

    assertThat(keys.of(directory)).isEqualTo(Map.of(A, "a"));
  }

  @Test
  void settle_issuerGoneMeanwhile_isDoneWithIt() {
    List<Runnable> tasks = new ArrayList<>();
    KnownKeys apart = new KnownKeys(table, Set.of(A), tasks::add);
    apart.away(true);
    apart.save(B, "b");
    apart.of(directory);
    apart.away(false);
    tasks.removeFirst().run();

    apart.settle();

    assertThat(tasks).isEmpty();
    assertThat(table.asked).isZero();
  }

  @Test
  void revision_sameKeysAgain_stays() {
    keys.save(A, "a");
    long before = keys.revision();
    keys.save(A, "a");
    assertThat(keys.revision()).isEqualTo(before);
    keys.save(A, "b");
    assertThat(keys.revision()).isGreaterThan(before);
  }

  private static final class Table implements LastGoodKeys {
    private final Map<String, String> rows = new HashMap<>();
    private boolean broken;
    private int asked;

    @Override
    public @Nullable String load(String iss) {
      ask();
      return rows.get(iss);
    }

    @Override
    public void save(String iss, String jwksJson) {
      ask();
      rows.put(iss, jwksJson);
    }

    private void ask() {
      asked++;
      if (broken) {
        throw new IllegalStateException("broken");
      }
    }
  }
}
