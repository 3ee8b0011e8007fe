package io.edgemint.registry;

import static io.edgemint.registry.StoredOrgs.CHANGE;
import static io.edgemint.registry.StoredOrgs.org;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import io.edgemint.backend.Org;
import io.edgemint.backend.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a check of the audit trail finds, in either database. */
abstract class AuditCheckContract {
  private static final int ROWS = 12;
  private static final List<String> TEXTS = List.of("actor", "action", "org", "document", "chain");

  private SqlRegistry registry;

  abstract SqlRegistry open();

  /** Runs statements beside the registry, with rows that name no organisation allowed. */
  abstract void tamper(List<String> statements);

  @BeforeEach
  void write() {
    registry = open();
    List<Org> orgs =
        new ArrayList<>(registry.write(List.of(org("one"), org("two"), org("three")), CHANGE));
    for (int version = 4; version <= ROWS; version++) {
      int i = version % orgs.size();
      orgs.set(i, registry.write(List.of(orgs.get(i)), CHANGE).getFirst());
    }
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void audit_untouched_hasNoFlawAndTheHeadOfTheRegistry() {
    AuditReport report = registry.audit(null);

    assertThat(report.flaw()).isNull();
    assertThat(report.rows()).isEqualTo(ROWS);
    assertThat(report.head().chain()).isEqualTo(registry.load().chain());
    assertThat(AuditReport.Head.parse(report.head().toString())).isEqualTo(report.head());
  }

  @Test
  void audit_orgDeleted_hasNoFlawUntilItsTimeIsChanged() {
    registry.delete(Objects.requireNonNull(registry.org(org("one").id())), CHANGE);
    assertThat(registry.audit(null).flaw()).isNull();
    tamper(List.of("UPDATE org SET deleted_at = deleted_at + 1 WHERE id = 'one'"));
    assertThat(flaw(null).version()).isEqualTo(ROWS + 1);
  }

  @Test
  void since_newestRowLost_loadsEverythingOnceAndNotAtEachRead() {
    tamper(List.of("DELETE FROM audit WHERE version = " + ROWS));
    Snapshot known = registry.load();

    assertThat(registry.since(known).everything()).isFalse();
    assertThat(registry.since(known).changed()).isEmpty();

    registry.write(List.of(org("four")), CHANGE);
    assertThat(registry.since(known).everything()).isTrue();
  }

  @Test
  void audit_anyOneChange_isFoundAtItsVersion() {
    Seeded.run(
        40,
        random -> {
          Change change = change(random);
          tamper(change.statements);
          assertThat(flaw(null).version()).as(change.statements::toString).isEqualTo(change.found);
          tamper(change.undo);
          assertThat(registry.audit(null).flaw()).as(change.undo::toString).isNull();
        });
  }

  private record Change(long found, List<String> statements, List<String> undo) {}

  private static Change change(RandomGenerator random) {
    int version = random.nextInt(ROWS) + 1;
    String where = " WHERE version = " + version;
    return switch (random.nextInt(5)) {
      case 0 -> {
        String column = Seeded.pick(random, TEXTS);
        yield new Change(
            version,
            List.of("UPDATE audit SET %1$s = %1$s || 'x'".formatted(column) + where),
            List.of(
                "UPDATE audit SET %1$s = substr(%1$s, 1, length(%1$s) - 1)".formatted(column)
                    + where));
      }
      case 1 ->
          new Change(
              version,
              List.of("UPDATE audit SET at = at + 1" + where),
              List.of("UPDATE audit SET at = at - 1" + where));
      case 2 ->
          new Change(
              version,
              List.of(
                  "CREATE TABLE kept AS SELECT * FROM audit" + where, "DELETE FROM audit" + where),
              List.of("INSERT INTO audit SELECT * FROM kept", "DROP TABLE kept"));
      case 3 ->
          new Change(
              ROWS + 1,
              List.of(
                  "INSERT INTO audit SELECT %d, at, actor, action, org, document, chain FROM audit"
                          .formatted(ROWS + 1)
                      + where),
              List.of("DELETE FROM audit WHERE version = " + (ROWS + 1)));
      default -> {
        int other = random.nextInt(ROWS) + 1;
        List<String> swap =
            List.of(
                "UPDATE audit SET version = -1 WHERE version = " + version,
                "UPDATE audit SET version = %d WHERE version = %d".formatted(version, other),
                "UPDATE audit SET version = %d WHERE version = -1".formatted(other));
        yield version == other
            ? new Change(
                ROWS + 1,
                List.of("UPDATE registry_version SET version = version + 1"),
                List.of("UPDATE registry_version SET version = version - 1"))
            : new Change(Math.min(version, other), swap, swap);
      }
    };
  }

  @Test
  void audit_documentOfAnOrgChanged_isFoundAtItsNewestRow() {
    long newest = Objects.requireNonNull(registry.org(org("two").id())).version();
    tamper(List.of("UPDATE org SET document = document || ' ' WHERE id = 'two'"));
    assertThat(flaw(null).version()).isEqualTo(newest);
    assertThat(flaw(null).org()).isEqualTo("two");
  }

  @Test
  void audit_orgPutBackToAnOlderVersion_isFoundAtItsNewestRow() {
    long newest = Objects.requireNonNull(registry.org(org("two").id())).version();
    tamper(List.of("UPDATE org SET version = 1000 WHERE id = 'two'"));
    assertThat(flaw(null).version()).isEqualTo(newest);
  }

  @Test
  void audit_trailOfAnotherPast_isTheOneNotedOnlyUpToThere() {
    AuditReport.Head noted = registry.audit(null).head();
    registry.write(List.of(org("four")), CHANGE);
    assertThat(registry.audit(noted).flaw()).isNull();

    String foreign = AuditTrail.hash("another");
    assertThat(flaw(new AuditReport.Head(5, foreign)).version()).isEqualTo(5);
    assertThat(flaw(new AuditReport.Head(1000, foreign)).problem()).contains("1000 was noted");
  }

  private AuditReport.Flaw flaw(AuditReport.@Nullable Head noted) {
    return Objects.requireNonNull(registry.audit(noted).flaw());
  }
}
