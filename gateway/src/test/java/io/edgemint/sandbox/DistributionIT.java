package io.edgemint.sandbox;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.KeyPairs;
import io.edgemint.Seeded;
import io.edgemint.sandbox.Distribution.Origin;
import io.vertx.core.Vertx;
import java.security.KeyPair;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.cloudfront.CloudFrontUtilities;
import software.amazon.awssdk.services.s3.S3Client;

class DistributionIT {
  private static final Account ACCOUNT = new Account("AKIAACME", "acme-secret", "acme-*");
  private static final Origin ORIGIN = new Origin(ACCOUNT, "acme-firmware", "/published");
  private static final KeyPair PAIR = KeyPairs.ec("secp256r1");
  private static final Vertx VERTX = Vertx.vertx();
  private static @Nullable S3Server s3;

  private volatile Instant now = Instant.now();
  private final Distribution distribution =
      Distribution.start(VERTX, 0, () -> now, server(), ORIGIN);

  @BeforeAll
  static void startOrigin() {
    s3 = S3Server.start(VERTX, 0, Instant::now, ACCOUNT);
    try (S3Client client = server().client(ACCOUNT)) {
      client.createBucket(b -> b.bucket("acme-firmware"));
    }
    store("published/fw.bin", "firmware");
    store("secret.bin", "not below the origin path");
  }

  @AfterAll
  static void stopOrigin() {
    server().close();
    await(VERTX.close());
  }

  @BeforeEach
  void trustKey() {
    distribution.trust("K1", KeyPairs.pem(PAIR.getPublic()));
  }

  @AfterEach
  void stop() {
    distribution.close();
  }

  @Test
  void get_signed_bringsObjectBelowOriginPath() {
    Viewer.Answer answer = Viewer.get(sign("/fw.bin"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("firmware");
    assertThat(answer.header("content-length")).isEqualTo("8");
    assertThat(answer.header("etag")).isNotEmpty();
    assertThat(answer.header("accept-ranges")).isEqualTo("bytes");
  }

  @Test
  void get_range_bringsPartOfIt() {
    Viewer.Answer answer = Viewer.send("GET", sign("/fw.bin"), Map.of("Range", "bytes=4-"));

    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("content-range")).isEqualTo("bytes 4-7/8");
    assertThat(answer.text()).isEqualTo("ware");
  }

  @Test
  void get_unchangedSinceEtag_isNotSentAgain() {
    String etag = Viewer.get(sign("/fw.bin")).header("etag");

    Viewer.Answer answer = Viewer.send("GET", sign("/fw.bin"), Map.of("If-None-Match", etag));

    assertThat(answer.status()).isEqualTo(304);
  }

  @Test
  void head_signedForGet_tellsTheSize() {
    Viewer.Answer answer = Viewer.send("HEAD", sign("/fw.bin"), Map.of());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-length")).isEqualTo("8");
  }

  @Test
  void get_callersAuthorization_isNotHandedOn() {
    Viewer.Answer answer =
        Viewer.send("GET", sign("/fw.bin"), Map.of("Authorization", "Bearer abc"));

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void get_missingObject_is404() {
    assertThat(Viewer.get(sign("/none.bin")).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "POST", "DELETE", "OPTIONS"})
  void otherMethods_signed_areRefused(String method) {
    assertThat(Viewer.send(method, sign("/fw.bin"), Map.of()).status()).isEqualTo(403);
  }

  @Test
  void get_unsigned_refusedUntilAllowed() {
    String url = distribution.base() + "/fw.bin";
    assertThat(Viewer.get(url).code()).isEqualTo("MissingKey");

    distribution.requireSignature(false);

    assertThat(Viewer.get(url).text()).isEqualTo("firmware");
  }

  @Test
  void get_otherHost_refused() {
    Viewer.Answer answer = Viewer.send("GET", sign("/fw.bin"), Map.of("Host", "localhost"));

    assertThat(answer.code()).isEqualTo("AccessDenied");
  }

  @Test
  void get_queryAdded_refused() {
    assertThat(Viewer.get(sign("/fw.bin") + "&versionId=1").code()).isEqualTo("AccessDenied");
  }

  @Test
  void get_keyDistrusted_refused() {
    String url = sign("/fw.bin");
    assertThat(Viewer.get(url).status()).isEqualTo(200);

    distribution.distrust("K1");

    assertThat(Viewer.get(url).code()).isEqualTo("InvalidKey");
  }

  @Test
  void get_fromExpiryOn_refused() {
    String url = sign("/fw.bin");
    Instant end = now.plusSeconds(600).truncatedTo(ChronoUnit.SECONDS);
    now = end.minusSeconds(1);
    assertThat(Viewer.get(url).status()).isEqualTo(200);

    now = end;

    assertThat(Viewer.get(url).code()).isEqualTo("AccessDenied");
  }

  @Test
  void get_awkwardKeys_bringTheirObject() {
    Seeded.run(
        50,
        random -> {
          String name = Seeded.string(random, 1, 30).replaceAll("[\\p{Cntrl}/\\\\]", "-");
          String key = "any/" + random.nextInt(1 << 30) + name;
          store("published/" + key, "bytes of " + key);

          Viewer.Answer answer = Viewer.get(sign("/" + PercentEncoding.path(key)));

          assertThat(answer.text()).isEqualTo("bytes of " + key);
        });
  }

  @Test
  void requests_each_counted() {
    Viewer.get(sign("/fw.bin"));
    Viewer.get(distribution.base() + "/fw.bin");

    assertThat(distribution.requests()).isEqualTo(2);
  }

  private String sign(String path) {
    return CloudFrontUtilities.create()
        .getSignedUrlWithCannedPolicy(
            r ->
                r.resourceUrl(distribution.base() + path)
                    .privateKey(PAIR.getPrivate())
                    .keyPairId("K1")
                    .expirationDate(now.plusSeconds(600)))
        .url();
  }

  private static void store(String key, String text) {
    try (S3Client client = server().client(ACCOUNT)) {
      client.putObject(b -> b.bucket("acme-firmware").key(key), RequestBody.fromString(text));
    }
  }

  private static S3Server server() {
    return Objects.requireNonNull(s3);
  }
}
