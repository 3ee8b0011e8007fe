package io.edgemint.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrgDirectoryTest {
  @Test
  void replace_aListenerFails_tellsTheOthers() {
    OrgDirectory directory = new OrgDirectory();
    List<Snapshot> told = new ArrayList<>();
    directory.onReplace(
        next -> {
          throw new IllegalStateException("broken");
        });
    directory.onReplace(told::add);
    Snapshot next = Snapshot.of(1, List.of());

    directory.replace(next);

    assertThat(told).containsExactly(next);
    assertThat(directory.snapshot()).isSameAs(next);
  }
}
