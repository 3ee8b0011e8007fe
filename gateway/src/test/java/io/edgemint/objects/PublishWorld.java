package io.edgemint.objects;

import io.edgemint.ManualClock;
import io.edgemint.Patience;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.PlainSecrets;
import io.edgemint.backend.Policy;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.Caller;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.credentials.Sessions;
import io.edgemint.objects.StoredObject.DigestState;
import io.edgemint.outbound.Allowance;
import io.edgemint.outbound.Outbound;
import io.edgemint.vault.Vault;
import io.edgemint.vault.Vaults;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** A publisher's organisation with a storage on loopback, and gateways that share their vault. */
final class PublishWorld implements AutoCloseable {
  static final long NOON = Instant.parse("2026-11-20T12:00:00Z").getEpochSecond();
  static final String BUCKET = "bucket";

  final ManualClock clock = new ManualClock(NOON);
  final FakeS3 s3 = new FakeS3();
  final OrgDirectory orgs = new OrgDirectory();
  final VerifiedDigests verified = new VerifiedDigests();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Sessions sessions;
  final Outbound outbound;
  final Publishing node;
  final Publishing other;

  /** What signs. */
  volatile AwsCredentials identity = session("ASIAFIRST", Duration.ofHours(1));

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Vault vault = Vaults.fresh();

  PublishWorld() {
    serve(policy(false));
    outbound = new Outbound(vertx, List.of(Allowance.parse("127.0.0.0/8")));
    sessions =
        new Sessions(
            new PlainSecrets(),
            SessionSettings.DEFAULT,
            () -> identity,
            Runnable::run,
            clock,
            new SplittableRandom(1),
            meters);
    node = node();
    other = node();
  }

  private Publishing node() {
    return Publishing.of(
        orgs,
        Optional.of(defaultStorage()),
        sessions,
        outbound,
        vault,
        verified,
        new ObjectFacts(
            (org, backend, storage, key, version) -> new ObjectFact.Unlearnt("", false),
            (org, storage, object) -> DigestState.DECLARED,
            Runnable::run,
            clock,
            new SplittableRandom(1),
            1 << 20),
        Duration.ofDays(7),
        clock,
        new SplittableRandom(meters.hashCode()),
        meters);
  }

  static Policy policy(boolean replaces) {
    return new Policy(new Entitlement(List.of("")), Set.of(), false, false, null, replaces);
  }

  /** Lets an organisation's rules hold from now. */
  void serve(Policy policy) {
    Org org = Samples.org("acme", policy);
    orgs.replace(Snapshot.of(orgs.snapshot().version() + 1, List.of(org)));
  }

  S3Storage storage() {
    return new S3Storage(
        BUCKET,
        "eu-west-1",
        "orgs/",
        new S3Storage.Endpoint(s3.uri(), true),
        new S3Storage.Credentials.Ambient(),
        new S3Storage.Encryption.BucketDefault(),
        Duration.ofMinutes(15),
        new TreeMap<>());
  }

  DefaultStorage defaultStorage() {
    return new DefaultStorage(storage(), "eu-west-1", storage(), false);
  }

  /** Where the fake has what the organisation calls by a key. */
  static String path(String key) {
    return BUCKET + "/orgs/acme/" + key;
  }

  /** A session from now. */
  AwsCredentials session(String id, Duration life) {
    return AwsSessionCredentials.builder()
        .accessKeyId(id)
        .secretAccessKey("secret")
        .sessionToken("token")
        .expirationTime(clock.instant().plus(life))
        .build();
  }

  static Caller caller(String... prefixes) {
    return new Caller(
        "https://issuer.example",
        "ci",
        new OrgId("acme"),
        Set.of("publish"),
        prefixes.length == 0 ? null : new Entitlement(List.of(prefixes)),
        Long.MAX_VALUE);
  }

  static UploadOrder order(String key, String text) {
    return new UploadOrder(
        Samples.key(key), text.length(), FakeS3.hash("SHA-256", text), UploadOrder.BYTES, false);
  }

  /** Sends what a link asks for, as any client does. */
  int send(Upload.Link link, String text) {
    var request =
        HttpRequest.newBuilder(URI.create(link.url()))
            .PUT(HttpRequest.BodyPublishers.ofString(text, StandardCharsets.ISO_8859_1));
    link.headers()
        .forEach(
            (name, value) -> {
              if (!name.equals("content-length")) {
                request.header(name, value);
              }
            });
    try {
      return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    node.close();
    other.close();
    sessions.close();
    s3.close();
    client.close();
    Patience.await(vertx.close());
  }
}
