package io.edgemint.http;

import static io.edgemint.Patience.await;
import static io.edgemint.TestAuthority.draft;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.KeyPairs;
import io.edgemint.SelfSigned;
import io.edgemint.TestAuthority;
import io.edgemint.TestAuthority.Device;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.CertificateAuthority.Subject;
import io.edgemint.backend.Org;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import io.edgemint.http.DeviceClient.Connected;
import io.edgemint.traffic.Limit;
import io.edgemint.traffic.Rate;
import io.edgemint.traffic.TrafficSettings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port on which devices show certificates, over real TLS. */
@Timeout(120)
class ClientCertificateTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final String LINK = "/v1/links/fw/a";

  @TempDir Path folder;
  private final TestAuthority acme = TestAuthority.root("Acme Devices", NOW);
  private final EdgeWorld world = new EdgeWorld();
  private int port;

  @BeforeEach
  void start() {
    register(authority(acme, null));
    port = world.serveCertificates(tls());
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private TlsSettings tls() {
    SelfSigned.of("a.test").write(folder, "a");
    return new TlsSettings(
        List.of(new TlsSettings.KeyPairFiles(folder.resolve("a.pem"), folder.resolve("a.key"))),
        Duration.ofMinutes(1));
  }

  private static CertificateAuthority authority(TestAuthority authority, byte @Nullable [] crl) {
    return new CertificateAuthority(
        "devices",
        authority.pem(),
        authority.fingerprint(),
        Subject.CN,
        crl == null ? null : Base64.getEncoder().encodeToString(crl));
  }

  private void register(CertificateAuthority... authorities) {
    Org org = EdgeWorld.org("acme", false);
    for (CertificateAuthority each : authorities) {
      org = org.withAuthority(each);
    }
    replace(org);
  }

  private void replace(Org... orgs) {
    world.orgs.replace(Snapshot.of(world.orgs.snapshot().version() + 1, List.of(orgs)));
  }

  private DeviceClient device(String id) {
    return DeviceClient.of(acme.device(id, NOW));
  }

  private static void assertRefused(Connected connected, String code) {
    RawClient.Answer answer = connected.get(LINK);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.body()).contains("\"" + code + "\"", "request_id");
    assertThat(answer.headers()).containsEntry("connection", "close");
    assertThat(answer.headers()).containsEntry("www-authenticate", "TLS-Client-Certificate");
    assertThat(connected.client().isClosedByTheServer()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void device_withACertificate_getsLinksOnOneConnection(String protocol) {
    try (Connected connected =
        new DeviceClient(acme.device("dev-1", NOW), protocol).connect(port)) {
      assertThat(connected.get(LINK).body()).contains("\"org\":\"acme\"");
      assertThat(connected.get("/v1/links/fw/b").status()).isEqualTo(200);
      assertThat(connected.get("/v1/downloads/fw/a").status()).isEqualTo(307);
      assertThat(connected.get("/v1/links/secret/a").body()).contains("key_not_entitled");
    }
    assertThat(verified()).isEqualTo(1);
  }

  private double verified() {
    return world.meters.get("gateway.certificate.auth").tag("reason", "verified").counter().count();
  }

  @Test
  void device_overHttp2_getsItsLink() {
    Device device = acme.device("dev-1", NOW);
    HttpClient client =
        world.vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(true)
                .setTrustAll(true)
                .setVerifyHost(false)
                .setUseAlpn(true)
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setKeyCertOptions(
                    new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(device.pem()))
                        .addKeyValue(Buffer.buffer(KeyPairs.pem(device.pair().getPrivate())))));
    assertThat(http2(client)).isEqualTo("HTTP_2 200");
    register();
    assertThat(http2(client)).isEqualTo("HTTP_2 401");
  }

  private String http2(HttpClient client) {
    return await(
        client
            .request(HttpMethod.GET, port, "127.0.0.1", LINK)
            .compose(request -> request.send())
            .map(response -> response.version() + " " + response.statusCode()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void client_withoutACertificate_isToldAndLetGo(String protocol) {
    try (Connected connected = new DeviceClient(null, protocol).connect(port)) {
      assertRefused(connected, "certificate_required");
    }
  }

  @Test
  void certificates_thatAreNotAccepted_areToldAndLetGo() {
    TestAuthority stranger = TestAuthority.root("Acme Devices", NOW);
    try (Connected connected = DeviceClient.of(stranger.device("dev-1", NOW)).connect(port)) {
      assertRefused(connected, "certificate_invalid");
    }
    Device expired =
        acme.device(
            draft("dev-1", NOW).device().valid(NOW.minusSeconds(600), NOW.minusSeconds(60)));
    try (Connected connected = DeviceClient.of(expired).connect(port)) {
      assertRefused(connected, "certificate_expired");
    }
    Device server = acme.device(draft("dev-1", NOW).purpose("2b06010505070301", false));
    try (Connected connected = DeviceClient.of(server).connect(port)) {
      assertRefused(connected, "certificate_invalid");
    }
    List<TestAuthority> line = new ArrayList<>(List.of(acme));
    for (int i = 1; i < 5; i++) {
      line.add(line.getLast().intermediate(draft("Line " + i, NOW).authority()));
    }
    Device longChain = line.getLast().device("dev-1", NOW);
    for (int i = 4; i > 0; i--) {
      longChain = longChain.with(line.get(i).der());
    }
    try (Connected connected = DeviceClient.of(longChain).connect(port)) {
      assertRefused(connected, "certificate_invalid");
    }
  }

  @Test
  void token_onThisPort_isRefused() {
    try (Connected connected = device("dev-1").connect(port)) {
      RawClient.Answer answer = connected.client().get(LINK, world.token("acme", "dev-1"));
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).contains("one credential");
      assertThat(connected.get(LINK).status()).isEqualTo(200);
    }
  }

  @Test
  void batch_withACertificate_isAnswered() {
    try (Connected connected = device("dev-1").connect(port)) {
      String body = "{\"keys\":[\"fw/a\",\"fw/b\"]}";
      RawClient.Answer answer =
          connected
              .client()
              .send(
                  "POST /v1/links HTTP/1.1\r\nHost: x\r\nContent-Length: "
                      + body.length()
                      + "\r\n\r\n"
                      + body);
      assertThat(answer.body()).contains("fw/a", "fw/b", "\"org\":\"acme\"");
    }
  }

  @Test
  void openConnection_authorityRemoved_endsWithItsNextRequest() {
    try (Connected connected = device("dev-1").connect(port)) {
      assertThat(connected.get(LINK).status()).isEqualTo(200);
      register();
      assertRefused(connected, "certificate_invalid");
    }
  }

  @Test
  void openConnection_serialRevoked_endsWithItsNextRequest() {
    Device device = acme.device("dev-1", NOW);
    BigInteger serial = BigInteger.valueOf(100);
    try (Connected connected = DeviceClient.of(device).connect(port);
        Connected neighbour = device("dev-2").connect(port)) {
      assertThat(connected.get(LINK).status()).isEqualTo(200);
      assertThat(neighbour.get(LINK).status()).isEqualTo(200);
      register(authority(acme, acme.crl(1, NOW, NOW.plusSeconds(3600), serial)));
      assertRefused(connected, "certificate_invalid");
      assertThat(neighbour.get(LINK).status()).isEqualTo(200);
    }
  }

  @Test
  void openConnection_deviceRevoked_isForbidden() {
    try (Connected connected = device("dev-1").connect(port)) {
      assertThat(connected.get(LINK).status()).isEqualTo(200);
      Org revoking =
          Samples.revoking(EdgeWorld.org("acme", false), "dev-1")
              .withAuthorities(List.of(authority(acme, null)));
      replace(revoking);
      assertThat(connected.get(LINK).body()).contains("\"revoked\"");
    }
  }

  @Test
  void openConnection_clockJumpsAnHour_isJudgedByIt() {
    Device device =
        acme.device(
            draft("dev-1", NOW).device().valid(NOW.minusSeconds(1800), NOW.plusSeconds(1800)));
    for (Duration jump : List.of(Duration.ofHours(1), Duration.ofHours(-1))) {
      try (Connected connected = DeviceClient.of(device).connect(port)) {
        assertThat(connected.get(LINK).status()).isEqualTo(200);
        world.clock.pass(jump);
        assertThat(connected.get(LINK).status()).isEqualTo(401);
        assertThat(connected.client().isClosedByTheServer()).isTrue();
      }
      world.clock.pass(jump.negated());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void session_takenUpAgain_isJudgedAnew(String protocol) {
    DeviceClient device = new DeviceClient(acme.device("dev-1", NOW), protocol);
    long began;
    try (Connected first = device.connect(port)) {
      assertThat(first.get(LINK).status()).isEqualTo(200);
      began = first.sessionBegan();
    }
    try (Connected again = device.connect(port)) {
      assertThat(again.get(LINK).status()).isEqualTo(200);
      assertThat(again.sessionBegan()).as("the session of before").isEqualTo(began);
    }
    register();
    try (Connected again = device.connect(port)) {
      assertRefused(again, "certificate_invalid");
    }
  }

  @Test
  void badCertificates_fromOneAddress_areNotLookedAtWithoutEnd() {
    EdgeWorld limited =
        new EdgeWorld(
            new TrafficSettings(
                Map.of(Limit.ADDRESS_TOKENS, new Rate(2, Duration.ofMinutes(1))),
                Duration.ofSeconds(10),
                100,
                100));
    try {
      int limitedPort = limited.serveCertificates(tls());
      List<Integer> statuses = new ArrayList<>();
      TestAuthority stranger = TestAuthority.root("Stranger", NOW);
      for (int i = 0; i < 4; i++) {
        try (Connected connected =
            DeviceClient.of(stranger.device("dev-" + i, NOW)).connect(limitedPort)) {
          // Written by the client itself, for nobody in between can read or write here.
          String forwarded = "X-Forwarded-For: 192.0.2." + i + "\r\n\r\n";
          String request = "GET " + LINK + " HTTP/1.1\r\nHost: x\r\n" + forwarded;
          statuses.add(connected.client().send(request).status());
        }
      }
      assertThat(statuses).containsExactly(401, 401, 429, 429);
    } finally {
      limited.close();
    }
  }
}
