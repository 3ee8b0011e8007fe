package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.http.RawClient.Answer;
import io.micrometer.core.instrument.Counter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that two readers may frame differently, each with a second request behind it: whoever
 * gets the first one through a proxy must never have the second one answered (RFC 9112, section
 * 11.2).
 *
 * <p>Left out is what Netty's decoder turns into a space, as RFC 9112 allows (sections 3 and 5.2),
 * and shows to nobody: folded lines of headers that frame nothing, and tabs, VT, FF and bare CR
 * between the words of the request line.
 */
class SmuggleIT {
  private static final String HOST = "Host: x\r\n";
  private static final String KEEP_ALIVE = "Connection: keep-alive\r\n";
  private static final String NO_BODY = "Content-Length: 0\r\n";
  private static final String KEYS = "{\"keys\":[\"fw/a\"]}";
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
  private static final String CHUNKS = "11\r\n" + KEYS + "\r\n0\r\n\r\n";

  private static EdgeWorld world;
  private static String authorization;

  @BeforeAll
  static void serve() {
    world = new EdgeWorld(EdgeWorld.org("acme", false));
    authorization = "Authorization: Bearer " + world.token("acme", "dev-1") + "\r\n";
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @Test
  void goodRequests_oneBehindTheOther_areAllAnswered() {
    String length = "Content-Length: " + KEYS.length() + "\r\n";
    assertThat(answers(get(KEEP_ALIVE) + post(length, KEYS) + last()))
        .extracting(Answer::status)
        .containsExactly(200, 200, 200);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void oddRequest_withAnotherBehindIt_isRefusedAndTheLast(Row row) {
    double granted = granted();
    assertThat(answers(row.request + get("")))
        .hasSizeLessThanOrEqualTo(1)
        .allSatisfy(answer -> assertThat(answer.status()).as(answer.body()).isBetween(400, 499));
    assertThat(granted()).as("answered behind the client's back").isEqualTo(granted);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lastRows")
  void requestWithADisputedEnd_withAnotherBehindIt_isTheLast(Row row) {
    double granted = granted();
    assertThat(answers(row.request + get("")))
        .singleElement()
        .satisfies(answer -> assertThat(answer.status()).isEqualTo(200));
    assertThat(granted()).isEqualTo(granted + 1);
  }

  /** Vert.x answers them before anybody else sees them. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"http/1.1", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9"})
  void unknownVersion_withAnotherBehindIt_isRefusedAndTheLast(String version) {
    double granted = granted();
    assertThat(answers("GET /v1/links/fw/a " + version + "\r\n" + HOST + "\r\n" + get("")))
        .extracting(Answer::status)
        .containsExactly(501);
    assertThat(granted()).isEqualTo(granted);
  }

  private static double granted() {
    // There is one event loop: whatever came before this has been counted.
    answers("GET / HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
    return world.meters.get("gateway.requests").tag("outcome", "ok").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private static List<Answer> answers(String requests) {
    try (RawClient client = world.client()) {
      client.write(requests.getBytes(StandardCharsets.ISO_8859_1));
      return client.readAll();
    }
  }

  record Row(String name, String request) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static String get(String headers) {
    return "GET /v1/links/fw/a HTTP/1.1\r\n" + HOST + authorization + headers + "\r\n";
  }

  private static String last() {
    return get("Connection: close\r\n");
  }

  private static String post(String headers, String body) {
    return "POST /v1/links HTTP/1.1\r\n" + HOST + authorization + headers + "\r\n" + body;
  }

  private static Row length(String name, String headers) {
    return new Row(name, post(headers, KEYS));
  }

  private static Row coding(String name, String headers) {
    return new Row(name, post(headers, CHUNKS));
  }

  private static Row chunks(String name, String body) {
    return new Row(name, post(CHUNKED, body));
  }

  private static Row header(String name, String header) {
    return new Row(name, get(header));
  }

  private static Row head(String name, String head) {
    return new Row(name, head + authorization + "\r\n");
  }

  static Stream<Row> rows() {
    return Stream.of(
            twoLengths(), codings(), lengths(), chunkForms(), lineEnds(), heads(), headers())
        .flatMap(rows -> rows);
  }

  private static Stream<Row> twoLengths() {
    return Stream.of(
        coding("length, then coding", "Content-Length: 17\r\n" + CHUNKED),
        coding("coding, then length", CHUNKED + "Content-Length: 17\r\n"),
        coding("length 0, then coding", NO_BODY + CHUNKED),
        coding("length over all, then coding", "Content-Length: 200\r\n" + CHUNKED),
        coding("other case", "content-LENGTH: 17\r\ntransfer-ENCODING: CHUNKED\r\n"),
        coding("length between two codings", CHUNKED + "Content-Length: 17\r\n" + CHUNKED),
        header("no body, but both", NO_BODY + CHUNKED),
        new Row("GET with a body of a length", get("Content-Length: 5\r\n") + "01234"),
        new Row("GET with chunks", get(CHUNKED) + "0\r\n\r\n"),
        new Row(
            "GET that is a WebSocket's of old, with a body of 8 bytes that nothing announces",
            get("Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n") + "01234567"));
  }

  private static Stream<Row> codings() {
    return Stream.of(
        coding("prefix of a coding", "Transfer-Encoding: chunk\r\n"),
        coding("unknown coding", "Transfer-Encoding: xchunked\r\n"),
        coding("identity", "Transfer-Encoding: identity\r\n"),
        coding("chunked is not the last", "Transfer-Encoding: chunked, identity\r\n"),
        coding("chunked is not the only", "Transfer-Encoding: gzip, chunked\r\n"),
        coding("chunked twice", "Transfer-Encoding: chunked, chunked\r\n"),
        coding("chunked on two lines", CHUNKED + CHUNKED),
        coding("two codings", CHUNKED + "Transfer-Encoding: identity\r\n"),
        coding("two codings, other order", "Transfer-Encoding: identity\r\n" + CHUNKED),
        coding("no coding", "Transfer-Encoding:\r\n"),
        coding("quoted coding", "Transfer-Encoding: \"chunked\"\r\n"),
        coding("coding with a parameter", "Transfer-Encoding: chunked;q=1\r\n"),
        coding("coding behind a vertical tab", "Transfer-Encoding:\u000bchunked\r\n"),
        coding("coding with NUL", "Transfer-Encoding: chunked\0\r\n"),
        coding("coding with a space before the colon", "Transfer-Encoding : chunked\r\n"),
        coding("coding on a folded line", "Transfer-Encoding:\r\n chunked\r\n"),
        coding("coding, then a folded line", "Transfer-Encoding: chunked\r\n , identity\r\n"));
  }

  private static Stream<Row> lengths() {
    return Stream.of(
        length("length twice", "Content-Length: 17\r\nContent-Length: 17\r\n"),
        length("two lengths", "Content-Length: 17\r\nContent-Length: 18\r\n"),
        length("list of lengths", "Content-Length: 17, 17\r\n"),
        length("length with a plus", "Content-Length: +17\r\n"),
        length("length with a minus", "Content-Length: -17\r\n"),
        length("hexadecimal length", "Content-Length: 0x11\r\n"),
        length("length with a space in it", "Content-Length: 1 7\r\n"),
        length("length on two lines", "Content-Length: 1\r\n 7\r\n"),
        length("length on a folded line", "Content-Length:\r\n 17\r\n"),
        length("length with a fraction", "Content-Length: 17.0\r\n"),
        length("no length", "Content-Length:\r\n"),
        length("length beyond 64 bits", "Content-Length: 18446744073709551633\r\n"),
        length("length with a space before the colon", "Content-Length : 17\r\n"));
  }

  private static Stream<Row> chunkForms() {
    return Stream.of(
        chunks("hexadecimal prefix", "0x11\r\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("size with a plus", "+11\r\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("size with a minus", "-11\r\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("size that is no number", "1g\r\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("no size", "\r\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("size beyond 32 bits", "100000011\r\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("size ended by LF", "11\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("chunk ended by LF", "11\r\n" + KEYS + "\n0\r\n\r\n"),
        chunks("chunk longer than its size", "10\r\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("last chunk ended by LF", "11\r\n" + KEYS + "\r\n0\n\r\n"),
        chunks("trailer ended by LF", "11\r\n" + KEYS + "\r\n0\r\nX: y\n\r\n"),
        chunks("extension ended by LF", "11;a\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("line end in a quoted extension", "11;a=\"\r\n\"\r\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("bare CR in an extension", "11;a\rb\r\n" + KEYS + "\r\n0\r\n\r\n"));
  }

  /** What Netty takes for good where others may not, and what its decoder shows to nobody. */
  static Stream<Row> lastRows() {
    return Stream.of(
        chunks("good chunks", CHUNKS),
        chunks("words behind a size", "11 and more\r\n" + KEYS + "\r\n0 zero\r\n\r\n"),
        chunks("space before a size", " 11\r\n" + KEYS + "\r\n0\r\n\r\n"),
        chunks("extension", "11;a=b\r\n" + KEYS + "\r\n0;c\r\n\r\n"),
        chunks("forbidden trailer", "11\r\n" + KEYS + "\r\n0\r\nContent-Length: 99\r\n\r\n"),
        head("HTTP/1.0, kept alive", "GET /v1/links/fw/a HTTP/1.0\r\n" + KEEP_ALIVE),
        head(
            "HTTP/1.0 with two lengths",
            "GET /v1/links/fw/a HTTP/1.0\r\n" + KEEP_ALIVE + NO_BODY + "Content-Length: 5\r\n"));
  }

  private static Stream<Row> lineEnds() {
    return Stream.of(
        new Row("LF everywhere", get("").replace("\r\n", "\n")),
        new Row("LF behind the request line", get("").replaceFirst("\r\n", "\n")),
        header("LF behind a header", "X: y\n"),
        header("LF before the body", "X: y\r\n\n"),
        header("bare CR between headers", "X: y\rContent-Length: 5\r\n"),
        header("bare CR at the end of a value", "X: y\r\r\n"));
  }

  private static Stream<Row> heads() {
    return Stream.of(
        head("no Host", "GET /v1/links/fw/a HTTP/1.1\r\n"),
        head("two Hosts", "GET /v1/links/fw/a HTTP/1.1\r\n" + HOST + "host: y\r\n"),
        head("absolute form", "GET http://x/v1/links/fw/a HTTP/1.1\r\n" + HOST),
        head("authority form", "CONNECT x:443 HTTP/1.1\r\n" + HOST),
        head("asterisk form", "OPTIONS * HTTP/1.1\r\n" + HOST),
        head("relative target", "GET v1/links/fw/a HTTP/1.1\r\n" + HOST),
        head("space in the target", "GET /v1/links/fw/a b HTTP/1.1\r\n" + HOST),
        head("space behind the version", "GET /v1/links/fw/a HTTP/1.1 \r\n" + HOST),
        head("NUL before the method", "\0GET /v1/links/fw/a HTTP/1.1\r\n" + HOST),
        head(
            "folded line behind the request line",
            "GET /v1/links/fw/a HTTP/1.1\r\n X: y\r\n" + HOST),
        head("HTTP/0.9", "GET /v1/links/fw/a\r\n"),
        head("long line", "GET /v1/links/fw/" + "a".repeat(5200) + " HTTP/1.1\r\n" + HOST),
        head("HTTP/1.0 with chunks", "POST /v1/links HTTP/1.0\r\n" + KEEP_ALIVE + CHUNKED));
  }

  private static Stream<Row> headers() {
    return Stream.of(
        header("Authorization twice", authorization),
        header("name with a space", "X Y: z\r\n"),
        header("name with NUL", "X\0: y\r\n"),
        header("name with a tab", "X\t: y\r\n"),
        header("no name", ": y\r\n"),
        header("no colon", "Content-Length\r\n"),
        header("value with NUL", "X: \0\r\n"),
        header("value with a control byte", "X: \u0001\r\n"),
        header("value with DEL", "X: \u007f\r\n"),
        header("long headers", "X: " + "y".repeat(8200) + "\r\n"));
  }
}
