package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.KeyPairs;
import io.edgemint.Seeded;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.cloudfront.CloudFrontUtilities;

class CannedPolicyTest {
  private static final String ORIGIN = "https://d111.cloudfront.test";
  private static final Instant END = Instant.ofEpochSecond(1_800_000_000);
  private static final Instant BEFORE = END.minusSeconds(1);
  private static final String LEGAL =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@%/?";

  private static final KeyGroup RSA = new KeyGroup("KRSA", KeyPairs.rsa(2048));
  private static final KeyGroup ECDSA = new KeyGroup("KECDSA", KeyPairs.ec("secp256r1"));

  /** A key that signs, and what a distribution trusts: that one and the one of {@code KOTHER}. */
  record KeyGroup(String id, KeyPair pair, Map<String, ViewerKey> trusted) {
    KeyGroup(String id, KeyPair pair) {
      this(id, pair, Map.of(id, viewerKey(pair), "KOTHER", viewerKey(KeyPairs.ec("secp256r1"))));
    }

    /** The target that AWS's own signer makes of one. */
    String sign(String target) {
      return CloudFrontUtilities.create()
          .getSignedUrlWithCannedPolicy(
              r ->
                  r.resourceUrl(ORIGIN + target)
                      .privateKey(pair.getPrivate())
                      .keyPairId(id)
                      .expirationDate(END))
          .url()
          .substring(ORIGIN.length());
    }

    @Nullable XmlError refusal(String target) {
      return CannedPolicy.refusal(ORIGIN, target, trusted, BEFORE);
    }

    @Override
    public String toString() {
      return id;
    }
  }

  @ParameterizedTest
  @MethodSource("keyGroups")
  void refusal_signedByAws_isNone(KeyGroup keys) {
    assertThat(keys.refusal(keys.sign("/fw/a%20b.bin"))).isNull();
    assertThat(keys.refusal(keys.sign("/fw/a.bin?own=1&other=%2F"))).isNull();
  }

  @ParameterizedTest
  @MethodSource("keyGroups")
  void refusal_sha256Announced_isNone(KeyGroup keys) throws Exception {
    assertThat(keys.refusal(sha256(keys, "/fw/a.bin") + "&Hash-Algorithm=SHA256")).isNull();
  }

  @ParameterizedTest
  @MethodSource("keyGroups")
  void refusal_hashNotTheOneAnnounced_isDenied(KeyGroup keys) throws Exception {
    assertThat(keys.refusal(sha256(keys, "/fw/a.bin"))).isEqualTo(CannedPolicy.ACCESS_DENIED);
    assertThat(keys.refusal(keys.sign("/fw/a.bin") + "&Hash-Algorithm=SHA256"))
        .isEqualTo(CannedPolicy.ACCESS_DENIED);
    assertThat(keys.refusal(keys.sign("/fw/a.bin") + "&Hash-Algorithm=MD5"))
        .isEqualTo(CannedPolicy.ACCESS_DENIED);
  }

  @ParameterizedTest
  @MethodSource("keyGroups")
  void refusal_expiry_isJudgedToTheSecond(KeyGroup keys) {
    String signed = keys.sign("/fw/a.bin");

    assertThat(CannedPolicy.refusal(ORIGIN, signed, keys.trusted(), END.minusNanos(1))).isNull();
    assertThat(CannedPolicy.refusal(ORIGIN, signed, keys.trusted(), END))
        .isEqualTo(CannedPolicy.ACCESS_DENIED);
  }

  @ParameterizedTest
  @MethodSource("keyGroups")
  void refusal_anyCharacterChanged_isSome(KeyGroup keys) {
    String signed = keys.sign("/fw/a%2Fb.bin?own=1");
    Seeded.run(
        3,
        random -> {
          for (int i = 0; i < signed.length(); i++) {
            char other = LEGAL.charAt(random.nextInt(LEGAL.length()));
            if (other != signed.charAt(i)) {
              String changed = signed.substring(0, i) + other + signed.substring(i + 1);
              assertThat(keys.refusal(changed)).as(changed).isNotNull();
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("keyGroups")
  void refusal_signatureOfEveryCharacter_isNeverReadInTwoWays(KeyGroup keys) {
    String signed = keys.sign("/fw/a.bin");
    int last = signed.indexOf("&Key-Pair-Id") - 1;
    while (signed.charAt(last) == '_') {
      last--;
    }
    // Bits at the end that base64 does not need: another character, the same octets.
    for (int i = 0; i < LEGAL.length(); i++) {
      char other = LEGAL.charAt(i);
      if (other != signed.charAt(last)) {
        String changed = signed.substring(0, last) + other + signed.substring(last + 1);
        assertThat(keys.refusal(changed)).as(changed).isNotNull();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://d111.cloudfront.test",
        "https://d112.cloudfront.test",
        "https://d111.cloudfront.test:443"
      })
  void refusal_otherSchemeOrHost_isDenied(String origin) {
    String signed = RSA.sign("/fw/a.bin");

    assertThat(CannedPolicy.refusal(origin, signed, RSA.trusted(), BEFORE))
        .isEqualTo(CannedPolicy.ACCESS_DENIED);
  }

  @ParameterizedTest
  @CsvSource({
    "/fw/a.bin?,            /fw/b.bin?,               AccessDenied",
    "/fw/a.bin?,            /fw/%61.bin?,             AccessDenied",
    "/fw/a.bin?,            /fw//a.bin?,              AccessDenied",
    "?Expires=,             ?own=1&Expires=,          AccessDenied",
    "?Expires=,             ?&Expires=,               AccessDenied",
    "&Key-Pair-Id=,         &own=1&Key-Pair-Id=,      AccessDenied",
    "&Key-Pair-Id=KRSA,     &Key-Pair-Id=KOTHER,      AccessDenied",
    "&Key-Pair-Id=KRSA,     &Key-Pair-Id=KRSA&Key-Pair-Id=KOTHER, AccessDenied",
    "&Key-Pair-Id=KRSA,     &Key-Pair-Id=KNONE,       InvalidKey",
    "&Key-Pair-Id=KRSA,     &Key-Pair-Id=,            InvalidKey",
    "&Key-Pair-Id=KRSA,     '',                       MissingKey",
    "&Signature=,           &signature=,              MissingKey",
    "&Signature=,           &Signature=AAAA&Sig=,     AccessDenied",
    "&Signature=,           &Signature=%2B,           MalformedSignature",
    "&Signature=,           &Signature=+,             MalformedSignature",
    "&Signature=,           &Signature=_,             MalformedSignature",
    "?Expires=1800000000,   ?Expires=1800000001,      AccessDenied",
    "?Expires=1800000000,   ?Expires=01800000000,     MalformedPolicy",
    "?Expires=1800000000,   ?Expires=2147483648,      MalformedPolicy",
    "?Expires=1800000000,   ?Expires=1.8e9,           MalformedPolicy",
    "?Expires=1800000000,   ?Expired=1800000000,      MalformedPolicy",
    "?Expires=1800000000,   ?Policy=e30_&Expires=1800000000, MalformedPolicy",
  })
  void refusal_tampered_namesTheReason(String from, String to, String code) {
    XmlError refusal = RSA.refusal(RSA.sign("/fw/a.bin").replace(from, to));

    assertThat(refusal == null ? "" : refusal.code()).isEqualTo(code);
  }

  @Test
  void refusal_unsigned_isMissingKey() {
    assertThat(RSA.refusal("/fw/a.bin")).isEqualTo(CannedPolicy.MISSING_KEY);
  }

  @Test
  void of_keysThatCloudFrontRefuses_throws() throws Exception {
    var rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(1024);
    var curve = KeyPairGenerator.getInstance("EC");
    curve.initialize(384);

    for (KeyPair pair :
        List.of(rsa.generateKeyPair(), curve.generateKeyPair(), KeyPairs.of("Ed25519"))) {
      assertThatThrownBy(() -> ViewerKey.of(KeyPairs.pem(pair.getPublic())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("CloudFront");
    }
  }

  static List<KeyGroup> keyGroups() {
    return List.of(RSA, ECDSA);
  }

  private static ViewerKey viewerKey(KeyPair pair) {
    return ViewerKey.of(KeyPairs.pem(pair.getPublic()));
  }

  /** What AWS's own signer of this version cannot make; the parameter is not appended. */
  private static String sha256(KeyGroup keys, String target) throws Exception {
    String policy =
        ("{\"Statement\":[{\"Resource\":\"https://d111.cloudfront.test%s\","
                + "\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":1800000000}}}]}")
            .formatted(target);
    var signer = Signature.getInstance(keys.equals(RSA) ? "SHA256withRSA" : "SHA256withECDSA");
    signer.initSign(keys.pair().getPrivate());
    signer.update(policy.getBytes(StandardCharsets.UTF_8));
    String base64 = Base64.getEncoder().encodeToString(signer.sign());
    return "%s?Expires=1800000000&Signature=%s&Key-Pair-Id=%s"
        .formatted(target, base64.replace('+', '-').replace('=', '_').replace('/', '~'), keys.id);
  }
}
