package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Refused;
import io.edgemint.backend.Samples;
import io.edgemint.signing.LinkAsk;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinkBatchTest {
  private final EdgeWorld world = new EdgeWorld(Samples.org("acme"));
  private final LinkBatch batch = new LinkBatch(world.grants, world.clock);
  private final List<String> listened = new ArrayList<>();

  /** A request that notes what somebody listens to, and never sends anything. */
  private final HttpServerRequest request =
      (HttpServerRequest)
          Proxy.newProxyInstance(
              HttpServerRequest.class.getClassLoader(),
              new Class<?>[] {HttpServerRequest.class},
              (proxy, method, arguments) -> {
                listened.add(method.getName());
                return proxy;
              });

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void answer_tokenIsRefused_neverKeepsTheBody() {
    Future<Buffer> answer = batch.answer(request, "no.to.ken", LinkAsk.ANY);

    assertThat(answer.cause()).isInstanceOf(Refused.class);
    assertThat(listened).isEmpty();
  }

  @Test
  void answer_tokenIsGood_waitsForTheBody() {
    Future<Buffer> answer = batch.answer(request, world.token("acme", "dev-1"), LinkAsk.ANY);

    assertThat(answer.isComplete()).isFalse();
    assertThat(listened).containsExactlyInAnyOrder("handler", "exceptionHandler", "endHandler");
  }
}
