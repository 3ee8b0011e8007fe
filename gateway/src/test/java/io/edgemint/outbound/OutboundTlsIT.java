package io.edgemint.outbound;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.SelfSigned;
import io.edgemint.outbound.OutboundFailure.Code;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OutboundTlsIT {
  private static final SelfSigned FILES = SelfSigned.of("files.example");

  private static Vertx vertx;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void closeVertx() throws Exception {
    await(vertx.close());
  }

  @Test
  void send_trustedCertificateForTheName_isReachedWithTheNameInTheHandshake() throws Exception {
    Promise<String> serverName = Promise.promise();
    int port = serve(serverName);

    Reply reply = await(outbound(true).send(get("https://files.example:" + port)));

    assertThat(reply.body().toString()).isEqualTo("ok");
    assertThat(await(serverName.future())).isEqualTo("files.example files.example:" + port);
  }

  @Test
  void send_certificateForAnotherName_isRefused() throws Exception {
    int port = serve(Promise.promise());

    assertTlsFails(outbound(true), "https://other.example:" + port);
    assertTlsFails(outbound(true), "https://127.0.0.1:" + port);
  }

  @Test
  void send_certificateOfNobodyKnown_isRefused() throws Exception {
    int port = serve(Promise.promise());

    assertTlsFails(outbound(false), "https://files.example:" + port);
  }

  private static void assertTlsFails(Outbound outbound, String url) {
    assertThatThrownBy(() -> await(outbound.send(get(url))))
        .isInstanceOfSatisfying(
            OutboundFailure.class, failure -> assertThat(failure.code()).isEqualTo(Code.TLS_FAILED))
        .hasMessageContaining(URI.create(url).getHost() + " offers no TLS");
  }

  private static Outbound outbound(boolean knowsCertificate) {
    var options = new HttpClientOptions();
    if (knowsCertificate) {
      options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(FILES.chain())));
    }
    Resolver resolver = host -> Future.succeededFuture(List.of(InetAddress.ofLiteral("127.0.0.1")));
    return new Outbound(vertx, List.of(Allowance.parse("127.0.0.1")), resolver, options);
  }

  private static int serve(Promise<String> serverName) throws Exception {
    var certificate =
        new PemKeyCertOptions()
            .setCertValue(Buffer.buffer(FILES.chain()))
            .setKeyValue(Buffer.buffer(FILES.key()));
    var options = new HttpServerOptions().setSsl(true).setSni(true).setKeyCertOptions(certificate);
    return await(
            vertx
                .createHttpServer(options)
                .requestHandler(
                    request -> {
                      serverName.tryComplete(
                          request.connection().indicatedServerName()
                              + " "
                              + request.getHeader("Host"));
                      request.response().end("ok");
                    })
                .listen(0, "127.0.0.1"))
        .actualPort();
  }

  private static Call get(String url) {
    return new Call("GET", URI.create(url), Map.of(), null, 2, Duration.ofSeconds(20), false);
  }
}
