package io.edgemint.loadtest;

import io.edgemint.backend.KeyResult;
import io.edgemint.backend.ObjectKey;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reads object keys from paths. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ObjectKeyBenchmark {
  private final String plain = Sample.KEY;
  private final String escaped = "fw/Z%C3%BCrich%20%2B/1.2.3.bin";

  @Benchmark
  public KeyResult plain() {
    return ObjectKey.parse(plain);
  }

  @Benchmark
  public KeyResult escaped() {
    return ObjectKey.parse(escaped);
  }
}
