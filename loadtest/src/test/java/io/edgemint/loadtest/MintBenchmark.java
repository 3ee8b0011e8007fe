package io.edgemint.loadtest;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.ReadyBackend;
import io.edgemint.backend.Samples;
import io.edgemint.signing.Link;
import io.edgemint.signing.LinkAsk;
import io.edgemint.signing.LinkMint;
import io.edgemint.signing.SigningKeys;
import io.edgemint.telemetry.Telemetry;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Mints CloudFront links with a P-256 key: remembered ones, and ones that must be signed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class MintBenchmark {
  /** Room for about a tenth of the keys, so that each is forgotten before it comes again. */
  private static final long MEMO = 4 << 20;

  private final LinkMint mint =
      new LinkMint(
          (org, subject) -> null,
          (org, work, refused) -> work.run(),
          InstantSource.system(),
          MEMO,
          new Telemetry("benchmark").registry());
  private final ReadyBackend backend =
      Sample.backend(new SigningKeys(Sample.crypto()).generate(KeyAlgorithm.ECDSA_P256));
  private final ObjectKey key = Samples.key(Sample.KEY);
  private final ObjectKey[] keys =
      IntStream.range(0, 1 << 16)
          .mapToObj(number -> Samples.key("fw/gateway/1.2." + number + ".bin"))
          .toArray(ObjectKey[]::new);
  private int next;

  @Benchmark
  public Future<Link> remembered() {
    return mint.link(backend, key, LinkAsk.ANY, "device-1");
  }

  @Benchmark
  public Future<Link> signed() {
    next = (next + 1) % keys.length;
    return mint.link(backend, keys[next], LinkAsk.ANY, "device-1");
  }
}
