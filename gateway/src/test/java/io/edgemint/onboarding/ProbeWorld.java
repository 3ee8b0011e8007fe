package io.edgemint.onboarding;

import io.edgemint.Patience;
import io.edgemint.backend.Backend;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Secrets;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.credentials.Sessions;
import io.edgemint.outbound.Allowance;
import io.edgemint.outbound.Outbound;
import io.edgemint.outbound.OutboundSettings;
import io.edgemint.probe.Check;
import io.edgemint.probe.FakeCdn;
import io.edgemint.probe.FakeStorage;
import io.edgemint.probe.Probe;
import io.edgemint.sandbox.StsServer;
import io.edgemint.signing.Signers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A bench with a storage to probe, and everything real between the two. */
public final class ProbeWorld implements AutoCloseable {
  public static final OrgId ACME = new OrgId("acme");

  final Vertx vertx = Vertx.vertx();
  public final FakeStorage storage = new FakeStorage(vertx);
  public final FakeCdn cdn = new FakeCdn(vertx, storage);
  public final StsServer sts;
  public final Bench bench;
  public final Probe probe;
  final Outbound outbound;
  final Sessions sessions;

  public ProbeWorld(Path folder) {
    this(folder, InstantSource.fixed(Bench.NOW));
  }

  /** One with another clock, for servers that go by the real time. */
  public ProbeWorld(Path folder, InstantSource clock) {
    this(folder, clock, List.of(Allowance.parse("127.0.0.0/8")));
  }

  /** One whose operator lets probes reach these private addresses. */
  public ProbeWorld(Path folder, InstantSource clock, List<Allowance> reachable) {
    OutboundSettings allowed = new OutboundSettings(List.of(Allowance.parse("127.0.0.0/8")));
    bench = new Bench(folder, allowed);
    bench.environment.put("SECRET", "s3cr3t-canary");
    try {
      sts = StsServer.start(clock);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sessions =
        new Sessions(
            bench.secrets,
            new SessionSettings(
                sts.endpoint(), Duration.ofSeconds(30), 100, 1, Map.of(), null, null),
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAPLATFORM", "secret")),
            Runnable::run,
            clock,
            new SplittableRandom(1),
            new SimpleMeterRegistry());
    outbound = new Outbound(vertx, reachable);
    probe =
        new Probe(
            sessions,
            new Signers(Bench.CRYPTO, bench.secrets, sessions),
            outbound,
            clock,
            new SplittableRandom(2));
  }

  /** The life of backends beside default storage, which lies below {@code default/}. */
  Onboarding onboarding() {
    return new Onboarding(bench.registry, probe, inventory());
  }

  Inventory inventory() {
    return inventory(InstantSource.fixed(Bench.NOW));
  }

  /** The same with another clock. */
  Inventory inventory(InstantSource clock) {
    byte[] secret = "s3cr3t".getBytes(StandardCharsets.UTF_8);
    var purpose = Secrets.Purpose.s3Secret(ACME, DefaultStorage.NAME);
    S3Storage own =
        new S3Storage(
            "acme-firmware",
            "eu-west-1",
            "default/",
            new S3Storage.Endpoint(URI.create("http://" + storage.authority()), true),
            new S3Storage.Credentials.StaticKey(
                "AKIDEXAMPLE", bench.secrets.seal(secret, purpose, 1)),
            new S3Storage.Encryption.BucketDefault(),
            Duration.ofMinutes(15),
            new TreeMap<>());
    return new Inventory(
        sessions, outbound, Optional.of(new DefaultStorage(own, "eu-west-1", own, false)), clock);
  }

  /** Text of a bucket in the fake storage; {@code more} is empty or begins with a comma. */
  public String bucket(String more) {
    return bucket(Yaml.KEY_PAIR, more);
  }

  /** The same, with other credentials. */
  public String bucket(String credentials, String more) {
    return Yaml.bucket(
        credentials,
        ", path_style: true, endpoint: 'http://%s', prefix: fw/%s"
            .formatted(storage.authority(), more));
  }

  /** Text of a distribution in front of the same bucket. */
  public String distribution(String keys) {
    return distribution(keys, "fw/");
  }

  /** The same, with another path prefix. */
  public String distribution(String keys, String pathPrefix) {
    return Yaml.distribution(keys, ", scheme: http, path_prefix: '%s'".formatted(pathPrefix))
        .replace("d111.cloudfront.net", "'" + cdn.authority() + "'");
  }

  /** Applies a file with one backend, {@code prod}. */
  public Backend applied(String backend) {
    bench.apply(Yaml.org("acme") + backend);
    return bench.newest("acme", "prod");
  }

  public List<Check> run(Backend backend) {
    return probe.run(ACME, backend, check -> {});
  }

  /** What failed, in order. */
  public static List<String> codes(List<Check> checks) {
    return checks.stream().filter(check -> !check.passed()).map(Check::code).toList();
  }

  @Override
  public void close() {
    sessions.close();
    bench.close();
    sts.close();
    cdn.close();
    storage.close();
    Patience.await(vertx.close());
  }
}
