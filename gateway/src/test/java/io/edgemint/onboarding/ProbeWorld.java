package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.OrgId;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.credentials.Sessions;
import io.edgemint.outbound.Allowance;
import io.edgemint.outbound.Outbound;
import io.edgemint.outbound.OutboundSettings;
import io.edgemint.signing.Signers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;

/** A bench with a storage to probe, and everything real between the two. */
final class ProbeWorld implements AutoCloseable {
  static final OrgId ACME = new OrgId("acme");

  final Vertx vertx = Vertx.vertx();
  final FakeStorage storage = new FakeStorage(vertx);
  final Bench bench;
  final Probe probe;
  private final Sessions sessions;

  ProbeWorld(Path folder) {
    OutboundSettings allowed = new OutboundSettings(List.of(Allowance.parse("127.0.0.0/8")));
    bench = new Bench(folder, allowed);
    bench.environment.put("SECRET", "s3cr3t-canary");
    InstantSource clock = InstantSource.fixed(Bench.NOW);
    sessions =
        new Sessions(
            bench.secrets,
            SessionSettings.DEFAULT,
            AnonymousCredentialsProvider.create(),
            Runnable::run,
            clock,
            new SplittableRandom(1),
            new SimpleMeterRegistry());
    probe =
        new Probe(
            sessions,
            new Signers(Bench.CRYPTO, bench.secrets, sessions),
            new Outbound(vertx, allowed.allow()),
            clock,
            new SplittableRandom(2));
  }

  /** Text of a bucket in the fake storage; {@code more} is empty or begins with a comma. */
  String bucket(String more) {
    return Yaml.bucket(
        Yaml.KEY_PAIR,
        ", path_style: true, endpoint: 'http://%s', prefix: fw/%s"
            .formatted(storage.authority(), more));
  }

  /** Text of a distribution in front of the same bucket. */
  String distribution(String keys) {
    return Yaml.distribution(keys, ", scheme: http, path_prefix: acme-firmware/fw/")
        .replace("d111.cloudfront.net", "'" + storage.authority() + "'");
  }

  /** Applies a file with one backend, {@code prod}. */
  Backend applied(String backend) {
    bench.apply(Yaml.org("acme") + backend);
    return bench.newest("acme", "prod");
  }

  List<Check> run(Backend backend) {
    return probe.run(ACME, backend, check -> {});
  }

  @Override
  public void close() {
    sessions.close();
    bench.close();
    storage.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
