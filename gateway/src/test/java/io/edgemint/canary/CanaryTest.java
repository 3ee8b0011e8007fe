package io.edgemint.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.KeyPairs;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Comes last: nothing that the tests of this run made the program write holds a secret. */
class CanaryTest {
  @Test
  void everythingWritten_holdsNoSecret() throws IOException {
    var _ = KeyPairs.ec("secp256r1");

    Canary.Report report = Canary.look();

    assertThat(report.secrets()).isPositive();
    assertThat(report.places()).containsKeys("standard output", "standard error");
    System.out.printf(
        "canaries: %d secrets, %d places, %d bytes%n",
        report.secrets(),
        report.places().size(),
        report.places().values().stream().mapToLong(Long::longValue).sum());
    assertThat(report.leaks()).isEmpty();
  }
}
