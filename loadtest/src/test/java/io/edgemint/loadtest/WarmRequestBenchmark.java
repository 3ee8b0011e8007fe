package io.edgemint.loadtest;

import io.edgemint.sandbox.Sandbox;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Asks a gateway for a link that it remembers, with a token that it remembers, over one connection;
 * and a bare Vert.x server that answers the same bytes. What one request allocates more than the
 * other, in the whole process, is our own code's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class WarmRequestBenchmark {
  private Vertx vertx;
  private Sandbox sandbox;
  private KeepAlive toGateway;
  private KeepAlive toBare;

  /** Starts both servers. */
  @Setup
  public void start() throws IOException {
    sandbox = SandboxServer.start();
    String token = SandboxServer.tokens(sandbox, 1).getFirst();
    toGateway = new KeepAlive(sandbox.edge().getPort(), SandboxServer.PATH, token);
    vertx = BareServer.oneLoop();
    var bare = new BareServer(Answer.parse(toGateway.record()));
    vertx.deployVerticle(bare).await();
    toBare = new KeepAlive(bare.port(), SandboxServer.PATH, token);
  }

  @Benchmark
  public int gateway() throws IOException {
    return toGateway.exchange();
  }

  @Benchmark
  public int bare() throws IOException {
    return toBare.exchange();
  }

  /** Stops both servers. */
  @TearDown
  public void stop() throws IOException {
    toGateway.close();
    toBare.close();
    sandbox.close();
    vertx.close().await();
  }
}
