package io.edgemint.signing;

import static io.edgemint.signing.Storages.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.ManualClock;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.LinkSigner;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.ReadyBackend;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Revocations;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A mint with a clock that stands and a pool that works when it is told to. */
final class MintWorld {
  static final long NOON = 1_795_176_000;
  final Refused over = new Refused(Refusal.RATE_LIMITED, "over budget");
  static final ObjectKey FIRMWARE = key("fw/1.2.3.bin");

  final ManualClock clock = new ManualClock(NOON);
  final Deque<Runnable> pool = new ArrayDeque<>();
  boolean poolIsFull;

  /** Devices that may have nothing signed, as {@code org/subject}. */
  final Set<String> overBudget = new HashSet<>();

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final LinkMint mint = new LinkMint(this::budget, this::offload, clock, 1 << 20, meters);

  /** A link for one device. */
  Future<Link> link(ReadyBackend backend, ObjectKey key, LinkAsk ask) {
    return mint.link(backend, key, ask, "dev-1");
  }

  private @Nullable Refused budget(OrgId org, String subject) {
    return overBudget.contains(org + "/" + subject) ? over : null;
  }

  private void offload(OrgId org, Runnable signature, Runnable refused) {
    if (poolIsFull) {
      refused.run();
    } else {
      pool.add(signature);
    }
  }

  void runPool() {
    while (!pool.isEmpty()) {
      pool.remove().run();
    }
  }

  /** How many links came from {@code memo} or {@code signature}. */
  double count(String source) {
    return meters.counter("gateway.links", "source", source).count();
  }

  static ReadyBackend backend(String org, long ttl, LinkSigner signer) {
    Org record =
        new Org(
            new OrgId(org),
            1,
            new Policy(Entitlement.NONE, Set.of(), false),
            Revocations.NONE,
            List.of(),
            List.of());
    return new ReadyBackend(record, "prod", "s3", ttl, signer, null, false, false);
  }

  static ReadyBackend backend(long ttl, LinkSigner.Signing signing) {
    return backend("acme", ttl, new FakeSigner(signing));
  }

  static void assertRefused(Future<Link> link, Refusal refusal) {
    assertThat(link.cause())
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(refusal));
  }
}
