package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Org;
import io.edgemint.backend.Samples;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ManyOrgsTest {
  @Test
  void orgs_aHundredTimesThoseRemembered_areAllServedFromTheSnapshot() {
    Org[] orgs =
        IntStream.range(0, 1000).mapToObj(i -> Samples.org("org-" + i)).toArray(Org[]::new);
    // There is no registry behind this world, and it remembers ten organisations.
    try (EdgeWorld world = new EdgeWorld(orgs);
        RawClient client = world.client()) {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++) {
          String token = world.token("org-" + i, "dev");
          assertThat(client.get("/v1/links/fw/a", token).body())
              .contains("/orgs/org-" + i + "/fw/a?");
        }
      }
    }
  }
}
