package io.edgemint.http;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.outbound.Network;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From where a request came, as a real server sees it; this machine is the nearest proxy. */
class ClientAddressTest {
  private static final String NEAREST = "127.0.0.1";

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private static Predicate<InetAddress> listed(String... networks) {
    List<Network> proxies = Stream.of(networks).map(Network::parse).toList();
    return address -> proxies.stream().anyMatch(network -> network.contains(address));
  }

  /** What is made of the headers {@code X-Forwarded-For} when 127.0.0.1 and 10/8 are proxies. */
  private String seen(String... headers) {
    return seen(listed(NEAREST, "10.0.0.0/8"), headers);
  }

  private String seen(Predicate<InetAddress> proxies, String... headers) {
    ClientAddress address = new ClientAddress(proxies);
    int port =
        await(
                vertx
                    .createHttpServer()
                    .requestHandler(
                        request -> request.response().end(address.of(request).getHostAddress()))
                    .listen(0, NEAREST))
            .actualPort();
    String lines =
        Stream.of(headers)
            .map(header -> "X-Forwarded-For: " + header + "\r\n")
            .collect(Collectors.joining());
    try (RawClient client = new RawClient(port)) {
      return client.send("GET / HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n").body();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          203.0.113.7                     | 203.0.113.7
          1.2.3.4, 203.0.113.7            | 203.0.113.7
          203.0.113.7,10.0.0.1,  10.0.0.2 | 203.0.113.7
          1.2.3.4, 203.0.113.7, 10.0.0.2  | 203.0.113.7
          10.0.0.1, 10.0.0.2              | 10.0.0.1
          2001:db8::1                     | 2001:db8:0:0:0:0:0:1
          [2001:db8::1]                   | 2001:db8:0:0:0:0:0:1
          """)
  void proxy_thatForwards_isBelievedDownToTheFirstStranger(String header, String address) {
    assertThat(seen(header)).isEqualTo(address);
  }

  @Test
  void proxy_severalHeaders_areOneList() {
    assertThat(seen("1.2.3.4", "203.0.113.7, 10.0.0.1", "10.0.0.2")).isEqualTo("203.0.113.7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "203.0.113.7,",
        "203.0.113.7, unknown",
        "203.0.113.7:4711",
        "[2001:db8::1]:4711",
        "_hidden",
        "localhost",
        "256.1.1.1"
      })
  void proxy_thatNamesNoAddress_standsForItsClients(String header) {
    assertThat(seen(header)).isEqualTo(NEAREST);
  }

  @Test
  void proxy_furtherAwayThatNamesNoAddress_standsForItsClients() {
    assertThat(seen("203.0.113.7, unknown, 10.0.0.2")).isEqualTo("10.0.0.2");
  }

  @Test
  void proxy_withoutTheHeader_standsForItsClients() {
    assertThat(seen()).isEqualTo(NEAREST);
  }

  @Test
  void client_thatIsNoProxy_isNotBelieved() {
    assertThat(seen(listed(), "203.0.113.7")).isEqualTo(NEAREST);
    assertThat(seen(listed("10.0.0.0/8"), "203.0.113.7, 10.0.0.1")).isEqualTo(NEAREST);
  }
}
