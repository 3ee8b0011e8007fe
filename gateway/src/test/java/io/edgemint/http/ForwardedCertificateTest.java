package io.edgemint.http;

import static io.edgemint.TestAuthority.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.edgemint.Seeded;
import io.edgemint.TestAuthority;
import io.edgemint.TestAuthority.Device;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.CertificateAuthority.Subject;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Snapshot;
import io.edgemint.http.ClientCertificateSettings.Format;
import io.edgemint.http.ClientCertificateSettings.Forwarded;
import io.edgemint.outbound.Network;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates that a proxy hands on are believed from listed ones alone. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "other loopbacks have one address")
@Timeout(60)
class ForwardedCertificateTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Forwarded RFC9440 = new Forwarded("Client-Cert", Format.RFC9440);
  private static final Forwarded PEM =
      new Forwarded("X-Amzn-Mtls-Clientcert", Format.PEM_URL_ENCODED);

  private final TestAuthority acme = TestAuthority.root("Acme Devices", NOW);
  private final TestAuthority line = acme.intermediate(draft("Line", NOW).authority());
  private final Device device = line.device("dev-1", NOW);
  private final EdgeWorld world = new EdgeWorld();

  @BeforeEach
  void register() {
    world.orgs.replace(
        Snapshot.of(
            2,
            List.of(
                EdgeWorld.org("acme", false)
                    .withAuthority(
                        new CertificateAuthority(
                            "devices", acme.pem(), acme.fingerprint(), Subject.CN, null)))));
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private void serve(Forwarded forwarded) {
    serve(forwarded, false);
  }

  private void serve(Forwarded forwarded, boolean proxyProtocol) {
    world.serve(
        new ClientCertificateSettings(Optional.empty(), Optional.of(forwarded)),
        List.of(Network.parse("127.0.0.1")),
        proxyProtocol);
  }

  private static String bytes(byte[] der) {
    return ":" + Base64.getEncoder().encodeToString(der) + ":";
  }

  private String rfc9440() {
    return "Client-Cert: "
        + bytes(device.chain().getFirst())
        + "\r\nClient-Cert-Chain: "
        + bytes(line.der())
        + ", "
        + bytes(acme.der())
        + "\r\n";
  }

  private RawClient.Answer ask(String from, String headers) {
    try (RawClient client = new RawClient(RawClient.connect(from, world.port))) {
      return client.send("GET /v1/links/fw/a HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    }
  }

  @Test
  void rfc9440_fromAListedProxy_letsTheDeviceIn() {
    serve(RFC9440);

    assertThat(ask("127.0.0.1", rfc9440()).body()).contains("\"org\":\"acme\"");
  }

  @Test
  void header_fromAnybodyElse_isAsIfItWereNotThere() {
    serve(RFC9440);

    assertThat(ask("127.0.0.2", rfc9440()).body()).contains("token_missing");
    String token = "Authorization: Bearer " + world.token("acme", "dev-1") + "\r\n";
    assertThat(ask("127.0.0.2", rfc9440() + token).status()).isEqualTo(200);
    assertThat(ask("127.0.0.2", "Client-Cert: nonsense\r\n" + token).status()).isEqualTo(200);
  }

  /** Where nothing before TLS has turned the stranger away already. */
  @Test
  void header_behindAProxyHeader_isJudgedByThePeerItself() {
    serve(RFC9440, true);
    String spoofed = "PROXY TCP4 127.0.0.1 127.0.0.1 40000 443\r\n";
    String client = "PROXY TCP4 203.0.113.7 127.0.0.1 40000 443\r\n";
    String request = "GET /v1/links/fw/a HTTP/1.1\r\nHost: x\r\n" + rfc9440() + "\r\n";

    try (RawClient stranger = new RawClient(RawClient.connect("127.0.0.2", world.port))) {
      assertThat(stranger.send(spoofed + request).body()).contains("token_missing");
    }
    try (RawClient proxy = new RawClient(RawClient.connect("127.0.0.1", world.port))) {
      assertThat(proxy.send(client + request).status()).isEqualTo(200);
    }
  }

  @Test
  void header_besideAToken_isRefused() {
    serve(RFC9440);

    RawClient.Answer answer =
        ask(
            "127.0.0.1",
            rfc9440() + "Authorization: Bearer " + world.token("acme", "dev-1") + "\r\n");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("the request has both");
  }

  @Test
  void header_absentOrEmpty_leavesTheToken() {
    serve(RFC9440);
    String token = "Authorization: Bearer " + world.token("acme", "dev-1") + "\r\n";

    assertThat(ask("127.0.0.1", token).status()).isEqualTo(200);
    assertThat(ask("127.0.0.1", "Client-Cert: \r\n" + token).status()).isEqualTo(200);
    assertThat(ask("127.0.0.1", "").body()).contains("token_missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Client-Cert: AAAA\r\n",
        "Client-Cert: :AAAA\r\n",
        "Client-Cert: :====:\r\n",
        "Client-Cert: :AA AA:\r\n",
        "Client-Cert: :AAAA:, :AAAA:\r\n",
        "Client-Cert: :AAAA:;a=1\r\n",
      })
  void header_malformed_isABadRequest(String header) {
    serve(RFC9440);

    assertThat(ask("127.0.0.1", header).status()).isEqualTo(400);
  }

  @Test
  void header_twice_isABadRequest() {
    serve(RFC9440);

    assertThat(ask("127.0.0.1", rfc9440() + rfc9440()).status()).isEqualTo(400);
  }

  @Test
  void certificate_thatIsNotAccepted_leavesTheProxysConnection() {
    serve(RFC9440);
    TestAuthority stranger = TestAuthority.root("Stranger", NOW);
    String bad = "Client-Cert: " + bytes(stranger.device("dev-1", NOW).chain().getFirst()) + "\r\n";
    try (RawClient proxy = new RawClient(world.port)) {
      String get = "GET /v1/links/fw/a HTTP/1.1\r\nHost: x\r\n";
      assertThat(proxy.send(get + bad + "\r\n").body()).contains("certificate_invalid");
      assertThat(proxy.send(get + "Client-Cert: :AAAA:\r\n\r\n").body())
          .contains("certificate_invalid");
      assertThat(proxy.send(get + rfc9440() + "\r\n").status()).isEqualTo(200);
    }
  }

  @Test
  void authority_removed_endsWhatIsRemembered() {
    serve(RFC9440);
    assertThat(ask("127.0.0.1", rfc9440()).status()).isEqualTo(200);
    assertThat(ask("127.0.0.1", rfc9440()).status()).isEqualTo(200);
    assertThat(
            world
                .meters
                .get("gateway.certificate.auth")
                .tag("reason", "verified")
                .counter()
                .count())
        .isEqualTo(1);

    world.orgs.replace(Snapshot.of(3, List.of(EdgeWorld.org("acme", false))));

    assertThat(ask("127.0.0.1", rfc9440()).body()).contains("certificate_invalid");
  }

  @Test
  void pem_asNginxAndLoadBalancersWriteIt_letsTheDeviceIn() {
    serve(PEM);
    String chain = device.with(line.der()).pem();
    String nginx = URLEncoder.encode(chain, StandardCharsets.UTF_8).replace("+", "%20");
    String balancer = nginx.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");

    assertThat(nginx).contains("%2B").isNotEqualTo(balancer);
    assertThat(ask("127.0.0.1", "X-Amzn-Mtls-Clientcert: " + nginx + "\r\n").status())
        .isEqualTo(200);
    assertThat(ask("127.0.0.1", "X-Amzn-Mtls-Clientcert: " + balancer + "\r\n").status())
        .isEqualTo(200);
    assertThat(ask("127.0.0.1", "X-Amzn-Mtls-Clientcert: " + nginx + "%zz\r\n").status())
        .isEqualTo(400);
    assertThat(ask("127.0.0.2", "X-Amzn-Mtls-Clientcert: " + nginx + "\r\n").status())
        .isEqualTo(401);
  }

  @Test
  void anyText_isReadOrRefusedInWords() {
    String good = bytes(device.chain().getFirst());
    String pem = URLEncoder.encode(device.pem(), StandardCharsets.UTF_8).replace("+", "%20");
    assertThatCode(() -> ForwardedChain.ofEscapedPem(pem)).doesNotThrowAnyException();
    Seeded.run(
        2000,
        random -> {
          String leaf = spoilt(random, good);
          String chain = random.nextBoolean() ? "" : spoilt(random, good + "," + good);
          String text = spoilt(random, pem);
          Throwable bytes = catchThrowable(() -> ForwardedChain.ofByteSequences(leaf, chain));
          Throwable escaped = catchThrowable(() -> ForwardedChain.ofEscapedPem(text));
          assertThat(bytes == null || bytes instanceof Refused).as("%s", bytes).isTrue();
          assertThat(escaped == null || escaped instanceof Refused).as("%s", escaped).isTrue();
        });
  }

  private static String spoilt(java.util.random.RandomGenerator random, String text) {
    int at = random.nextInt(text.length());
    int end = Math.min(text.length(), at + random.nextInt(4));
    return text.substring(0, at)
        + Seeded.string(random, "%:=,;+/ AZ09\u00e4\n-", 0, 3)
        + text.substring(random.nextInt(8) == 0 ? text.length() : end);
  }
}
