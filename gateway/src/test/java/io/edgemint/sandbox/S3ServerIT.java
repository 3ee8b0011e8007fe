package io.edgemint.sandbox;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

class S3ServerIT {
  private static final Account ACME = new Account("AKIAACME", "acme-secret", "acme-*");
  private static final Account OTHER = new Account("AKIAOTHER", "other-secret", "other-*");
  private static final String BUCKET = "acme-firmware";
  private static final Duration LIFE = Duration.ofMinutes(10);

  /** Moved by tests; S3Proxy itself goes by the real time. */
  private static final AtomicReference<Duration> AHEAD = new AtomicReference<>(Duration.ZERO);

  private static final InstantSource CLOCK = () -> Instant.now().plus(AHEAD.get());
  private static final Vertx VERTX = Vertx.vertx();
  private static @Nullable S3Server started;

  @BeforeAll
  static void start() {
    started = S3Server.start(VERTX, 0, CLOCK, ACME, OTHER);
    try (S3Client client = server().client(ACME)) {
      client.createBucket(b -> b.bucket(BUCKET));
      client.putObject(b -> b.bucket(BUCKET).key("fw.bin"), RequestBody.fromString("firmware"));
    }
  }

  @AfterAll
  static void stop() {
    server().close();
    await(VERTX.close());
  }

  @BeforeEach
  void setClock() {
    AHEAD.set(Duration.ZERO);
  }

  @Test
  void get_presignedBySdk_bringsObject() {
    Viewer.Answer answer = Viewer.get(link("fw.bin"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("firmware");
  }

  @Test
  void put_presignedBySdk_storesTheBytes() {
    byte[] body = new byte[3 << 20];
    try (S3Presigner presigner = presigner(ACME)) {
      String url =
          presigner
              .presignPutObject(
                  p -> p.signatureDuration(LIFE).putObjectRequest(b -> b.bucket(BUCKET).key("up")))
              .url()
              .toString();

      assertThat(Viewer.send("PUT", url, Map.of(), body).status()).isEqualTo(200);
    }
    assertThat(Viewer.get(link("up")).body().getBytes()).isEqualTo(body);
  }

  @Test
  void get_range_bringsPartOfIt() {
    Viewer.Answer answer = Viewer.send("GET", link("fw.bin"), Map.of("Range", "bytes=4-"));

    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("content-range")).isEqualTo("bytes 4-7/8");
    assertThat(answer.text()).isEqualTo("ware");
  }

  @Test
  void head_onGetLink_refused() {
    assertThat(Viewer.send("HEAD", link("fw.bin"), Map.of()).status()).isEqualTo(403);
  }

  @Test
  void get_unsigned_refused() {
    assertThat(Viewer.get(RawQuery.pathOf(link("fw.bin"))).status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "fw.bin,        up.bin,         403",
    "X-Amz-Expires=600, X-Amz-Expires=601, 403",
    "AKIAACME,      AKIAOTHER,      403",
    "AKIAACME,      AKIANONE,       403",
    "SignedHeaders=host, SignedHeaders=range, 403",
    "/s3/,          /sts/,          400",
    "eu-west-1,     eu-west-2,      400",
    "HMAC-SHA256,   HMAC-SHA1,      400",
    "&X-Amz-Expires=600, '',        400",
    "X-Amz-Expires=600, X-Amz-Expires=604801, 400",
    "X-Amz-Expires=600, X-Amz-Expires=600&versionId=1, 403",
    "X-Amz-Expires=600, X-Amz-Expires=600&X-Amz-Expires=6000, 403",
  })
  void get_tampered_refused(String from, String to, int status) {
    String url = link("fw.bin").replace("%2F", "/");
    assertThat(Viewer.get(url).status()).isEqualTo(200);

    Viewer.Answer answer = Viewer.get(url.replaceFirst(from, to));

    assertThat(answer.status()).isEqualTo(status);
  }

  @Test
  void get_eachDigitOfSignatureChanged_refused() {
    String url = link("fw.bin");
    int from = url.indexOf("X-Amz-Signature=") + "X-Amz-Signature=".length();

    for (int i = from; i < from + 64; i++) {
      char other = url.charAt(i) == '0' ? '1' : '0';
      String changed = url.substring(0, i) + other + url.substring(i + 1);

      assertThat(Viewer.get(changed).code()).isEqualTo("SignatureDoesNotMatch");
    }
  }

  @Test
  void get_afterExpiry_refused() {
    String url = link("fw.bin");
    AHEAD.set(LIFE.minusSeconds(5));
    assertThat(Viewer.get(url).status()).isEqualTo(200);

    AHEAD.set(LIFE);

    Viewer.Answer answer = Viewer.get(url);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.text()).contains("AccessDenied", "Request has expired");
  }

  @Test
  void get_beforeItsDate_refused() {
    String url = link("fw.bin");
    AHEAD.set(Duration.ofSeconds(-30));

    Viewer.Answer answer = Viewer.get(url);

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.text()).contains("AccessDenied", "Request is not yet valid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer abc", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e"})
  void get_withAuthorization_refused(String authorization) {
    Viewer.Answer answer =
        Viewer.send("GET", link("fw.bin"), Map.of("Authorization", authorization));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text())
        .contains("InvalidArgument", "Only one auth mechanism allowed")
        .doesNotContain(authorization);
  }

  @Test
  void get_sessionToken_mustBeKnownAndRunning() {
    var key = AwsSessionCredentials.create(ACME.accessKeyId(), ACME.secretAccessKey(), "to/ken+=");
    String url = link(key, "fw.bin");
    assertThat(Viewer.get(url).code()).isEqualTo("InvalidToken");

    server().allowSession("to/ken+=", Instant.now().plusSeconds(60));
    assertThat(Viewer.get(url).status()).isEqualTo(200);

    AHEAD.set(Duration.ofSeconds(60));
    assertThat(Viewer.get(url).code()).isEqualTo("ExpiredToken");
  }

  @Test
  void get_sessionTokenRemoved_refused() {
    var key = AwsSessionCredentials.create(ACME.accessKeyId(), ACME.secretAccessKey(), "token");
    server().allowSession("token", Instant.now().plusSeconds(60));

    String without = link(key, "fw.bin").replaceFirst("X-Amz-Security-Token=[^&]*&", "");

    assertThat(Viewer.get(without).status()).isEqualTo(403);
  }

  @Test
  void get_pathSignedAsWritten_refusedUnlessCanonical() {
    // What a signer does that leaves an apostrophe as it is: S3 signs %27, whatever it was sent.
    try (S3Client client = server().client(ACME)) {
      client.putObject(b -> b.bucket(BUCKET).key("it's"), RequestBody.fromString("awkward"));
    }
    String canonical = link("it's");
    assertThat(canonical).contains("it%27s");

    assertThat(Viewer.get(canonical).text()).isEqualTo("awkward");
    assertThat(Viewer.get(canonical.replace("it%27s", "it's")).text()).isEqualTo("awkward");
  }

  @Test
  void client_otherAccountsBucket_refused() {
    try (S3Client client = server().client(OTHER)) {
      assertThatThrownBy(() -> client.getObject(b -> b.bucket(BUCKET).key("fw.bin")).readAllBytes())
          .isInstanceOfSatisfying(
              S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(403));
    }
  }

  @Test
  void get_versionPinned_bringsThatVersion() {
    try (S3Client client = server().client(ACME)) {
      client.createBucket(b -> b.bucket("acme-versions"));
      client.putBucketVersioning(
          b -> b.bucket("acme-versions").versioningConfiguration(v -> v.status("Enabled")));
      String first = put(client, "acme-versions", "one");
      put(client, "acme-versions", "two");
      try (S3Presigner presigner = presigner(ACME)) {
        String url =
            presigner
                .presignGetObject(
                    p ->
                        p.signatureDuration(LIFE)
                            .getObjectRequest(
                                b -> b.bucket("acme-versions").key("k").versionId(first)))
                .url()
                .toString();

        assertThat(Viewer.get(url).text()).isEqualTo("one");
      }
    }
  }

  @Test
  void requests_each_counted() {
    long before = server().requests();

    Viewer.get(link("fw.bin"));
    Viewer.get(RawQuery.pathOf(link("fw.bin")));

    assertThat(server().requests()).isEqualTo(before + 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "a+b",
        "a%b",
        "100%",
        "a~b",
        "a'b",
        "a\"b",
        "ä/ö/ü",
        "😀",
        "*",
        "?",
        "a?b=c",
        "#",
        "a&b;c=d",
        "a:b@c",
        "$!(),",
        "<|>^`{}[]",
        ".hidden",
        "...",
        " a ",
        "\u202e\u00a0\ufeff"
      })
  void keys_awkward_comeBack(String key) {
    assertComesBack("awkward/" + key);
  }

  @Test
  void keys_longest_comeBack() {
    assertComesBack("l" + "x".repeat(1023));
    assertComesBack("üx".repeat(341) + "x");
  }

  @Test
  void keys_anyLegal_comeBack() {
    Seeded.run(
        100,
        random -> {
          String name = Seeded.string(random, 1, 30).replaceAll("[\\p{Cntrl}/\\\\]", "-");
          assertComesBack("any/" + random.nextInt(1 << 30) + name);
        });
  }

  @Test
  void startVirtualHost_bucketInHost_bringsObject() {
    Account account = new Account("AKIAVIRTUAL", "v-secret", "virtual*");
    try (S3Server virtual = S3Server.startVirtualHost(VERTX, 0, CLOCK, account);
        S3Client client = virtual.client(account);
        S3Presigner presigner = presigner(key(account), virtual.base(), false)) {
      client.createBucket(b -> b.bucket("virtual.dots"));
      client.putObject(
          b -> b.bucket("virtual.dots").key("a b"), RequestBody.fromString("firmware"));
      URL url =
          presigner
              .presignGetObject(
                  p ->
                      p.signatureDuration(LIFE)
                          .getObjectRequest(b -> b.bucket("virtual.dots").key("a b")))
              .url();
      assertThat(url.getHost()).isEqualTo("virtual.dots.localhost");

      String address = "http://127.0.0.1:" + url.getPort() + url.getFile();
      Viewer.Answer answer = Viewer.send("GET", address, Map.of("Host", url.getAuthority()));

      assertThat(answer.text()).isEqualTo("firmware");
    }
  }

  private static void assertComesBack(String key) {
    byte[] bytes = ("bytes of " + key).getBytes(StandardCharsets.UTF_8);
    try (S3Client client = server().client(ACME)) {
      client.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(bytes));
    }

    Viewer.Answer answer = Viewer.get(link(key));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.body().getBytes()).isEqualTo(bytes);
  }

  private static String put(S3Client client, String bucket, String text) {
    return client
        .putObject(b -> b.bucket(bucket).key("k"), RequestBody.fromString(text))
        .versionId();
  }

  private static String link(String key) {
    return link(key(ACME), key);
  }

  private static String link(AwsCredentials credentials, String key) {
    try (S3Presigner presigner = presigner(credentials, server().base(), true)) {
      return presigner
          .presignGetObject(
              p -> p.signatureDuration(LIFE).getObjectRequest(b -> b.bucket(BUCKET).key(key)))
          .url()
          .toString();
    }
  }

  private static S3Presigner presigner(Account account) {
    return presigner(key(account), server().base(), true);
  }

  private static AwsCredentials key(Account account) {
    return AwsBasicCredentials.create(account.accessKeyId(), account.secretAccessKey());
  }

  private static S3Presigner presigner(
      AwsCredentials credentials, URI endpoint, boolean pathStyle) {
    return S3Presigner.builder()
        .endpointOverride(endpoint)
        .region(Region.of(S3Server.REGION))
        .credentialsProvider(StaticCredentialsProvider.create(credentials))
        .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(pathStyle).build())
        .build();
  }

  private static S3Server server() {
    return Objects.requireNonNull(started);
  }
}
