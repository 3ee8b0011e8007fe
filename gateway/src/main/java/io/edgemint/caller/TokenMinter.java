package io.edgemint.caller;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.OrgId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Signs tokens as an issuer would, for tests, demos and load tests; any thread. */
public final class TokenMinter {
  private final ObjectNode header;
  private final Signing signing;

  private TokenMinter(Algorithm algorithm, @Nullable String kid, Signing signing) {
    this.header = JsonNodeFactory.instance.objectNode().put("alg", VerifyingKey.name(algorithm));
    header.put("typ", "JWT");
    if (kid != null) {
      header.put("kid", kid);
    }
    this.signing = signing;
  }

  /**
   * Signs with a private key, by the algorithm that it is made for.
   *
   * @param pem a PKCS#8 key ({@code -----BEGIN PRIVATE KEY-----}): RSA, P-256 or Ed25519
   * @param kid the id that the tokens name, or null
   * @param pss whether an RSA key signs by PS256 instead of RS256
   * @throws IllegalArgumentException if it is another key; the message says how to turn it into one
   */
  public static TokenMinter ofPrivateKey(String pem, @Nullable String kid, boolean pss) {
    PrivateKey key = privateKey(pem);
    Algorithm algorithm =
        switch (key) {
          case RSAPrivateKey rsa when rsa.getModulus().bitLength() < 2048 ->
              throw new IllegalArgumentException("the RSA key is shorter than 2,048 bits");
          case RSAPrivateKey _ -> pss ? Algorithm.PS256 : Algorithm.RS256;
          case ECPrivateKey ec when PublicKeys.isP256(ec.getParams()) -> Algorithm.ES256;
          case ECPrivateKey _ ->
              throw new IllegalArgumentException("the EC key is on another curve than P-256");
          default -> Algorithm.EDDSA;
        };
    return new TokenMinter(algorithm, kid, input -> sign(algorithm, key, input));
  }

  /**
   * Signs with a shared secret, by HS256.
   *
   * @throws IllegalArgumentException if it has fewer than 32 bytes
   */
  public static TokenMinter ofSecret(byte[] secret, @Nullable String kid) {
    VerifyingKey.requireLongEnough(secret);
    SecretKeySpec key = new SecretKeySpec(secret, "HmacSHA256");
    return new TokenMinter(Algorithm.HS256, kid, input -> mac(key, input));
  }

  /** A signed token that is valid from {@code now} on, in seconds since 1970. */
  public String mint(Content content, long now) {
    return sign(content, content.subject(), now);
  }

  /**
   * As many tokens, whose subjects end in numbers from 1 on ({@code device-1}, {@code device-2});
   * each is signed when it is asked for.
   */
  public Stream<String> mint(Content content, long now, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> sign(content, content.subject() + "-" + number, now));
  }

  /** The same for devices of several organisations, which come in turn. */
  public Stream<String> mint(Content content, List<OrgId> orgs, long now, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(
            number ->
                sign(
                    content.in(orgs.get((number - 1) % orgs.size())),
                    content.subject() + "-" + number,
                    now));
  }

  private String sign(Content content, String subject, long now) {
    ObjectNode claims = content.claims(subject, now);
    String input = encode(header) + "." + encode(claims);
    try {
      byte[] signature = signing.sign(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + Base64Url.encode(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot sign with such a key", e);
    }
  }

  private static String encode(ObjectNode object) {
    return Base64Url.encode(object.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static PrivateKey privateKey(String pem) {
    byte[] encoded =
        Pem.decode(
            pem, "PRIVATE KEY", "openssl pkcs8 -topk8 -nocrypt turns a private key into one");
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(encoded);
    return Pem.keyOfAnyKind(factory -> factory.generatePrivate(spec));
  }

  private static byte[] sign(Algorithm algorithm, PrivateKey key, byte[] input)
      throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            switch (algorithm) {
              case RS256 -> "SHA256withRSA";
              case PS256 -> "RSASSA-PSS";
              case ES256 -> "SHA256withECDSAinP1363Format";
              case EDDSA -> "Ed25519";
              case HS256 -> throw new IllegalArgumentException("HS256 has no private key");
            });
    if (algorithm == Algorithm.PS256) {
      // RFC 7518, section 3.5: the salt is as long as the digest.
      signature.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    }
    signature.initSign(key);
    signature.update(input);
    return signature.sign();
  }

  private static byte[] mac(SecretKeySpec key, byte[] input) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(key);
    return mac.doFinal(input);
  }

  /**
   * What a token says.
   *
   * @param iss who issues it
   * @param audiences whom it is meant for
   * @param subject who it is about
   * @param org the organisation, or null to leave the claim out
   * @param scopes what it may do beyond reading; none leaves the claim out
   * @param entitlement the keys that it may read, or null to leave the claim out
   * @param life how long it is valid
   * @param names what the claims are called
   */
  public record Content(
      String iss,
      Set<String> audiences,
      String subject,
      @Nullable OrgId org,
      Set<String> scopes,
      @Nullable Entitlement entitlement,
      Duration life,
      ClaimNames names) {
    /** Copies the sets. */
    public Content {
      audiences = Set.copyOf(audiences);
      scopes = Set.copyOf(scopes);
    }

    private Content in(OrgId other) {
      return new Content(iss, audiences, subject, other, scopes, entitlement, life, names);
    }

    private ObjectNode claims(String about, long now) {
      ObjectNode claims = JsonNodeFactory.instance.objectNode();
      claims.put("iss", iss).set("aud", array(audiences));
      claims.put("sub", about).put("iat", now).put("exp", now + life.toSeconds());
      if (org != null) {
        claims.put(names.org(), org.value());
      }
      if (!scopes.isEmpty()) {
        claims.put(names.scope(), String.join(" ", scopes));
      }
      if (entitlement != null) {
        claims.set(names.entitlement(), array(entitlement.prefixes()));
      }
      return claims;
    }

    private static ArrayNode array(Collection<String> words) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      words.forEach(array::add);
      return array;
    }
  }

  /** Makes the signature of the bytes before it. */
  @FunctionalInterface
  private interface Signing {
    byte[] sign(byte[] input) throws GeneralSecurityException;
  }
}
