package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Refused;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Keys that come and go while tokens are being verified on other threads. */
class CallerRaceTest {
  private static final String OWN = "https://acme.example";

  private final World world = new World();
  private final SigningKey key = SigningKey.of(Algorithm.EDDSA);

  private String token(int number) {
    return world.token(
        key, World.KID, claims -> claims.put("iss", OWN).put("sub", "device-" + number));
  }

  @Test
  void keyRemovedWhileItsTokenIsVerified_tokenDoesNotStayValid() throws Exception {
    CallerVerifier verifier = world.verifier();
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      tokens.add(token(i));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 30; round++) {
        world.snapshot(World.org(World.ACME, World.pem(OWN, World.ACME, key)));
        Callable<Void> remove =
            () -> {
              world.snapshot(World.org(World.ACME));
              return null;
            };
        Callable<Void> verify =
            () -> {
              tokens.forEach(verifier::verify);
              return null;
            };
        for (var done : threads.invokeAll(List.of(verify, remove))) {
          done.get();
        }

        for (String token : tokens) {
          assertThat(World.flaw(verifier, token)).isEqualTo(Flaw.ISSUER_UNKNOWN);
        }
      }
    }
  }

  @Test
  void keysRotatedUnderLoad_noTokenOfALiveKeyIsEverRefused() throws Exception {
    CallerVerifier verifier = world.verifier(World.jwksUrl(World.ISS, null));
    List<SigningKey> keys = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      keys.add(SigningKey.make(Algorithm.EDDSA));
    }
    world.fetches.remove().complete(World.jwks(keys.get(0).jwk("k0"), keys.get(1).jwk("k1")));
    AtomicInteger newest = new AtomicInteger(1);
    AtomicInteger coming = new AtomicInteger(1);
    AtomicInteger accepted = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger verified = new AtomicInteger();
    Callable<List<Refused>> devices =
        () -> {
          List<Refused> refused = new ArrayList<>();
          for (int i = 0; !stop.get() || i < 100; i++) {
            // Of the two live keys the newer one, which the next step keeps.
            int number = newest.get();
            String subject = "device-" + (i % 50);
            String token =
                world.token(keys.get(number), "k" + number, claims -> claims.put("sub", subject));
            Future<Caller> answer = verifier.verify(token);
            if (answer.failed() && coming.get() <= number + 1) {
              refused.add((Refused) answer.cause());
            }
            accepted.addAndGet(answer.succeeded() ? 1 : 0);
            verified.incrementAndGet();
          }
          return refused;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      var first = threads.submit(devices);
      var second = threads.submit(devices);
      for (int step = 2; step < 20; step++) {
        int before = verified.get();
        while (verified.get() < before + 20) {
          Thread.onSpinWait();
        }
        coming.set(step);
        while (world.fetches.isEmpty()) {
          world.timers.advance(Duration.ofSeconds(30));
        }
        world
            .fetches
            .remove()
            .complete(
                World.jwks(
                    keys.get(step - 1).jwk("k" + (step - 1)), keys.get(step).jwk("k" + step)));
        newest.set(step);
      }
      stop.set(true);

      assertThat(first.get()).isEmpty();
      assertThat(second.get()).isEmpty();
      assertThat(accepted.get()).isGreaterThan(verified.get() / 2);
    }
  }
}
