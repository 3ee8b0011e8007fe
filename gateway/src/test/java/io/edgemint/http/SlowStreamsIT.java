package io.edgemint.http;

import static io.edgemint.http.RawHttp2Client.DATA;
import static io.edgemint.http.RawHttp2Client.END_HEADERS;
import static io.edgemint.http.RawHttp2Client.END_STREAM;
import static io.edgemint.http.RawHttp2Client.HEADERS;
import static io.edgemint.http.RawHttp2Client.PING;
import static io.edgemint.http.RawHttp2Client.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.SelfSigned;
import io.edgemint.app.Gateway;
import io.edgemint.http.RawHttp2Client.Frame;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that keep single requests of HTTP/2 open while their connection lives; what the gateway
 * holds for these requests must not live as long.
 */
@Timeout(120)
class SlowStreamsIT {
  private static final int CANCEL = 8;
  private static final int INITIAL_WINDOW = 4;

  @TempDir Path folder;
  private Gateway gateway;
  private RawHttp2Client client;
  private String token;

  @BeforeEach
  void start() {
    SelfSigned.of("localhost").write(folder, "a");
    Site site =
        new Site(
            folder,
            """
            tls: {certificates: [{chain: a.pem, key: a.key}]}
            limits: {request_timeout: 1s, idle_timeout: 2s}
            """);
    token = site.token();
    gateway = site.start();
    client = new RawHttp2Client(gateway.edgePort());
  }

  @AfterEach
  void stop() {
    client.close();
    gateway.close();
  }

  private int openPost() {
    byte[] head =
        RawHttp2Client.head(
            ":method",
            "POST",
            ":scheme",
            "https",
            ":authority",
            "localhost",
            ":path",
            "/v1/links",
            "authorization",
            "Bearer " + token);
    return client.open(END_HEADERS, head);
  }

  /** Keeps the connection alive until a stream is reset, and asserts that others are not. */
  private void assertResetAlone(int stream) throws InterruptedException {
    Frame frame = client.flush().read();
    while (frame.type() != RST_STREAM) {
      Thread.sleep(100);
      frame = client.send(PING, 0, 0, new byte[8]).flush().read();
    }
    assertThat(frame.stream()).isEqualTo(stream);
    assertThat(frame.payload().getInt(0)).isEqualTo(CANCEL);
    client.open(END_HEADERS | END_STREAM, RawHttp2Client.get("/v1/links/fw/a", token));
    assertThat(client.flush().read(HEADERS)).matches(Frame::isOk, "is 200");
  }

  @Test
  void body_thatNeverComes_endsItsStreamAlone() throws InterruptedException {
    client.settings();
    int stream = openPost();
    client.send(DATA, 0, stream, new byte[1000]);
    assertResetAlone(stream);
    assertThat(new Operator(gateway.adminPort()).metric("gateway_inflight")).isZero();
  }

  @Test
  void answer_thatIsNeverTaken_endsItsStreamAlone() throws InterruptedException {
    client.settings(INITIAL_WINDOW, 0);
    int stream = openPost();
    byte[] body = "{\"keys\":[\"fw/a\"]}".getBytes(StandardCharsets.UTF_8);
    client.send(DATA, END_STREAM, stream, body);
    assertResetAlone(stream);
  }
}
