package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.KeyPairs;
import io.edgemint.Seeded;
import io.edgemint.backend.Issuer.Algorithm;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

class JwksTest {
  private static final Set<Algorithm> ALL = EnumSet.complementOf(EnumSet.of(Algorithm.HS256));
  private static final Set<Algorithm> NO_PSS =
      EnumSet.of(Algorithm.RS256, Algorithm.ES256, Algorithm.EDDSA);

  private static KeySet read(ObjectNode... keys) {
    return Jwks.read(World.jwks(keys), ALL);
  }

  private static ObjectNode jwk(Algorithm algorithm, Consumer<ObjectNode> change) {
    ObjectNode jwk = SigningKey.of(algorithm).jwk("a");
    change.accept(jwk);
    return jwk;
  }

  /** Why the one key of a set is skipped. */
  private static String reason(Algorithm algorithm, Consumer<ObjectNode> change) {
    KeySet set = read(jwk(algorithm, change));
    assertThat(set.isEmpty()).isTrue();
    return set.skipped().getFirst();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "HS256")
  void read_completeKey_verifiesItsAlgorithmAlone(Algorithm algorithm) {
    KeySet set = read(jwk(algorithm, jwk -> {}));

    assertThat(set.skipped()).isEmpty();
    for (Algorithm other : Algorithm.values()) {
      assertThat(set.find(other, "a") != null).isEqualTo(other == algorithm);
    }
  }

  @Test
  void read_noAlg_followsFromTheKindOfKey() {
    KeySet set =
        Jwks.read(
            World.jwks(
                jwk(Algorithm.RS256, jwk -> jwk.put("kid", "r").remove("alg")),
                jwk(Algorithm.ES256, jwk -> jwk.put("kid", "e").remove("alg")),
                jwk(Algorithm.EDDSA, jwk -> jwk.put("kid", "d").remove("alg"))),
            NO_PSS);

    assertThat(set.find(Algorithm.RS256, "r")).isNotNull();
    assertThat(set.find(Algorithm.ES256, "e")).isNotNull();
    assertThat(set.find(Algorithm.EDDSA, "d")).isNotNull();
    assertThat(
            Jwks.read(
                    World.jwks(jwk(Algorithm.PS256, jwk -> jwk.remove("alg"))),
                    EnumSet.of(Algorithm.PS256))
                .find(Algorithm.PS256, "a"))
        .isNotNull();
    assertThat(reason(Algorithm.RS256, jwk -> jwk.remove("alg"))).contains("RS256 and PS256");
  }

  @Test
  void read_useAndOperations_mustBeForVerifying() {
    assertThat(read(jwk(Algorithm.ES256, jwk -> jwk.remove("use"))).size()).isEqualTo(1);
    assertThat(read(jwk(Algorithm.ES256, jwk -> jwk.putArray("key_ops").add("verify"))).size())
        .isEqualTo(1);
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("use", "enc"))).contains("use");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("use", ""))).contains("use");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.putArray("key_ops").add("encrypt")))
        .contains("key_ops");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.putArray("key_ops"))).contains("key_ops");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("key_ops", "verify"))).contains("key_ops");
  }

  @Test
  void read_algorithmThatDoesNotFitTheKey_isSkipped() {
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("alg", "RS256"))).contains("cannot verify");
    assertThat(reason(Algorithm.RS256, jwk -> jwk.put("alg", "EdDSA"))).contains("cannot verify");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("alg", "ES512"))).contains("algorithm");
    assertThat(reason(Algorithm.RS256, jwk -> jwk.put("alg", "HS256"))).contains("algorithm");
    assertThat(reason(Algorithm.RS256, jwk -> jwk.put("alg", "RSA-OAEP"))).contains("algorithm");
    assertThat(
            Jwks.read(World.jwks(jwk(Algorithm.ES256, jwk -> {})), Set.of(Algorithm.RS256))
                .isEmpty())
        .isTrue();
  }

  @Test
  void read_secretOrPrivateKey_isSkipped() {
    assertThat(reason(Algorithm.HS256, jwk -> {})).contains("private or secret");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("d", "AAAA"))).contains("replace that key");
  }

  @Test
  void read_weakRsaKey_isSkipped() {
    SigningKey small = SigningKey.pair(Algorithm.RS256, KeyPairs.rsa(1024));

    assertThat(read(small.jwk("a")).skipped().getFirst()).contains("1024 bits");
    assertThat(reason(Algorithm.RS256, jwk -> jwk.put("e", "AQ"))).contains("RSA");
    assertThat(reason(Algorithm.RS256, jwk -> jwk.put("e", "AAAC"))).contains("RSA");
    assertThat(reason(Algorithm.RS256, jwk -> jwk.put("e", "AQ".repeat(20)))).contains("RSA");
  }

  @Test
  void read_pointThatIsNotOnTheCurve_isSkipped() {
    String zero = SigningKey.encode(new byte[32]);

    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("x", zero).put("y", zero)))
        .contains("key 1 (kid 'a')");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("y", jwk.get("x").asText())))
        .contains("key 1 (kid 'a')");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("x", "AA"))).contains("32 bytes");
    assertThat(reason(Algorithm.EDDSA, jwk -> jwk.put("x", "AA"))).contains("32 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"P-384", "P-521", "secp256k1", "Ed448", "X25519", ""})
  void read_otherCurve_isSkipped(String curve) {
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("crv", curve))).contains("no RSA, P-256");
    assertThat(reason(Algorithm.EDDSA, jwk -> jwk.put("crv", curve))).contains("no RSA, P-256");
  }

  @Test
  void read_membersMissingOrWrongTyped_isSkipped() {
    for (String name : new String[] {"kty", "n", "e"}) {
      assertThat(reason(Algorithm.RS256, jwk -> jwk.remove(name))).startsWith("key 1");
      assertThat(reason(Algorithm.RS256, jwk -> jwk.put(name, 3))).startsWith("key 1");
    }
    assertThat(reason(Algorithm.RS256, jwk -> jwk.put("n", jwk.get("n").asText() + "=")))
        .contains("base64url");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("kid", "a b"))).contains("kid");
    assertThat(reason(Algorithm.ES256, jwk -> jwk.put("kid", 7))).contains("kid");
    KeySet mixed =
        Jwks.read("{\"keys\":[1,null,\"x\",[]," + jwk(Algorithm.ES256, jwk -> {}) + "]}", ALL);
    assertThat(mixed.size()).isEqualTo(1);
    assertThat(mixed.skipped()).hasSize(4);
  }

  @Test
  void read_unknownMembers_areIgnored() {
    KeySet set =
        read(
            jwk(
                Algorithm.ES256,
                jwk -> {
                  jwk.put("x5t", "AAAA").put("exp", 1).putArray("x5c").add("garbage");
                  jwk.put("x5u", "https://evil.example");
                }));

    assertThat(set.size()).isEqualTo(1);
  }

  @Test
  void read_sameKidTwice_refusesTheSet() {
    ObjectNode one = jwk(Algorithm.ES256, jwk -> {});
    ObjectNode other = SigningKey.of(Algorithm.RS256).jwk("a");

    assertThatThrownBy(() -> read(one, other)).hasMessageContaining("same kid");
    assertThatThrownBy(() -> read(one, other.put("use", "enc"))).hasMessageContaining("same kid");
  }

  @Test
  void read_noKid_isUsableOnlyAlone() {
    ObjectNode nameless = jwk(Algorithm.ES256, jwk -> jwk.remove("kid"));
    ObjectNode second = SigningKey.make(Algorithm.ES256).jwk("b");

    KeySet alone = read(nameless, SigningKey.of(Algorithm.RS256).jwk("r"));
    KeySet two = read(nameless, second);

    assertThat(alone.find(Algorithm.ES256, null)).isNotNull();
    assertThat(alone.find(Algorithm.ES256, "any")).isNotNull();
    assertThat(two.find(Algorithm.ES256, "any")).isNull();
    assertThat(two.find(Algorithm.ES256, "b")).isNotNull();
    assertThat(two.skipped().getFirst()).contains("no kid");
  }

  @Test
  void read_moreThanItsBounds_isRefused() {
    ObjectNode[] keys =
        IntStream.range(0, 65)
            .mapToObj(i -> jwk(Algorithm.ES256, jwk -> jwk.put("kid", "k" + i)))
            .toArray(ObjectNode[]::new);
    String padding = " ".repeat(Jwks.MAX_BYTES);

    String longest = "{\"keys\":[]}" + " ".repeat(Jwks.MAX_BYTES - 11);

    assertThat(Jwks.read(longest, ALL).isEmpty()).isTrue();
    assertThat(read(Arrays.copyOf(keys, 64)).size()).isEqualTo(64);
    assertThatThrownBy(() -> read(keys)).hasMessageContaining("64 keys");
    assertThatThrownBy(() -> Jwks.read("{\"keys\":[]}" + padding, ALL))
        .hasMessageContaining("256 KiB");
    assertThatThrownBy(() -> Jwks.read(longest + " ", ALL)).hasMessageContaining("256 KiB");
  }

  @Test
  void read_randomChanges_giveASetOrAReason() {
    String good =
        World.jwks(jwk(Algorithm.ES256, jwk -> {}), SigningKey.of(Algorithm.RS256).jwk("r"));
    Seeded.run(
        3_000,
        random -> {
          StringBuilder text = new StringBuilder(good);
          for (int i = random.nextInt(1, 4); i > 0; i--) {
            int at = random.nextInt(text.length());
            text.replace(at, at + random.nextInt(3), Seeded.string(random, 0, 2));
          }
          try {
            assertThat(Jwks.read(text.toString(), ALL).size()).isBetween(0, 2);
          } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("key");
          }
        });
  }
}
