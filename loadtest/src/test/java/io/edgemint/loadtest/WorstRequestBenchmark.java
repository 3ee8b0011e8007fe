package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.edgemint.sandbox.Sandbox;
import java.io.IOException;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Sends what costs the gateway most for up to 8 KiB, without a token that it accepts: what one such
 * request makes the whole process allocate.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class WorstRequestBenchmark {
  private static final int HEADERS = 8000;

  /** What the request is full of. */
  @Param({"headers", "token", "escapes", "body"})
  private String full = "";

  private Sandbox sandbox;
  private KeepAlive device;

  /** Starts the gateway, with no limit on bad tokens from one address. */
  @Setup
  public void start() throws IOException {
    sandbox = SandboxServer.start();
    device = new KeepAlive(sandbox.edge().getPort(), request().getBytes(ISO_8859_1), 401);
  }

  private String request() {
    return switch (full) {
      case "headers" ->
          "GET /v1/links/fw/a HTTP/1.1\r\nHost: x\r\n"
              + ("a:" + "b".repeat(HEADERS / 63 - 4) + "\r\n").repeat(63)
              + "\r\n";
      case "token" -> get("fw/a", token());
      case "escapes" -> get("%C3%A9/".repeat(480), "x.y.z");
      case "body" -> {
        String body = "{\"keys\":[" + "\"a\",".repeat(1990) + "\"a\"]}";
        yield "POST /v1/links HTTP/1.1\r\n"
            + "Host: x\r\n"
            + "Authorization: Bearer x.y.z\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
      }
      default -> throw new IllegalArgumentException(full);
    };
  }

  private static String get(String key, String token) {
    return "GET /v1/links/"
        + key
        + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        + token
        + "\r\n\r\n";
  }

  /** As long as a token may be, and read to its end before the issuer turns out to be unknown. */
  private static String token() {
    StringBuilder claims = new StringBuilder("{\"iss\":\"https://nobody.test\",\"aud\":[");
    while (claims.length() < 2900) {
      claims.append("\"a\",");
    }
    claims.append("\"a\"],\"exp\":1,\"sub\":\"s\"}");
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return base64.encodeToString("{\"alg\":\"ES256\",\"kid\":\"k\"}".getBytes(ISO_8859_1))
        + "."
        + base64.encodeToString(claims.toString().getBytes(ISO_8859_1))
        + "."
        + base64.encodeToString(new byte[64]);
  }

  @Benchmark
  public int refused() throws IOException {
    return device.exchange();
  }

  /** Stops the gateway. */
  @TearDown
  public void stop() throws IOException {
    device.close();
    sandbox.close();
  }
}
