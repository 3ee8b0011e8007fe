package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.edgemint.SelfSigned;
import io.edgemint.config.InvalidSettings;
import io.edgemint.config.SettingsFile;
import io.edgemint.http.ClientCertificateSettings.Format;
import io.edgemint.http.ClientCertificateSettings.Forwarded;
import io.edgemint.outbound.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EdgeSettingsTest {
  @TempDir Path folder;

  private EdgeSettings read(String edge) {
    try {
      Path file = Files.writeString(folder.resolve("edgemint.yaml"), "edge: {" + edge + "}\n");
      return SettingsFile.read(file, Map.of(), root -> EdgeSettings.read(root.section("edge")))
          .get();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void read_empty_hasTheDefaults() {
    assertThat(read("")).isEqualTo(EdgeSettings.DEFAULT);
  }

  @Test
  void read_everyMemberOfProxiesAndLimits_isMapped() {
    EdgeSettings settings =
        read(
            """
            trusted_proxies: [10.0.0.0/8, 192.0.2.1], proxy_protocol: true, drain: 1m, limits: {
              connections: 1, connections_per_address: 2, request_timeout: 3s,
              handshake_timeout: 4s, idle_timeout: 5s, requests_per_connection: 6,
              connection_age: 7s, request_line: 1KiB, headers: 2KiB, http2_streams: 9,
              http2_resets: 10}
            """);
    assertThat(settings.proxies())
        .containsExactly(Network.parse("10.0.0.0/8"), Network.parse("192.0.2.1"));
    assertThat(settings.proxyProtocol()).isTrue();
    assertThat(settings.drain()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.connections().total()).isEqualTo(1);
    assertThat(settings.connections().perAddress()).isEqualTo(2);
    assertThat(settings.connections().requestTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.connections().handshakeTimeout()).isEqualTo(Duration.ofSeconds(4));
    assertThat(settings.connections().idleTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.connections().requests()).isEqualTo(6);
    assertThat(settings.connections().age()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.requests()).isEqualTo(new RequestLimits(1024, 2048, 9, 10));
  }

  @Test
  void read_proxyProtocolWithoutProxies_isRefused() {
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> read("proxy_protocol: true"))
        .withMessageContainingAll("edge", "trusted_proxies must list who may send its header");
  }

  @Test
  void read_forwardedCertificatesBehindProxyHeaders_isRefused() {
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(
            () ->
                read(
                    "trusted_proxies: [10.0.0.1], proxy_protocol: true,"
                        + " client_certificates: {forwarded: {header: client-cert}}"))
        .withMessageContaining("would believe whatever clients write");
  }

  @Test
  void read_forwardedCertificates_isMapped() {
    EdgeSettings settings =
        read(
            "trusted_proxies: [10.0.0.1], client_certificates: {forwarded: {"
                + "header: X-Amzn-Mtls-Clientcert, format: pem-url-encoded}}");
    assertThat(settings.clientCertificates().forwarded())
        .contains(new Forwarded("x-amzn-mtls-clientcert", Format.PEM_URL_ENCODED));
    assertThat(settings.clientCertificates().port()).isEmpty();
    assertThat(
            read("trusted_proxies: [10.0.0.1], client_certificates: {forwarded: {}}")
                .clientCertificates()
                .forwarded())
        .contains(new Forwarded("client-cert", Format.RFC9440));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client_certificates: {port: 8443} | port needs TLS",
        "client_certificates: {} | names neither a port nor forwarded",
        "client_certificates: {port: 65536} | must be a port",
        "client_certificates: {forwarded: {}} | trusted_proxies must list who may send",
        "client_certificates: {forwarded: {header: authorization}} | the name of the proxy's"
            + " header",
        "client_certificates: {forwarded: {header: 'a b'}} | the name of the proxy's header",
      })
  void read_certificatesThatCannotBe_areRefused(String edge, String why) {
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> read(edge))
        .withMessageContaining(why);
  }

  @Test
  void read_certificatesOnTheEdgesOwnPort_isRefused() {
    SelfSigned.of("a.test").write(folder, "a");
    String tls = "port: 8443, tls: {certificates: [{chain: a.pem, key: a.key}]}, ";
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> read(tls + "client_certificates: {port: 8443}"))
        .withMessageContaining("certificates have a port of their own");
    assertThat(read(tls + "client_certificates: {port: 8444}").clientCertificates().port())
        .contains(8444);
  }

  @Test
  void read_proxyThatIsNoAddress_isRefusedOnce() {
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> read("proxy_protocol: true, trusted_proxies: [proxy.internal]"))
        .withMessageContainingAll("edge.trusted_proxies[0]", "such as 10.0.0.0/8")
        .satisfies(e -> assertThat(e.problems()).hasSize(1));
  }

  @Test
  void isProxy_addressesInAndBesideTheRanges_areToldApart() {
    EdgeSettings settings = read("trusted_proxies: [10.1.0.0/16, '2001:db8::/32']");
    assertThat(settings.isProxy(InetAddress.ofLiteral("10.1.255.255"))).isTrue();
    assertThat(settings.isProxy(InetAddress.ofLiteral("10.2.0.0"))).isFalse();
    assertThat(settings.isProxy(InetAddress.ofLiteral("2001:db8:ffff::1"))).isTrue();
    assertThat(settings.isProxy(InetAddress.ofLiteral("2001:db9::1"))).isFalse();
    assertThat(EdgeSettings.DEFAULT.isProxy(InetAddress.getLoopbackAddress())).isFalse();
  }
}
