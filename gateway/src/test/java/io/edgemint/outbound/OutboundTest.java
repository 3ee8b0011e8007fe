package io.edgemint.outbound;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.outbound.OutboundFailure.Code;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OutboundTest {
  private static final Duration AMPLE = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Allowance LOOPBACK = Allowance.parse("127.0.0.1");

  private static Vertx vertx;

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private List<InetAddress> answer = List.of(InetAddress.ofLiteral("127.0.0.1"));
  private Outbound outbound = outbound(LOOPBACK);

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void closeVertx() throws Exception {
    await(vertx.close());
  }

  @AfterEach
  void closeOutbound() throws Exception {
    await(outbound.close());
  }

  @Test
  void send_request_arrivesAsItWasMade() throws Exception {
    Promise<String> seen = Promise.promise();
    int port =
        serve(
            request ->
                request
                    .body()
                    .onSuccess(
                        body -> {
                          seen.complete(
                              String.join(
                                  " ",
                                  request.method().name(),
                                  request.uri(),
                                  request.getHeader("Host"),
                                  request.getHeader("X-Test"),
                                  body.toString()));
                          request.response().setStatusCode(201).putHeader("X-R", "r").end("done");
                        }));
    URI uri = URI.create("http://files.example:" + port + "/a%2fb//%7E/../c?x=%20&&y=+");

    Reply reply =
        await(
            outbound.send(
                new Call(
                    "PUT", uri, Map.of("X-Test", "t"), Buffer.buffer("body"), 4, AMPLE, false)));

    assertThat(await(seen.future()))
        .isEqualTo("PUT /a%2fb//%7E/../c?x=%20&&y=+ files.example:" + port + " t body");
    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.headers().get("X-R")).isEqualTo("r");
    assertThat(reply.body().toString()).isEqualTo("done");
    assertThat(asked).containsExactly("files.example");
  }

  @Test
  void send_requestLine_isTheRawUriByteForByte() throws Exception {
    Promise<String> seen = Promise.promise();
    int port =
        listen(
            socket ->
                socket.handler(
                    bytes -> {
                      seen.tryComplete(bytes.toString());
                      socket.end(Buffer.buffer("HTTP/1.1 204 No Content\r\n\r\n"));
                    }));

    await(outbound.send(get("http://127.0.0.1:" + port + "?Policy=%2b+~'()*!;:@,$", 0)));

    assertThat(await(seen.future())).startsWith("GET /?Policy=%2b+~'()*!;:@,$ HTTP/1.1\r\n");
    assertThat(asked).isEmpty();
  }

  @Test
  void send_headRequest_bringsTheLengthAndNoBody() throws Exception {
    int port = serve(request -> request.response().putHeader("Content-Length", "123456789").end());
    URI uri = URI.create("http://files.example:" + port);

    Reply reply = await(outbound.send(new Call("HEAD", uri, Map.of(), null, 0, AMPLE, false)));

    assertThat(reply.headers().get("Content-Length")).isEqualTo("123456789");
    assertThat(reply.body().length()).isZero();
  }

  @Test
  void send_nameWithOtherAnswersLater_reachesTheFirstAnswerAlone() throws Exception {
    Promise<String> reached = Promise.promise();
    int port = listen("127.0.0.1", 0, socket -> reply(socket, "first", reached));
    listen("127.0.0.2", port, socket -> reply(socket, "second", reached));
    listen("127.0.0.3", port, socket -> reply(socket, "later", reached));
    // The name in the address would lead elsewhere if anybody resolved it again.
    InetAddress first = InetAddress.getByAddress("nowhere.invalid", new byte[] {127, 0, 0, 1});
    answer = List.of(first, InetAddress.ofLiteral("127.0.0.2"));
    Resolver changing =
        host -> {
          List<InetAddress> now = answer;
          answer = List.of(InetAddress.ofLiteral("127.0.0.3"));
          asked.add(host);
          return Future.succeededFuture(now);
        };
    List<Allowance> allowances = List.of(LOOPBACK, Allowance.parse("127.0.0.2"));
    outbound = new Outbound(vertx, allowances, changing, new HttpClientOptions());

    Reply reply = await(outbound.send(get("http://rebind.example:" + port, 10)));

    assertThat(reply.body().toString()).isEqualTo("first");
    assertThat(await(reached.future())).isEqualTo("first");
    assertThat(asked).containsExactly("rebind.example");

    assertFails(get("http://rebind.example:" + port, 10), Code.ADDRESS_FORBIDDEN);
  }

  @Test
  void send_oneForbiddenAddressAmongGoodOnes_isRefused() {
    for (String good : List.of("127.0.0.1", "8.8.8.8")) {
      answer = List.of(InetAddress.ofLiteral(good), InetAddress.ofLiteral("10.0.0.1"));

      assertFails(get("http://files.example:1", 0), Code.ADDRESS_FORBIDDEN);
    }
  }

  @Test
  void send_forbiddenAddressInAnyForm_isRefusedWithoutAConnection() throws Exception {
    outbound = outbound();
    Seeded.run(
        300,
        random -> {
          byte[] inner = Forms.forbidden(random);
          List<InetAddress> forms = new ArrayList<>();
          forms.add(SpecialPurpose.fromBytes(inner));
          Forms.of(inner).forEach(form -> forms.add(SpecialPurpose.fromBytes(form)));
          for (InetAddress form : forms) {
            String text = form.getHostAddress();
            String host = text.contains(":") ? "[" + text.replaceFirst("%.*", "") + "]" : text;
            answer = List.of(form);

            assertFails(get("https://" + host + "/", 0), Code.ADDRESS_FORBIDDEN);
            assertFails(get("https://files.example/", 0), Code.ADDRESS_FORBIDDEN);
          }
        });
    int port = serve(request -> request.response().end());
    assertFails(get("http://[::ffff:127.0.0.1]:" + port, 0), Code.ADDRESS_FORBIDDEN);
    assertFails(get("http://127.0.0.1:" + port, 0), Code.ADDRESS_FORBIDDEN);
  }

  @Test
  void send_forbiddenAddress_namesHostAndPurposeButNoAddress() {
    answer = List.of(InetAddress.ofLiteral("10.9.8.7"));

    assertFails(get("http://files.example:1", 0), Code.ADDRESS_FORBIDDEN)
        .hasMessage(
            "files.example has an address that is not public (private); name a public host, or"
                + " have the operator allow this one");
  }

  @Test
  void send_trustedCall_reachesAPrivateAddress() throws Exception {
    outbound = outbound();
    int port = serve(request -> request.response().end("ok"));
    URI uri = URI.create("http://files.example:" + port);

    Reply reply = await(outbound.send(new Call("GET", uri, Map.of(), null, 2, AMPLE, true)));

    assertThat(reply.body().toString()).isEqualTo("ok");
  }

  @Test
  void send_hostAndPortThatTheOperatorAllows_areReached() throws Exception {
    int port = serve(request -> request.response().end("ok"));
    outbound = outbound(Allowance.parse("files.example:" + port));

    assertThat(await(outbound.send(get("http://files.example:" + port, 2))).status())
        .isEqualTo(200);
    assertFails(get("http://other.example:" + port, 2), Code.ADDRESS_FORBIDDEN);
  }

  @Test
  void send_version6Literal_isReachedAndNamedInBrackets() throws Exception {
    Promise<String> host = Promise.promise();
    HttpServer server = vertx.createHttpServer();
    server.requestHandler(
        request -> {
          host.complete(request.getHeader("Host"));
          request.response().end();
        });
    int port = await(server.listen(0, "::1")).actualPort();
    outbound = outbound(Allowance.parse("::1"));

    await(outbound.send(get("http://[::1]:" + port, 0)));

    assertThat(await(host.future())).isEqualTo("[::1]:" + port);
    await(server.close());
  }

  @Test
  void send_nameWithoutAddress_isUnresolvable() {
    answer = List.of();
    assertFails(get("https://files.example", 0), Code.UNRESOLVABLE).hasMessageContaining("files");

    Resolver broken = host -> Future.failedFuture("no servers");
    outbound = new Outbound(vertx, List.of(), broken, new HttpClientOptions());
    assertFails(get("https://files.example", 0), Code.UNRESOLVABLE);
  }

  @Test
  void send_realResolver_findsAndRefusesLocalhost() throws Exception {
    int port = serve(request -> request.response().end("ok"));
    outbound = new Outbound(vertx, List.of());
    assertFails(get("http://localhost:" + port, 2), Code.ADDRESS_FORBIDDEN);

    outbound = new Outbound(vertx, List.of(Allowance.parse("localhost:" + port)));
    assertThat(await(outbound.send(get("http://localhost:" + port, 2))).status()).isEqualTo(200);
  }

  @Test
  void send_redirect_isAReplyAndNotFollowed() throws Exception {
    List<String> paths = new CopyOnWriteArrayList<>();
    int port =
        serve(
            request -> {
              paths.add(request.path());
              request.response().setStatusCode(302).putHeader("Location", "/other").end();
            });

    Reply reply = await(outbound.send(get("http://files.example:" + port + "/one", 0)));

    assertThat(reply.status()).isEqualTo(302);
    assertThat(reply.headers().get("Location")).isEqualTo("/other");
    assertThat(paths).containsExactly("/one");
  }

  @Test
  void send_secondCall_sharesNeitherConnectionNorCookies() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    int port =
        serve(
            request -> {
              seen.add(
                  "%s %s %s"
                      .formatted(
                          request.connection().remoteAddress(),
                          request.getHeader("Connection"),
                          request.getHeader("Cookie")));
              request.response().putHeader("Set-Cookie", "a=b").end();
            });

    for (int i = 0; i < 2; i++) {
      await(outbound.send(get("http://files.example:" + port, 0)));
    }

    assertThat(seen)
        .hasSize(2)
        .doesNotHaveDuplicates()
        .allMatch(line -> line.endsWith(" close null"));
  }

  @Test
  void send_proxyInTheSystemsSettings_isNotAsked() throws Exception {
    Promise<String> asProxy = Promise.promise();
    int proxy = listen(socket -> reply(socket, "proxied", asProxy));
    int port = serve(request -> request.response().end("direct"));
    System.setProperty("http.proxyHost", "127.0.0.1");
    System.setProperty("http.proxyPort", Integer.toString(proxy));
    try {
      outbound = outbound(LOOPBACK);

      assertThat(await(outbound.send(get("http://files.example:" + port, 9))).body().toString())
          .isEqualTo("direct");
    } finally {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
    }
    assertThat(asProxy.future().isComplete()).isFalse();
  }

  @Test
  void send_bodyOfExactlyTheLimit_isTaken() throws Exception {
    int port = serve(request -> request.response().end("12345678"));

    assertThat(await(outbound.send(get("http://files.example:" + port, 8))).body().length())
        .isEqualTo(8);
    assertFails(get("http://files.example:" + port, 7), Code.TOO_LARGE)
        .hasMessage("files.example answers with more than 7 bytes");
  }

  @Test
  void send_endlessBody_isCutOffWhileItStreams() throws Exception {
    Promise<Void> closed = Promise.promise();
    int port =
        serve(
            request -> {
              request.connection().closeHandler(closed::tryComplete);
              request.response().setChunked(true).exceptionHandler(gone -> {});
              pour(request);
            });

    assertFails(get("http://files.example:" + port, 100_000), Code.TOO_LARGE);
    await(closed.future());
  }

  @Test
  void send_serverThatNeverAnswers_timesOutAndIsLeft() throws Exception {
    Promise<Void> closed = Promise.promise();
    int port = listen(socket -> socket.closeHandler(closed::tryComplete).handler(bytes -> {}));

    assertFails(get("http://files.example:" + port, 9, SHORT), Code.TIMEOUT)
        .hasMessage("files.example has not answered within 1000 ms");
    await(closed.future());
  }

  @Test
  void send_bodyThatDripsForEver_timesOut() throws Exception {
    Promise<Void> closed = Promise.promise();
    int port =
        listen(
            socket -> {
              socket.write("HTTP/1.1 200 OK\r\n\r\n");
              long drip = vertx.setPeriodic(20, tick -> socket.write("x"));
              socket.closeHandler(
                  gone -> {
                    vertx.cancelTimer(drip);
                    closed.tryComplete();
                  });
            });

    assertFails(get("http://files.example:" + port, 1_000_000, SHORT), Code.TIMEOUT);
    await(closed.future());
  }

  @Test
  void send_nameServerThatNeverAnswers_timesOut() {
    Promise<List<InetAddress>> never = Promise.promise();
    outbound = new Outbound(vertx, List.of(), host -> never.future(), new HttpClientOptions());

    assertFails(get("http://files.example", 0, SHORT), Code.TIMEOUT);
  }

  @Test
  void send_nameResolvedAfterTheDeadline_makesNoConnection() throws Exception {
    Promise<List<InetAddress>> late = Promise.promise();
    AtomicInteger connections = new AtomicInteger();
    int port = listen("127.0.0.1", 0, socket -> connections.incrementAndGet());
    outbound =
        new Outbound(vertx, List.of(LOOPBACK), host -> late.future(), new HttpClientOptions());
    assertFails(get("http://files.example:" + port, 0, SHORT), Code.TIMEOUT);

    late.complete(answer);
    assertFails(outbound(LOOPBACK), get("http://files.example:" + port, 0, SHORT), Code.TIMEOUT);

    assertThat(connections).hasValue(1);
  }

  @Test
  void send_closedPort_isUnreachable() throws Exception {
    int port;
    // One of Vert.x may still take a connection when it says that it is closed.
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = socket.getLocalPort();
    }

    assertFails(get("http://files.example:" + port, 0), Code.UNREACHABLE)
        .hasMessage("files.example takes no connection on port " + port);
  }

  @Test
  void send_answersThatAreNoHttp_areBrokenReplies() throws Exception {
    for (String bytes :
        List.of(
            "",
            "SSH-2.0-OpenSSH_9.9\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            "HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000) + "\r\n\r\n")) {
      int port = listen(socket -> socket.handler(ask -> socket.end(Buffer.buffer(bytes))));

      assertFails(get("http://files.example:" + port, 1_000_000), Code.BROKEN_REPLY)
          .hasMessageNotContainingAny("SSH", "short");
    }
  }

  @Test
  void send_answerThatIsNoHttp_isNotLogged() throws Exception {
    List<String> logged = new CopyOnWriteArrayList<>();
    var handler =
        new StreamHandler(OutputStream.nullOutputStream(), new SimpleFormatter()) {
          @Override
          public void publish(LogRecord entry) {
            logged.add(getFormatter().format(entry));
          }
        };
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try {
      int port = listen(socket -> socket.handler(ask -> socket.end(Buffer.buffer("SECRET-1\r\n"))));

      assertFails(get("http://files.example:" + port, 9), Code.BROKEN_REPLY);
    } finally {
      root.removeHandler(handler);
    }
    assertThat(logged).noneMatch(line -> line.contains("SECRET"));
  }

  @Test
  void send_plainServerBehindHttps_isATlsFailure() throws Exception {
    int port = serve(request -> request.response().end());

    assertFails(get("https://files.example:" + port, 0), Code.TLS_FAILED);
  }

  @Test
  void send_onAnEventLoop_completesThere() throws Exception {
    int port = serve(request -> request.response().end());
    Resolver elsewhere =
        host -> {
          Promise<List<InetAddress>> found = Promise.promise();
          Thread.startVirtualThread(() -> found.complete(answer));
          return found.future();
        };
    outbound = new Outbound(vertx, List.of(LOOPBACK), elsewhere, new HttpClientOptions());
    Promise<Boolean> same = Promise.promise();
    Context context = vertx.getOrCreateContext();

    context.runOnContext(
        started ->
            outbound
                .send(get("http://files.example:" + port, 0))
                .onSuccess(reply -> same.complete(context.equals(vertx.getOrCreateContext())))
                .onFailure(same::fail));

    assertThat(await(same.future())).isTrue();
  }

  @Test
  void send_urlThatIsNeverCalled_failsTheFuture() {
    assertFails(get("ftp://files.example/", 0), Code.URL_REFUSED);
  }

  private Outbound outbound(Allowance... allowances) {
    Resolver resolver =
        host -> {
          asked.add(host);
          return Future.succeededFuture(answer);
        };
    return new Outbound(vertx, List.of(allowances), resolver, new HttpClientOptions());
  }

  private static Call get(String url, int maxBytes) {
    return get(url, maxBytes, AMPLE);
  }

  private static Call get(String url, int maxBytes, Duration deadline) {
    return new Call("GET", URI.create(url), Map.of(), null, maxBytes, deadline, false);
  }

  private AbstractThrowableAssert<?, ?> assertFails(Call call, Code code) {
    return assertFails(outbound, call, code);
  }

  private static AbstractThrowableAssert<?, ?> assertFails(
      Outbound outbound, Call call, Code code) {
    return assertThatThrownBy(() -> await(outbound.send(call)))
        .isInstanceOfSatisfying(
            OutboundFailure.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  private static int serve(Handler<HttpServerRequest> handler) throws Exception {
    HttpServer server = vertx.createHttpServer().requestHandler(handler);
    return await(server.listen(0, "127.0.0.1")).actualPort();
  }

  private static int listen(Handler<NetSocket> handler) throws Exception {
    return listen("127.0.0.1", 0, handler);
  }

  private static int listen(String host, int port, Handler<NetSocket> handler) throws Exception {
    NetServer server = vertx.createNetServer();
    server.connectHandler(socket -> handler.handle(socket.exceptionHandler(gone -> {})));
    return await(server.listen(port, host)).actualPort();
  }

  private static void reply(NetSocket socket, String body, Promise<String> reached) {
    socket.handler(
        bytes -> {
          reached.tryComplete(body);
          socket.end(Buffer.buffer("HTTP/1.1 200 OK\r\n\r\n" + body));
        });
  }

  /** Writes as long as somebody reads. */
  private static void pour(HttpServerRequest request) {
    Buffer chunk = Buffer.buffer(new byte[16_384]);
    request.response().write(chunk).onSuccess(written -> pour(request));
  }
}
