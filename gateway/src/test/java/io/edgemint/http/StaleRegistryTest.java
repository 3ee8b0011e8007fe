package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Org;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Samples;
import io.edgemint.http.RawClient.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a gateway that has lost the registry does for whom. */
class StaleRegistryTest {
  private static final String PATH = "/v1/links/fw/a";
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final EdgeWorld world = new EdgeWorld(strict(), EdgeWorld.org("globex", false));
  private final RawClient client = world.client();

  private static Org strict() {
    return Samples.org(
        "acme", new Policy(new Entitlement(List.of("fw/")), Set.of(), false, false, LIMIT));
  }

  @AfterEach
  void close() {
    client.close();
    world.close();
  }

  private Answer ask(String org) {
    return client.get(PATH, world.token(org, "dev-1"));
  }

  @Test
  void registryAwayForLongerThanAllowed_oneOrganisationIsRefused() {
    world.monotonic.pass(LIMIT);
    assertThat(ask("acme").status()).isEqualTo(200);
    world.monotonic.pass(Duration.ofSeconds(1));

    Answer answer = ask("acme");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).contains("\"code\":\"backend_unavailable\"", "registry");
    assertThat(answer.headers()).containsKey("retry-after");
    assertThat(ask("globex").status()).isEqualTo(200);
  }

  @Test
  void rememberedAnswerOfTheSameSecond_isRefusedToo() {
    String token = world.token("acme", "dev-1");
    assertThat(client.get(PATH, token).status()).isEqualTo(200);
    world.monotonic.pass(LIMIT.plusSeconds(1));

    assertThat(client.get(PATH, token).status()).isEqualTo(503);
    assertThat(client.get("/v1/downloads/fw/a", token).status()).isEqualTo(503);
  }

  @Test
  void registryReadAgain_isServedAtOnce() {
    world.monotonic.pass(LIMIT.plusSeconds(1));
    assertThat(ask("acme").status()).isEqualTo(503);

    world.orgs.confirm(0);

    assertThat(ask("acme").status()).isEqualTo(200);
  }

  @Test
  void wallClockIsSet_changesNothing() {
    world.monotonic.pass(LIMIT.minusSeconds(1));
    world.clock.pass(Duration.ofHours(1));
    assertThat(ask("acme").status()).isEqualTo(200);

    world.monotonic.pass(Duration.ofSeconds(2));
    world.clock.pass(Duration.ofHours(-1));
    assertThat(ask("acme").status()).isEqualTo(503);
  }
}
