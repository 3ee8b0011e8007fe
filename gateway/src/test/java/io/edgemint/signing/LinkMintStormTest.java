package io.edgemint.signing;

import static io.edgemint.signing.MintWorld.FIRMWARE;
import static io.edgemint.signing.MintWorld.assertRefused;
import static io.edgemint.signing.MintWorld.backend;
import static io.edgemint.signing.Storages.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.Patience;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.ReadyBackend;
import io.edgemint.backend.Refusal;
import io.edgemint.signing.FakeSigner.FakeSigning;
import io.edgemint.traffic.FairPool;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One organisation's storm of new RSA links, on the pool that it shares with the others. */
@Timeout(60)
class LinkMintStormTest {
  private static final int PLACES = 4;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final FairPool pool = new FairPool("rsa", 1, PLACES);
  private final LinkMint mint =
      new LinkMint(
          (org, subject) -> null, pool::execute, new ManualClock(MintWorld.NOON), 1 << 20, meters);
  private final FakeSigning acmes = FakeSigning.rsaKey("K1");
  private final ReadyBackend acme = backend("acme", 900, new FakeSigner(acmes));
  private final ReadyBackend zeta = backend("zeta", 900, new FakeSigner(FakeSigning.rsaKey("K2")));
  private final Semaphore go = new Semaphore(0);

  @BeforeEach
  void holdThePool() throws InterruptedException {
    Semaphore held = new Semaphore(0);
    pool.execute(
        new OrgId("first"),
        () -> {
          held.release();
          go.acquireUninterruptibly();
        },
        () -> {});
    held.acquire();
  }

  @AfterEach
  void end() {
    go.release();
    pool.close();
  }

  private List<Future<Link>> storm(int links) {
    List<Future<Link>> storm = new ArrayList<>();
    for (int i = 0; i < links; i++) {
      storm.add(mint.link(acme, key("fw/" + i), LinkAsk.ANY, "dev-1"));
    }
    return storm;
  }

  private double shed() {
    return meters.counter("gateway.shed", "reason", "rsa_queue").count();
  }

  @Test
  void link_whileAnotherOrgStorms_isSigned() {
    List<Future<Link>> storm = storm(100);
    Future<Link> link = mint.link(zeta, FIRMWARE, LinkAsk.ANY, "dev-1");
    storm.addAll(storm(100).subList(PLACES - 1, 100));
    go.release();

    assertThat(Patience.await(link).url()).contains("by=K2");
    assertThat(storm.subList(0, PLACES - 1)).allSatisfy(Patience::await);
    assertThat(storm.subList(PLACES - 1, storm.size()))
        .allSatisfy(refused -> assertRefused(refused, Refusal.OVERLOADED));
    assertThat(shed()).isEqualTo(storm.size() - (PLACES - 1));
    assertThat(acmes.signed).hasSize(PLACES - 1);
  }

  @Test
  void link_pushedOutByAnotherOrg_failsOnceForAllWhoWaitAndIsTriedAgain() {
    storm(PLACES - 1);
    AtomicInteger failures = new AtomicInteger();
    Future<Link> first = mint.link(acme, FIRMWARE, LinkAsk.ANY, "dev-1");
    Future<Link> second = mint.link(acme, FIRMWARE, LinkAsk.ANY, "dev-1");
    first.onFailure(failure -> failures.incrementAndGet());
    second.onFailure(failure -> failures.incrementAndGet());
    assertThat(first.isComplete()).isFalse();

    Future<Link> link = mint.link(zeta, FIRMWARE, LinkAsk.ANY, "dev-1");

    assertRefused(first, Refusal.OVERLOADED);
    assertRefused(second, Refusal.OVERLOADED);
    assertThat(failures).hasValue(2);
    assertThat(shed()).isEqualTo(1);
    go.release();
    Patience.await(link);
    assertThat(Patience.await(mint.link(acme, FIRMWARE, LinkAsk.ANY, "dev-1")).url())
        .contains("by=K1");
    assertThat(shed()).isEqualTo(1);
  }
}
