package io.edgemint.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Refused;
import io.edgemint.backend.Samples;
import io.edgemint.signing.LinkAsk;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinkBatchTest {
  private final EdgeWorld world = new EdgeWorld(Samples.org("acme"));
  private final LinkBatch batch = new LinkBatch(world.grants, world.clock);
  private final Map<String, Handler<Object>> listeners = new HashMap<>();

  /** A request that keeps who listens to it, and sends nothing by itself. */
  private final HttpServerRequest request =
      (HttpServerRequest)
          Proxy.newProxyInstance(
              HttpServerRequest.class.getClassLoader(),
              new Class<?>[] {HttpServerRequest.class},
              (proxy, method, arguments) -> {
                listeners.put(method.getName(), handler(arguments[0]));
                return proxy;
              });

  @SuppressWarnings("unchecked")
  private static Handler<Object> handler(Object argument) {
    return (Handler<Object>) argument;
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void answer_tokenIsRefused_neverKeepsTheBody() {
    Future<Buffer> answer = batch.answer(request, "no.to.ken", LinkAsk.ANY);

    assertThat(answer.cause()).isInstanceOf(Refused.class);
    assertThat(listeners).isEmpty();
  }

  @Test
  void answer_tokenIsGood_waitsForTheBody() {
    Future<Buffer> answer = batch.answer(request, world.token("acme", "dev-1"), LinkAsk.ANY);

    assertThat(answer.isComplete()).isFalse();
    assertThat(listeners).containsOnlyKeys("handler", "exceptionHandler", "endHandler");
  }

  @Test
  void answer_deviceGoesAwayWithinTheBody_isNoFaultOfTheGateway() {
    Future<Buffer> answer = batch.answer(request, world.token("acme", "dev-1"), LinkAsk.ANY);

    requireNonNull(listeners.get("exceptionHandler"))
        .handle(new HttpClosedException("Connection was closed"));

    assertThat(answer.cause()).isInstanceOf(Refused.class).hasMessageContaining("within the body");
  }
}
