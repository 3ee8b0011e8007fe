package io.edgemint.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobNameTest {
  @Test
  void keys_areThoseOfTheContract() {
    JobName names = new JobName("job-17", "run.logs");

    assertThat(names.archive(1, 1)).isEqualTo("job-17/run.logs_job-17.tar");
    assertThat(names.archive(2, 3)).isEqualTo("job-17/run.logs_part2_job-17.tar");
    assertThat(names.manifest()).isEqualTo("job-17/run.logs_job-17.manifest.json");
  }

  @Test
  void isOwn_keysOfThisNameAlone() {
    JobName names = new JobName("j.1", "run");

    assertThat(List.of("j.1/run_j.1.tar", "j.1/run_part12_j.1.tar", "j.1/run_j.1.manifest.json"))
        .allMatch(names::isOwn);
    assertThat(
            List.of(
                "j.1/run2_j.1.tar",
                "j.1/run_part0_j.1.tar",
                "j.1/run_part1_jx1.tar",
                "j.1/run_part1_part2_j.1.tar",
                "j.1/run.txt",
                "j.2/run_j.2.tar",
                "j.1/x/run_j.1.tar"))
        .noneMatch(names::isOwn);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "a/b", "-a", "a b", "ä", "a\n", "a%2f", "edgemint-probe", "a\\b"})
  void job_thatIsNone_isRefused(String job) {
    assertThatThrownBy(() -> new JobName(job, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--job");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".hidden", "a/b", "x_part1", "a b", "中", "x\0"})
  void name_thatIsNone_isRefused(String name) {
    assertThatThrownBy(() -> new JobName("job", name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--name");
  }

  @Test
  void lengths_haveLimits() {
    String job = "j".repeat(64);
    String name = "n".repeat(100);

    assertThat(new JobName(job, name).manifest()).hasSize(64 + 1 + 100 + 1 + 64 + 14);
    assertThatThrownBy(() -> new JobName(job + "j", name)).hasMessageStartingWith("--job");
    assertThatThrownBy(() -> new JobName(job, name + "n")).hasMessageStartingWith("--name");
  }
}
