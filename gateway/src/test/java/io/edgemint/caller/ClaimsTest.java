package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the claims of well-signed tokens lead to, with the clock in hand. */
class ClaimsTest {
  private final World world = new World();
  private final CallerVerifier verifier = world.verifier(World.issuer(Algorithm.EDDSA));
  private final long now = world.timers.seconds();

  private Caller caller(Consumer<ObjectNode> change) {
    return verifier.verify(world.token(Algorithm.EDDSA, change)).result();
  }

  private Flaw flaw(Consumer<ObjectNode> change) {
    return World.flaw(verifier, world.token(Algorithm.EDDSA, change));
  }

  private boolean accepts(Consumer<ObjectNode> change) {
    return verifier.verify(world.token(Algorithm.EDDSA, change)).succeeded();
  }

  private void setMillis(long seconds, long millis) {
    world.timers.set(Instant.ofEpochSecond(seconds).plusMillis(millis));
  }

  @Test
  void caller_allClaims_areTakenOver() {
    Caller caller =
        caller(
            claims -> {
              claims.put("scope", "publish  deliver").put("exp", now + 10);
              claims.putArray("entitlement").add("fw/").add("cfg/");
            });

    assertThat(caller.issuer()).isEqualTo(World.ISS);
    assertThat(caller.subject()).isEqualTo("device-1");
    assertThat(caller.org()).isEqualTo(World.ACME);
    assertThat(caller.scopes()).containsExactlyInAnyOrder("publish", "deliver");
    assertThat(caller.entitlement()).isEqualTo(new Entitlement(List.of("fw/", "cfg/")));
    assertThat(caller.expiresAt()).isEqualTo(now + 10);
  }

  @Test
  void caller_optionalClaimsAbsent_saysNothing() {
    Caller caller = caller(claims -> {});

    assertThat(caller.scopes()).isEmpty();
    assertThat(caller.entitlement()).isNull();
  }

  @Test
  void caller_emptyEntitlement_isNotTheSameAsNone() {
    Caller caller = caller(claims -> claims.putArray("entitlement"));

    assertThat(caller.entitlement()).isEqualTo(Entitlement.NONE);
  }

  @Test
  void expiry_hasNoLeeway() {
    assertThat(accepts(claims -> claims.put("exp", now + 1))).isTrue();
    assertThat(flaw(claims -> claims.put("exp", now))).isEqualTo(Flaw.EXPIRED);
    assertThat(flaw(claims -> claims.put("exp", now - 1))).isEqualTo(Flaw.EXPIRED);
    assertThat(Flaw.EXPIRED.refused().refusal()).isEqualTo(Refusal.TOKEN_EXPIRED);
  }

  @Test
  void expiry_rememberedToken_endsAtItsSecond() {
    String token = world.token(Algorithm.EDDSA, claims -> claims.put("exp", now + 10));
    assertThat(verifier.verify(token).succeeded()).isTrue();

    setMillis(now + 9, 999);
    assertThat(verifier.verify(token).succeeded()).isTrue();
    setMillis(now + 10, 0);
    assertThat(World.flaw(verifier, token)).isEqualTo(Flaw.EXPIRED);
    // The clock was wrong and is set back: the token is as good as it says.
    setMillis(now, 0);
    assertThat(verifier.verify(token).succeeded()).isTrue();
  }

  @Test
  void expiry_forgedToken_isInvalidRatherThanExpired() {
    String token = world.token(Algorithm.EDDSA, claims -> claims.put("exp", now - 1));
    String other = world.token(Algorithm.EDDSA);
    String forged = token.substring(0, token.lastIndexOf('.')) + tail(other);

    assertThat(World.flaw(verifier, forged)).isEqualTo(Flaw.SIGNATURE);
  }

  @Test
  void life_isBoundedFromNowOn() {
    long day = Issuer.DEFAULT_MAX_LIFE.toSeconds();

    assertThat(accepts(claims -> claims.put("exp", now + day))).isTrue();
    assertThat(flaw(claims -> claims.put("exp", now + day + 1))).isEqualTo(Flaw.LIFE_TOO_LONG);
  }

  @Test
  void issuedAtAndNotBefore_mayBeAheadByAMinute() {
    for (String name : new String[] {"iat", "nbf"}) {
      assertThat(accepts(claims -> claims.put(name, now + 60))).isTrue();
      assertThat(flaw(claims -> claims.put(name, now + 61))).isEqualTo(Flaw.NOT_YET_VALID);
      assertThat(accepts(claims -> claims.put(name, 0))).isTrue();
    }
    String early = world.token(Algorithm.EDDSA, claims -> claims.put("nbf", now + 61));
    setMillis(now, 999);
    assertThat(World.flaw(verifier, early)).isEqualTo(Flaw.NOT_YET_VALID);
    setMillis(now + 1, 0);
    assertThat(verifier.verify(early).succeeded()).isTrue();
  }

  @Test
  void issuedAt_notBeforeExpiry_isRefused() {
    assertThat(flaw(claims -> claims.put("iat", now + 20).put("exp", now + 20)))
        .isEqualTo(Flaw.CLAIM_MALFORMED);
  }

  @Test
  void times_wrongTypes_areRefused() {
    for (String name : new String[] {"exp", "iat", "nbf"}) {
      String text = Long.toString(now);
      assertThat(flaw(claims -> claims.put(name, text))).isEqualTo(Flaw.CLAIM_MALFORMED);
      assertThat(flaw(claims -> claims.put(name, now + 0.0))).isEqualTo(Flaw.CLAIM_MALFORMED);
      assertThat(flaw(claims -> claims.putNull(name))).isEqualTo(Flaw.CLAIM_MALFORMED);
      assertThat(flaw(claims -> claims.put(name, true))).isEqualTo(Flaw.CLAIM_MALFORMED);
      assertThat(flaw(claims -> claims.putArray(name).add(now))).isEqualTo(Flaw.CLAIM_MALFORMED);
      assertThat(flaw(claims -> claims.putObject(name))).isEqualTo(Flaw.CLAIM_MALFORMED);
      assertThat(flaw(claims -> claims.put(name, -1))).isEqualTo(Flaw.CLAIM_MALFORMED);
    }
  }

  @Test
  void subject_isAShortPrintableText() {
    assertThat(accepts(claims -> claims.put("sub", "s".repeat(256)))).isTrue();
    assertThat(accepts(claims -> claims.put("sub", "Gerät 7 😀"))).isTrue();
    assertThat(flaw(claims -> claims.put("sub", "s".repeat(257)))).isEqualTo(Flaw.CLAIM_MALFORMED);
    for (String subject : new String[] {"", "a\0", "a\nb", "\u0085"}) {
      assertThat(flaw(claims -> claims.put("sub", subject))).isEqualTo(Flaw.CLAIM_MALFORMED);
    }
    assertThat(flaw(claims -> claims.remove("sub"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.put("sub", 1))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putNull("sub"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putArray("sub").add("a"))).isEqualTo(Flaw.CLAIM_MALFORMED);
  }

  @Test
  void org_missingOrWrongTyped_isRefused() {
    assertThat(flaw(claims -> claims.remove("org"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putNull("org"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.put("org", 12))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putArray("org").add("acme"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putObject("org"))).isEqualTo(Flaw.CLAIM_MALFORMED);
  }

  @Test
  void scope_textOrArrayOfTexts_isAccepted() {
    assertThat(caller(claims -> claims.put("scope", "")).scopes()).isEmpty();
    assertThat(caller(claims -> claims.put("scope", " a b  a ")).scopes())
        .containsExactlyInAnyOrder("a", "b");
    assertThat(caller(claims -> claims.putArray("scope").add("a").add("b c")).scopes())
        .containsExactlyInAnyOrder("a", "b c");
    assertThat(flaw(claims -> claims.put("scope", 1))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putNull("scope"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putArray("scope").add(1))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putObject("scope"))).isEqualTo(Flaw.CLAIM_MALFORMED);
  }

  @Test
  void entitlement_anythingButAShortArrayOfTexts_isRefused() {
    ArrayNode many = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < 65; i++) {
      many.add("p" + i);
    }

    assertThat(flaw(claims -> claims.set("entitlement", many))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putArray("entitlement").add("x".repeat(1025))))
        .isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.put("entitlement", "fw/"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putNull("entitlement"))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.put("entitlement", true))).isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putObject("entitlement").put("0", "fw/")))
        .isEqualTo(Flaw.CLAIM_MALFORMED);
    assertThat(flaw(claims -> claims.putArray("entitlement").add("fw/").addNull()))
        .isEqualTo(Flaw.CLAIM_MALFORMED);
  }

  @Test
  void claims_namesOfTheIssuersOwn_areTheOnlyOnesRead() {
    Issuer plain = World.issuer(Algorithm.EDDSA);
    Issuer own =
        new Issuer(
            plain.iss(),
            plain.audiences(),
            plain.algorithms(),
            plain.keys(),
            new ClaimNames("https://x.example/tenant", "scp", "paths"),
            Duration.ofHours(2),
            null);
    CallerVerifier ofOwn = world.verifier(own);
    String token =
        world.token(
            Algorithm.EDDSA,
            claims -> {
              claims.put("https://x.example/tenant", "bolt").put("scp", "publish");
              claims.put("scope", "deliver").putArray("paths").add("b/");
            });

    Caller caller = ofOwn.verify(token).result();

    assertThat(caller.org()).isEqualTo(World.BOLT);
    assertThat(caller.scopes()).isEqualTo(Set.of("publish"));
    assertThat(caller.entitlement()).isEqualTo(new Entitlement(List.of("b/")));
    assertThat(World.flaw(ofOwn, world.token(Algorithm.EDDSA))).isEqualTo(Flaw.CLAIM_MALFORMED);
  }

  private static String tail(String token) {
    return token.substring(token.lastIndexOf('.'));
  }

  /** Nobody could withdraw such a device, for no revocation can name it. */
  @Test
  void isSubject_everyOne_canBeNamedByARevocation() {
    for (String name : List.of("dev-\ud800", "\udc00", "\udc00\ud800")) {
      assertThat(Claims.isSubject(name)).isFalse();
      assertThatThrownBy(() -> new Revocation.Subject(name))
          .isInstanceOf(IllegalArgumentException.class);
    }
    String pair = "dev-\ud83d\ude00";
    assertThat(Claims.isSubject(pair)).isTrue();
    assertThat(new Revocation.Subject(pair).subject()).isEqualTo(pair);
  }
}
