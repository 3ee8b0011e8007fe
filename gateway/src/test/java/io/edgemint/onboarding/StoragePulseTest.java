package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.S3Storage;
import io.edgemint.probe.FakeStorage.Fault;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoragePulseTest {
  @TempDir private Path folder;
  private ProbeWorld world;

  @BeforeEach
  void open() {
    world = new ProbeWorld(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private boolean answers(String backend) {
    S3Storage storage = world.applied(backend).upload();
    return new StoragePulse(world.sessions, world.outbound, InstantSource.fixed(Bench.NOW))
        .answers(ProbeWorld.ACME, "prod", storage);
  }

  @Test
  void answers_anyWordOfTheStorage_isOne() {
    String backend = Yaml.backend(world.bucket(""));
    assertThat(answers(backend)).as("404").isTrue();
    world.storage.faults.add(Fault.ROLE_READ_REFUSED);
    assertThat(answers(backend)).as("403").isTrue();
  }

  @Test
  void answers_storageThatIsGone_isNone() {
    String backend = Yaml.backend(world.bucket(""));
    world.storage.close();
    assertThat(answers(backend)).isFalse();
  }

  @Test
  void answers_roleThatDenies_isNoOutage() {
    assertThat(answers(Yaml.backend(world.bucket(Yaml.ROLE, "")))).isTrue();
  }
}
