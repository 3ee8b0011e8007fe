package io.edgemint.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.outbound.OutboundFailure.Code;
import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "https://files.example, true, files.example, 443, /",
    "HTTP://Files.Example, false, files.example, 80, /",
    "https://files.example:8443/a%2Fb/../%7e?x=%20&&y, true, files.example, 8443,"
        + " /a%2Fb/../%7e?x=%20&&y",
    "https://files.example?x, true, files.example, 443, /?x",
    "https://files.example/?, true, files.example, 443, /?",
    "http://[::1]:9000/a, false, [::1], 9000, /a"
  })
  void of_url_keepsPathAndQueryAsTheyStand(
      URI uri, boolean tls, String host, int port, String requestUri) {
    Target target = Target.of(uri);

    assertThat(target.tls()).isEqualTo(tls);
    assertThat(target.host()).isEqualTo(host);
    assertThat(target.port()).isEqualTo(port);
    assertThat(target.requestUri()).isEqualTo(requestUri);
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://files.example/, begin with https",
    "file:///etc/passwd, begin with https",
    "//files.example/a, begin with https",
    "/a, begin with https",
    "https:files.example, name a host",
    "https:///a, name a host",
    "https://user@files.example/, user before",
    "https://user:secret@files.example/, user before",
    "https://@files.example/, user before",
    "https://files.example/#top, fragment",
    "https://files.example/#, fragment",
    "https://files_example/, name a host",
    "https://files.example:0/, port from",
    "https://files.example:65536/, port from",
    "https://files.example/ü, percent-encode",
    "https://files.example/?ü, percent-encode",
    "http://2130706433/, IP address",
    "http://0x7f000001/, IP address",
    "http://127.1/, name a host",
    "http://0177.0.0.1/, IP address",
    "http://127.0.0.1./, name a host",
    "http://[fe80::1%25eth0]/, IP address",
    "http://[fe80::1%1]/, IP address"
  })
  void of_urlThatIsNeverCalled_isRefusedWithTheRule(String url, String rule) {
    assertThatThrownBy(() -> Target.of(URI.create(url)))
        .isInstanceOfSatisfying(
            OutboundFailure.class,
            failure -> assertThat(failure.code()).isEqualTo(Code.URL_REFUSED))
        .hasMessageContaining(rule)
        .hasMessageNotContaining("secret");
  }

  @Test
  void literal_nameThatBeginsLikeAnAddress_isAName() {
    assertThat(Target.of(URI.create("https://10.0.0.1.files.example/")).literal()).isNull();
    assertThat(Target.of(URI.create("https://10.0.0.1/")).literal())
        .isEqualTo(InetAddress.ofLiteral("10.0.0.1"));
  }
}
