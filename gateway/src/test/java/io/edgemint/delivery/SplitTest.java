package io.edgemint.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.publisher.PublishingFailed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitTest {
  private static final JobName NAMES = new JobName("job-1", "logs");

  @TempDir private Path temp;

  private static List<TarArchive> split(Path root, long limit) throws IOException {
    return Split.of(Folder.read(root), NAMES, limit, new FileDigests());
  }

  @Test
  void of_randomTrees_putsEachEntryIntoOneArchiveWithinTheLimit() {
    Seeded.run(
        40,
        random -> {
          Path root = Trees.draw(random, temp.resolve("r" + random.nextLong()));
          long limit = random.nextLong(Split.LEAST, 4 * Split.LEAST);

          List<TarArchive> archives = split(root, limit);

          assertThat(archives).allMatch(archive -> archive.size() <= limit);
          assertThat(archives.stream().flatMap(archive -> archive.entries().stream()))
              .containsExactlyElementsOf(Folder.read(root).entries());
          for (int i = 1; i < archives.size(); i++) {
            long first = TarArchive.sizeOf(archives.get(i).entries().getFirst());
            assertThat(archives.get(i - 1).size() + first)
                .as("no archive ends before it must")
                .isGreaterThan(limit);
          }
        });
  }

  @Test
  void of_whatFitsExactly_isOneArchive() throws IOException {
    Trees.file(temp, "a", "x".repeat(12 * 512));
    Trees.file(temp, "b", "x".repeat(12 * 512));
    long both = 2 * (13 * 512) + TarHeader.END;

    assertThat(split(temp, both))
        .extracting(TarArchive::key)
        .containsExactly("job-1/logs_job-1.tar");
    assertThat(split(temp, both - 1))
        .extracting(TarArchive::key)
        .containsExactly("job-1/logs_part1_job-1.tar", "job-1/logs_part2_job-1.tar");
  }

  @Test
  void of_fileThatIsTooLarge_isNamedWithTheLimitItNeeds() throws IOException {
    Trees.file(temp, "a", "");
    Trees.file(temp, "sub/large", "x".repeat(20 * 512));
    long need = 21 * 512 + TarHeader.END;

    assertThatThrownBy(() -> split(temp, need - 1))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContainingAll("sub/large (10240 bytes)", "raise --max-size to " + need);
    assertThat(split(temp, need)).hasSize(2);
  }
}
