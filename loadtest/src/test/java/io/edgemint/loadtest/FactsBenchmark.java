package io.edgemint.loadtest;

import io.edgemint.http.FactsEdge;
import io.edgemint.http.FactsEdge.Facts;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The whole handler, with and without facts about the object: what they add to a request. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class FactsBenchmark {
  /** What is known of the object. */
  @Param public Facts facts;

  private FactsEdge warm;
  private FactsEdge granting;
  private KeepAlive toWarm;
  private KeepAlive toGranting;

  /** Starts two edges, and has each asked once. */
  @Setup
  public void start() throws IOException {
    warm = new FactsEdge(facts, true);
    granting = new FactsEdge(facts, false);
    toWarm = new KeepAlive(warm.port(), FactsEdge.PATH, warm.token());
    toGranting = new KeepAlive(granting.port(), FactsEdge.PATH, granting.token());
    toWarm.exchange();
    toGranting.exchange();
  }

  /** The answer is at hand. */
  @Benchmark
  public int warm() throws IOException {
    return toWarm.exchange();
  }

  /**
   * The link is at hand, and the answer is made anew: what happens once in a while for each object.
   */
  @Benchmark
  public int granted() throws IOException {
    return toGranting.exchange();
  }

  /** Stops both. */
  @TearDown
  public void stop() throws IOException {
    toWarm.close();
    toGranting.close();
    warm.close();
    granting.close();
  }
}
