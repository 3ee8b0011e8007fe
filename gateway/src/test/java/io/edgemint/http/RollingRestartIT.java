package io.edgemint.http;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two gateways on one registry are restarted in turn, as an operator does, and no device notices.
 */
@Timeout(180)
class RollingRestartIT {
  private static final int ROUNDS = 3;
  private static final int DEVICES = 4;

  private final Vertx vertx = Vertx.vertx();

  @TempDir Path folder;

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void gateways_restartedInTurnUnderLoad_loseNoRequest() throws Exception {
    Site site = Site.withTls(folder, "drain: 3s");
    Deque<GatewayProcess> gateways = new ArrayDeque<>();
    try (Balancer balancer = new Balancer();
        SteadyTraffic traffic = new SteadyTraffic()) {
      for (int i = 0; i < 2; i++) {
        gateways.add(GatewayProcess.start(site));
        balancer.add(gateways.getLast());
      }
      balancer.awaitReady(2);
      int port = balancer.port();
      for (int i = 0; i < DEVICES; i++) {
        traffic
            .with(() -> TlsClient.http1(port, "a.test"), Duration.ofMillis(20), site.token())
            .with(() -> new Http2Client(vertx, port), Duration.ofMillis(20), site.token());
      }
      for (int i = 0; i < 2 * ROUNDS; i++) {
        traffic.awaitMore(100);
        GatewayProcess old = gateways.remove();
        old.terminate();
        assertThat(old.exitCode()).isZero();
        balancer.remove(old);
        gateways.add(GatewayProcess.start(site));
        balancer.add(gateways.getLast());
        balancer.awaitReady(2);
      }
      traffic.awaitMore(100);
      assertThat(traffic.end()).isEmpty();
      System.out.println(traffic.served() + " requests, " + 2 * ROUNDS + " restarts, none lost");
    } finally {
      gateways.forEach(GatewayProcess::close);
    }
  }

  @Test
  void gateway_secondSignal_endsAtOnce() throws Exception {
    try (GatewayProcess gateway = GatewayProcess.start(new Site(folder, "drain: 1h"))) {
      gateway.terminate();
      Patience.until(() -> !gateway.operator().isReady());
      gateway.terminate();
      assertThat(gateway.exitCode()).isEqualTo(143);
    }
  }
}
