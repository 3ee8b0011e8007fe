package io.edgemint.loadtest;

import io.edgemint.backend.OrgDirectory;
import io.edgemint.caller.Caller;
import io.edgemint.caller.CallerVerifier;
import io.edgemint.caller.KeySupply;
import io.edgemint.caller.NoKeys;
import io.edgemint.telemetry.Telemetry;
import io.vertx.core.Future;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Verifies ES256 tokens: remembered, new to us, and through vertx-auth-jwt alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class TokenBenchmark {
  static {
    // As in a gateway; without it, the cryptography of the JDK would be measured.
    Sample.crypto();
  }

  private final PlatformIssuer issuer = new PlatformIssuer();
  private final String token = issuer.token();
  private final CallerVerifier remembering = verifier(1 << 20);
  private final CallerVerifier forgetting = verifier(1);
  private final JWTAuth library =
      JWTAuth.create(
          null,
          new JWTAuthOptions()
              .addPubSecKey(
                  new PubSecKeyOptions().setAlgorithm("ES256").setBuffer(issuer.publicPem())));

  @Benchmark
  public Future<Caller> remembered() {
    return remembering.verify(token);
  }

  /** Also what is left when there is no room to remember it. */
  @Benchmark
  public Future<Caller> unknown() {
    return forgetting.verify(token);
  }

  @Benchmark
  public Future<User> library() {
    return library.authenticate(new TokenCredentials(token));
  }

  private CallerVerifier verifier(long memoBytes) {
    var meters = new Telemetry("benchmark").registry();
    var verifier =
        new CallerVerifier(
            List.of(issuer.record()),
            new OrgDirectory(),
            noSupply(),
            caller -> () -> null,
            memoBytes,
            meters);
    verifier.loaded().await();
    return verifier;
  }

  /** An issuer whose keys stand in the settings needs nothing. */
  private static KeySupply noSupply() {
    return new KeySupply(
        (uri, trusted) -> Future.failedFuture("not here"),
        new NoKeys(),
        (issuer, source) -> new byte[0],
        Runnable::run,
        (delay, task) -> () -> {},
        InstantSource.system(),
        RandomGenerator.of("L64X128MixRandom"));
  }
}
