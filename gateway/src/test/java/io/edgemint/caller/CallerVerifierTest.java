package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import io.edgemint.Seeded;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Refused;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(VertxExtension.class)
class CallerVerifierTest {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";

  private final World world = new World();

  private double accepted(String reason) {
    return world
        .meters
        .get("gateway.auth")
        .tag("result", "accepted")
        .tag("reason", reason)
        .counter()
        .count();
  }

  @ParameterizedTest
  @EnumSource
  void verify_rightToken_isCheckedOnceAndThenRemembered(Algorithm algorithm) {
    CallerVerifier verifier = world.verifier(World.issuer(algorithm));
    String token = world.token(algorithm);

    Future<Caller> first = verifier.verify(token);

    assertThat(first.succeeded()).isTrue();
    for (int i = 0; i < 3; i++) {
      // Another string of the same text, as each request brings.
      assertThat(verifier.verify(String.valueOf(token.toCharArray()))).isSameAs(first);
    }
    assertThat(accepted("verified")).isEqualTo(1);
    assertThat(accepted("remembered")).isEqualTo(3);
  }

  @Test
  void anybodyGetsIn_oneKeyIsUsable_isTrue() {
    assertThat(world.verifier().anybodyGetsIn()).isFalse();
    assertThat(world.verifier(World.issuer(Algorithm.EDDSA)).anybodyGetsIn()).isTrue();
  }

  @Test
  void verify_rememberedToken_allocatesNothing() {
    CallerVerifier verifier = world.verifier(World.issuer(Algorithm.EDDSA));
    String token = world.token(Algorithm.EDDSA);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int calls = 50_000;
    long bytes = Long.MAX_VALUE;
    // The cache and the counters grow their stripes during the first calls.
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        verifier.verify(token);
      }
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    }

    assertThat(bytes / (double) calls).isLessThan(1);
  }

  /** Such tokens are not held against an address, so each may cost one signature check at most. */
  @Test
  void verify_expiredTokenAgain_checksNoSignature() {
    CallerVerifier verifier = world.verifier(World.issuer(Algorithm.EDDSA));
    String token =
        world.token(Algorithm.EDDSA, claims -> claims.put("exp", world.timers.seconds() - 1));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int calls = 1000;
    long bytes = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        assertThat(verifier.verify(token).failed()).isTrue();
      }
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    }

    assertThat(bytes / (double) calls).isLessThan(1000);
    assertThat(world.count(Flaw.EXPIRED)).isEqualTo(3 * calls);
    world.timers.set(world.timers.instant().minusSeconds(2));
    assertThat(verifier.verify(token).succeeded()).isTrue();
  }

  @Test
  void verify_refusedToken_isNotRemembered() {
    CallerVerifier verifier = world.verifier(World.issuer(Algorithm.EDDSA));
    String early =
        world.token(Algorithm.EDDSA, claims -> claims.put("nbf", world.timers.seconds() + 100));
    assertThat(World.flaw(verifier, early)).isEqualTo(Flaw.NOT_YET_VALID);

    world.timers.set(world.timers.instant().plusSeconds(50));

    assertThat(verifier.verify(early).succeeded()).isTrue();
    assertThat(world.count(Flaw.NOT_YET_VALID)).isEqualTo(1);
  }

  @Test
  void verify_tokenOfOneIssuerSignedByAnother_isRefused() {
    SigningKey other = SigningKey.make(Algorithm.EDDSA);
    CallerVerifier verifier =
        world.verifier(
            World.issuer(Algorithm.EDDSA), World.pem("https://other.example", null, other));

    assertThat(World.flaw(verifier, world.token(other, World.KID, claims -> {})))
        .isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void refusals_repeatNothingOfTheToken() {
    CallerVerifier verifier = world.verifier(World.issuer(Algorithm.EDDSA));
    Refused refused =
        (Refused)
            verifier
                .verify(world.token(Algorithm.EDDSA, claims -> claims.put("iss", "canary-7")))
                .cause();

    assertThat(refused.detail()).doesNotContain("canary");
    assertThat(refused.getStackTrace()).isEmpty();
    for (Flaw flaw :
        List.of(Flaw.ISSUER_UNKNOWN, Flaw.ALGORITHM, Flaw.KEY_UNKNOWN, Flaw.SIGNATURE)) {
      assertThat(flaw.refused().detail()).isEqualTo(refused.detail());
    }
  }

  @Test
  void verify_whileKeysArrive_completesOnTheContextOfTheCall(Vertx vertx) throws Exception {
    CallerVerifier verifier = world.verifier(World.jwksUrl(World.ISS, null));
    String token = world.token(Algorithm.ES256);
    CompletableFuture<Context> seen = new CompletableFuture<>();
    Promise<Void> asked = Promise.promise();
    Context context = vertx.getOrCreateContext();
    context.runOnContext(
        _ -> {
          verifier.verify(token).onComplete((_, _) -> seen.complete(Vertx.currentContext()));
          asked.complete();
        });
    asked.future().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);

    world.fetches.remove().complete(World.jwks(SigningKey.of(Algorithm.ES256).jwk(World.KID)));

    assertThat(seen.get(10, TimeUnit.SECONDS)).isSameAs(context);
  }

  @Test
  void verify_randomTexts_areTypedRefusals() {
    CallerVerifier verifier = world.verifier(World.issuer(Algorithm.EDDSA));
    Seeded.run(
        20_000,
        random -> {
          String text =
              random.nextBoolean()
                  ? Seeded.string(random, 0, 60)
                  : Seeded.string(random, ALPHABET, 0, 200);
          assertThat(verifier.verify(text).cause()).isInstanceOf(Refused.class);
        });
  }

  @Test
  void verify_randomJson_isATypedRefusalOrRight() {
    CallerVerifier verifier = world.verifier(World.issuer(Algorithm.HS256));
    SigningKey key = SigningKey.of(Algorithm.HS256);
    Seeded.run(
        5_000,
        random -> {
          String header = mutated(random, World.header(Algorithm.HS256));
          String payload = mutated(random, world.claims());
          Future<Caller> answer = verifier.verify(key.token(header, payload));
          assertThat(answer.isComplete()).isTrue();
          if (answer.failed()) {
            assertThat(answer.cause()).isInstanceOf(Refused.class);
          } else {
            assertThat(answer.result().org().value()).matches("[a-z0-9][a-z0-9-]{1,37}");
            assertThat(answer.result().expiresAt()).isGreaterThan(world.timers.seconds());
          }
        });
  }

  /** The text of an object with some members of other types, or with other characters in it. */
  private static String mutated(RandomGenerator random, ObjectNode object) {
    List<String> names = object.properties().stream().map(Map.Entry::getKey).toList();
    if (random.nextInt(3) > 0) {
      String name = Seeded.pick(random, names);
      switch (random.nextInt(7)) {
        case 0 -> object.putNull(name);
        case 1 -> object.put(name, random.nextLong());
        case 2 -> object.put(name, random.nextDouble());
        case 3 -> object.put(name, Seeded.string(random, 0, 5));
        case 4 -> object.putArray(name).add(random.nextInt()).addObject();
        case 5 -> object.putObject(name).put(name, random.nextBoolean());
        default -> object.remove(name);
      }
    }
    byte[] text = object.toString().getBytes(StandardCharsets.UTF_8);
    if (random.nextInt(4) == 0) {
      text[random.nextInt(text.length)] = (byte) random.nextInt();
    }
    return new String(text, StandardCharsets.UTF_8);
  }
}
