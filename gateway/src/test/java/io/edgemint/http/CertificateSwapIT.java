package io.edgemint.http;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.SelfSigned;
import io.edgemint.app.Gateway;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** New certificates are shown to new connections, and nobody else notices. */
@Timeout(120)
class CertificateSwapIT {
  private static final String SUCCESSFUL = "gateway_tls_last_reload_successful";

  /** More connections than there are event loops, for each has certificates of its own. */
  private static final int CONNECTIONS = 16;

  private final Vertx vertx = Vertx.vertx();
  @TempDir Path folder;

  @BeforeEach
  void writePairs() {
    SelfSigned.of("a.test").write(folder, "a");
    SelfSigned.of("b.test").write(folder, "b");
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private Site site() {
    return new Site(
        folder,
        """
        tls:
          certificates: [{chain: a.pem, key: a.key}, {chain: b.pem, key: b.key}]
          reload: 1s
        """);
  }

  private static void assertShown(int port, String host, SelfSigned pair) {
    for (int i = 0; i < CONNECTIONS; i++) {
      assertThat(TlsClient.shown(port, host)).isEqualTo(pair.chain());
    }
  }

  private static void awaitReload(Operator operator, boolean successful) throws Exception {
    Patience.until(() -> operator.metric(SUCCESSFUL) == (successful ? 1 : 0));
  }

  @Test
  void pair_swappedUnderLoad_isShownToNewConnectionsAndNoRequestFails() throws Exception {
    SelfSigned first = SelfSigned.of("a.test");
    SelfSigned second = SelfSigned.of("a.test");
    first.write(folder, "a");
    Site site = site();
    try (Gateway gateway = site.start();
        SteadyTraffic traffic = new SteadyTraffic()) {
      int port = gateway.edgePort();
      for (int i = 0; i < 4; i++) {
        traffic
            .with(() -> TlsClient.http1(port, "a.test"), Duration.ofMillis(10), site.token())
            .with(() -> new Http2Client(vertx, port), Duration.ofMillis(10), site.token());
      }
      traffic.awaitMore(100);
      assertShown(port, "a.test", first);
      second.writeChain(folder, "a");
      Operator operator = new Operator(gateway.adminPort());
      awaitReload(operator, false);
      assertShown(port, "a.test", first);
      second.write(folder, "a");
      awaitReload(operator, true);
      assertShown(port, "a.test", second);
      traffic.awaitMore(100);
      assertThat(traffic.end()).isEmpty();
    }
  }

  @Test
  void name_inTheHandshake_picksItsCertificateBeforeAndAfterASwap() throws Exception {
    SelfSigned first = SelfSigned.of("a.test");
    SelfSigned second = SelfSigned.of("b.test");
    SelfSigned third = SelfSigned.of("b.test");
    first.write(folder, "a");
    second.write(folder, "b");
    Site site = site();
    try (Gateway gateway = site.start()) {
      int port = gateway.edgePort();
      assertShown(port, "b.test", second);
      assertShown(port, "a.test", first);
      assertShown(port, "unknown.test", first);
      third.write(folder, "b");
      Patience.until(() -> TlsClient.shown(port, "b.test").equals(third.chain()));
      assertShown(port, "b.test", third);
      assertShown(port, "unknown.test", first);
    }
  }
}
