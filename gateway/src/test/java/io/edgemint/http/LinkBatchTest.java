package io.edgemint.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Samples;
import io.edgemint.signing.LinkAsk;
import io.edgemint.traffic.ConnectionLimits;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkBatchTest {
  private final EdgeWorld world = new EdgeWorld(Samples.org("acme"));
  private final LinkBatch batch =
      new LinkBatch(
          world.grants, world.clock, new StreamDeadlines(world.vertx, ConnectionLimits.DEFAULT));
  private final Map<String, Handler<@Nullable Object>> listeners = new HashMap<>();

  /** A request that keeps who listens to it, and sends nothing by itself. */
  private final HttpServerRequest request =
      (HttpServerRequest)
          Proxy.newProxyInstance(
              HttpServerRequest.class.getClassLoader(),
              new Class<?>[] {HttpServerRequest.class},
              (proxy, method, arguments) -> {
                if (arguments == null) {
                  // It came on no connection, and without headers.
                  return method.getReturnType() == MultiMap.class
                      ? MultiMap.caseInsensitiveMultiMap()
                      : null;
                }
                listeners.put(method.getName(), handler(arguments[0]));
                return proxy;
              });

  @SuppressWarnings("unchecked")
  private static Handler<@Nullable Object> handler(Object argument) {
    return (Handler<@Nullable Object>) argument;
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void answer_tokenIsRefused_neverKeepsTheBody() {
    Future<Buffer> answer = batch.answer(request, world.caller("no.to.ken"), LinkAsk.ANY);

    assertThat(answer.cause()).isInstanceOf(Refused.class);
    assertThat(listeners).isEmpty();
  }

  @Test
  void answer_tokenIsGood_waitsForTheBody() {
    Future<Buffer> answer =
        batch.answer(request, world.caller(world.token("acme", "dev-1")), LinkAsk.ANY);

    assertThat(answer.isComplete()).isFalse();
    assertThat(listeners).containsOnlyKeys("handler", "exceptionHandler", "endHandler");
  }

  @Test
  void answer_deviceGoesAwayWithinTheBody_isNoFaultOfTheGateway() {
    Future<Buffer> answer =
        batch.answer(request, world.caller(world.token("acme", "dev-1")), LinkAsk.ANY);

    requireNonNull(listeners.get("exceptionHandler"))
        .handle(new HttpClosedException("Connection was closed"));

    assertThat(answer.cause()).isInstanceOf(Refused.class).hasMessageContaining("within the body");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // {"keys":["a/b"]} with the slash in two bytes, and the same in UTF-16.
        "7b226b657973223a5b2261c0af62225d7d",
        "007b0022006b0065007900730022003a005b002200610022005d007d"
      })
  void answer_bodyIsNotUtf8InItsOneForm_isRefused(String hex) {
    Future<Buffer> answer =
        batch.answer(request, world.caller(world.token("acme", "dev-1")), LinkAsk.ANY);

    requireNonNull(listeners.get("handler")).handle(Buffer.buffer(HexFormat.of().parseHex(hex)));
    requireNonNull(listeners.get("endHandler")).handle(null);

    assertThat(answer.cause())
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.refusal()).isEqualTo(Refusal.REQUEST_INVALID));
  }
}
