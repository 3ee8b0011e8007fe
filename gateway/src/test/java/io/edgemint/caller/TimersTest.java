package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class TimersTest {
  @Test
  void after_task_runsUnlessItIsCancelledBefore(Vertx vertx) {
    Timers timers = Timers.of(vertx);
    Promise<String> first = Promise.promise();

    // On the loop that the timers come to, so that none does before all this is done.
    vertx.runOnContext(
        now -> {
          Runnable cancel =
              timers.after(Duration.ofMillis(50), () -> first.tryComplete("cancelled"));
          timers.after(Duration.ofMillis(200), () -> first.tryComplete("kept"));
          cancel.run();
        });

    assertThat(Patience.await(first.future())).isEqualTo("kept");
  }
}
