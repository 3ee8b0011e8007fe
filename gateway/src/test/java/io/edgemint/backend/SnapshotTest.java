package io.edgemint.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Snapshot.Changes;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private final Org acme = Samples.org("acme");
  private final Org globex = Samples.org("globex");
  private final Snapshot snapshot = Snapshot.of(3, List.of(acme, globex));

  @Test
  void with_changesAndDeletions_appliesThem() {
    Org newer = acme.withVersion(4);
    Snapshot next =
        snapshot.with(new Changes(5, "c5", false, List.of(newer), List.of(new OrgId("globex"))));
    assertThat(next.version()).isEqualTo(5);
    assertThat(next.chain()).isEqualTo("c5");
    assertThat(next.orgs()).containsExactly(newer);
    assertThat(snapshot.orgs()).as("the old one stays as it was").hasSize(2);
  }

  @Test
  void with_everything_forgetsTheRestAndKeepsEqualRecords() {
    Snapshot next =
        snapshot.with(new Changes(9, "c9", true, List.of(Samples.org("acme")), List.of()));
    assertThat(next.org(new OrgId("acme"))).isSameAs(acme);
    assertThat(next.org(new OrgId("globex"))).isNull();
  }

  @Test
  void replace_listeners_hearOfTheNewOne() {
    OrgDirectory directory = new OrgDirectory();
    assertThat(directory.snapshot().orgs()).isEmpty();
    directory.onReplace(next -> assertThat(directory.snapshot()).isSameAs(next));
    directory.replace(snapshot);
    assertThat(directory.snapshot()).isSameAs(snapshot);
  }
}
