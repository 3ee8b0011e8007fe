package io.edgemint.http;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Org;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.Caller;
import io.edgemint.http.Grants.Grant;
import io.edgemint.signing.LinkAsk;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrantsTest {
  private final EdgeWorld world = new EdgeWorld(Samples.org("acme"));
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final Grants grants = world.grants(waiting::add);
  private final Caller caller = await(world.caller(world.token("acme", "dev-1")));

  @AfterEach
  void close() {
    world.close();
  }

  private Future<Grant> ask() {
    return grants.grant(caller, Samples.key("fw/a"), LinkAsk.ANY);
  }

  private void runWaiting() {
    while (!waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  @Test
  void grant_revokedWhileTheBackendIsPrepared_isRefused() {
    Future<Grant> grant = ask();
    Org revoking = Samples.revoking(Samples.org("acme"), "dev-1");
    world.orgs.replace(Snapshot.of(2, List.of(revoking)));

    runWaiting();

    assertThat(grant.cause())
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.REVOKED));
  }

  @Test
  void grant_otherOrgChangesWhileTheBackendIsPrepared_isPreparedOnce() {
    Future<Grant> grant = ask();
    Org same = world.orgs.snapshot().orgs().iterator().next();
    world.orgs.replace(Snapshot.of(2, List.of(same, Samples.org("globex"))));

    runWaiting();

    assertThat(grant.result().link().url()).contains("/orgs/acme/fw/a?");
    assertThat(world.mintWasAsked()).isEqualTo(1);
  }
}
