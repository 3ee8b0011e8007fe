package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.app.Gateway;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a listed proxy says before the first request is believed, and nobody else may connect. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "other loopbacks have one address")
@Timeout(120)
class ProxyProtocolIT {
  @TempDir Path folder;
  private Site site;
  private Gateway gateway;

  @BeforeEach
  void start() {
    site = new Site(folder, "trusted_proxies: [127.0.0.1]\nproxy_protocol: true");
    gateway = site.start();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private static byte[] version1(String client) {
    return ("PROXY TCP4 " + client + " 127.0.0.1 40000 443\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] version2(String client) {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000c"));
    header.writeBytes(InetAddress.ofLiteral(client).getAddress());
    header.writeBytes(HexFormat.of().parseHex("7f0000019c4001bb"));
    return header.toByteArray();
  }

  /** The status of one request on a connection of its own. */
  private int status(byte[] header, String token) {
    try (RawClient client = new RawClient(gateway.edgePort())) {
      client.write(header);
      return client.get("/v1/links/fw/a", token).status();
    }
  }

  private void assertClientsAreToldApart(Function<String, byte[]> header) {
    String good = site.token();
    String bad = good.substring(0, good.length() - 4) + "AAAA";
    assertThat(status(header.apply("203.0.113.7"), good)).isEqualTo(200);
    assertThat(status(header.apply("203.0.113.7"), bad)).isEqualTo(401);
    assertThat(status(header.apply("203.0.113.7"), bad)).isEqualTo(401);
    assertThat(status(header.apply("203.0.113.7"), bad)).isEqualTo(429);
    assertThat(status(header.apply("203.0.113.8"), bad)).isEqualTo(401);
  }

  @Test
  void listedProxy_headerOfVersion1_tellsClientsApart() {
    assertClientsAreToldApart(ProxyProtocolIT::version1);
  }

  @Test
  void listedProxy_headerOfVersion2_tellsClientsApart() {
    assertClientsAreToldApart(ProxyProtocolIT::version2);
  }

  /** Family 3, a socket in the file system: two paths of 108 bytes. */
  @Test
  void listedProxy_forAClientWithoutAddress_standsForIt() {
    byte[] header = new byte[16 + 2 * 108];
    byte[] start = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a213100d8");
    System.arraycopy(start, 0, header, 0, start.length);
    header[start.length] = '/';
    header[start.length + 108] = '/';
    assertThat(status(header, site.token())).isEqualTo(200);
  }

  @Test
  void listedProxy_withoutAHeader_isClosedWithoutAnAnswer() {
    try (RawClient client = new RawClient(gateway.edgePort())) {
      client.write("GET /v1/links/fw/a HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.isClosedByTheServer()).isTrue();
    }
  }

  @Test
  void anybodyElse_connecting_isClosedUnseen() {
    try (RawClient client = new RawClient(RawClient.connect("127.0.0.2", gateway.edgePort()))) {
      assertThat(client.isClosedByTheServer()).isTrue();
    }
    assertThat(
            new Operator(gateway.adminPort())
                .metric("gateway_connections_closed_total{reason=\"not_a_proxy\"}"))
        .isEqualTo(1);
  }
}
