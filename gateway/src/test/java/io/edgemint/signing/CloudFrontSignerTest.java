package io.edgemint.signing;

import static io.edgemint.signing.Storages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.Seeded;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.signing.CryptoProvider.Choice;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.cloudfront.CloudFrontUtilities;

class CloudFrontSignerTest {
  private static final long NOON = Instant.parse("2026-11-20T12:00:00Z").getEpochSecond();
  private static final OrgId ACME = new OrgId("acme");
  private static final String HOST = "d111111abcdef8.cloudfront.net";
  private static final CloudFront CDN = Storages.cloudFront(HOST, "prod/");
  private static final CryptoProvider CRYPTO = CryptoProvider.install(Choice.AUTO);
  private static final SigningKeyPair RSA = new SigningKeys(CRYPTO).generate(KeyAlgorithm.RSA_2048);
  private static final SigningKeyPair P256 =
      new SigningKeys(CRYPTO).generate(KeyAlgorithm.ECDSA_P256);

  private static CloudFrontSigner signer(SigningKeyPair pair, Hash hash) {
    return signer(CRYPTO, CDN, "K2JCJMDEHXQW5F", pair, hash);
  }

  private static CloudFrontSigner signer(
      CryptoProvider crypto, CloudFront cdn, String id, SigningKeyPair pair, Hash hash) {
    try {
      return new CloudFrontSigner(crypto, ACME, cdn, id, pair, hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Verifies with the JDK alone, from the public half as CloudFront has it. */
  private static boolean verifies(SignedUrl link, SigningKeyPair pair, Hash hash) {
    try {
      boolean rsa = pair.algorithm() == KeyAlgorithm.RSA_2048;
      PublicKey key =
          KeyFactory.getInstance(rsa ? "RSA" : "EC", rsa ? "SunRsaSign" : "SunEC")
              .generatePublic(new X509EncodedKeySpec(pair.publicKey().getEncoded()));
      String algorithm = hash + (rsa ? "withRSA" : "withECDSA");
      Signature verifier = Signature.getInstance(algorithm, rsa ? "SunRsaSign" : "SunEC");
      verifier.initVerify(key);
      verifier.update(link.policy());
      return verifier.verify(link.signature());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RSA_2048, SHA1, AUTO",
    "RSA_2048, SHA256, AUTO",
    "ECDSA_P256, SHA1, AUTO",
    "ECDSA_P256, SHA256, AUTO",
    "RSA_2048, SHA1, JDK",
    "RSA_2048, SHA256, JDK",
    "ECDSA_P256, SHA1, JDK",
    "ECDSA_P256, SHA256, JDK"
  })
  void link_eachKindOfKey_verifiesWithItsPublicHalfAndItsHashAlone(
      KeyAlgorithm algorithm, Hash hash, Choice choice) {
    CryptoProvider crypto = CryptoProvider.install(choice);
    SigningKeyPair pair = new SigningKeys(crypto).generate(algorithm);
    CloudFrontSigner signer = signer(crypto, CDN, "K2JCJMDEHXQW5F", pair, hash);

    SignedUrl link = SignedUrl.of(signer.link(key("fw/1.2.3 ä.bin"), null, NOON, NOON + 900));

    assertThat(link.resource()).isEqualTo("https://" + HOST + "/prod/fw/1.2.3%20%C3%A4.bin");
    assertThat(link.expires()).isEqualTo(NOON + 900);
    assertThat(link.rest())
        .isEqualTo(
            hash == Hash.SHA256
                ? "&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256"
                : "&Key-Pair-Id=K2JCJMDEHXQW5F");
    assertThat(verifies(link, pair, hash)).isTrue();
    assertThat(verifies(link, pair, hash == Hash.SHA1 ? Hash.SHA256 : Hash.SHA1)).isFalse();
    assertThat(verifies(link, algorithm == KeyAlgorithm.RSA_2048 ? RSA : P256, hash)).isFalse();
  }

  @Test
  void link_rsaAndSha1_isTheSdksForAnyKeyHostAndTime() {
    Seeded.run(
        300,
        random -> {
          CloudFront cdn = cdn(random);
          ObjectKey key = objectKey(random);
          long expiry = random.nextLong(1, 1L << 31);

          String ours = signer(CRYPTO, cdn, "K1", RSA, Hash.SHA1).link(key, null, 0, expiry);

          assertThat(ours).isEqualTo(sdk(cdn, key, RSA, expiry));
        });
  }

  @Test
  void link_ecdsaAndSha1_isTheSdksButForTheRandomSignature() {
    Seeded.run(
        300,
        random -> {
          CloudFront cdn = cdn(random);
          ObjectKey key = objectKey(random);
          long expiry = random.nextLong(1, 1L << 31);

          SignedUrl ours =
              SignedUrl.of(signer(CRYPTO, cdn, "K1", P256, Hash.SHA1).link(key, null, 0, expiry));
          SignedUrl theirs = SignedUrl.of(sdk(cdn, key, P256, expiry));

          assertThat(verifies(ours, P256, Hash.SHA1)).isTrue();
          assertThat(verifies(theirs, P256, Hash.SHA1)).isTrue();
          assertThat(ours.resource()).isEqualTo(theirs.resource());
          assertThat(ours.expires()).isEqualTo(theirs.expires());
          assertThat(ours.rest()).isEqualTo(theirs.rest());
        });
  }

  private static String sdk(CloudFront cdn, ObjectKey key, SigningKeyPair pair, long expiry) {
    // The prefix is read as a key, so that only the grammar of keys encodes anything here.
    String path = key(cdn.pathPrefix() + key.value()).encoded();
    return CloudFrontUtilities.create()
        .getSignedUrlWithCannedPolicy(
            request ->
                request
                    .resourceUrl(cdn.scheme() + "://" + cdn.host() + '/' + path)
                    .keyPairId("K1")
                    .privateKey(pair.privateKey())
                    .expirationDate(Instant.ofEpochSecond(expiry)))
        .url();
  }

  private static CloudFront cdn(RandomGenerator random) {
    String host = Seeded.pick(random, List.of(HOST, "fw.example.com", "127.0.0.1:8443"));
    String prefix = random.nextBoolean() ? "" : objectKey(random).value() + '/';
    String scheme = random.nextBoolean() ? "https" : "http";
    return new CloudFront(scheme, host, prefix, List.of(), Duration.ofMinutes(15));
  }

  private static ObjectKey objectKey(RandomGenerator random) {
    while (true) {
      if (ObjectKey.of(Seeded.string(random, 1, 60)) instanceof ObjectKey key) {
        return key;
      }
    }
  }

  @Test
  void link_expiryAroundTheLastSecond_isRefusedAfterIt() {
    CloudFrontSigner signer = signer(P256, Hash.SHA1);

    assertThat(signer.link(key("k"), null, NOON, 2_147_483_647)).contains("Expires=2147483647&");
    assertThat(signer.link(key("k"), null, 0, 0)).contains("Expires=0&");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer.link(key("k"), null, NOON, 2_147_483_648L));
    assertThatIllegalArgumentException().isThrownBy(() -> signer.link(key("k"), null, NOON, -1));
  }

  @Test
  void link_version_standsInTheSignedUrlAndIsTheSdks() {
    CloudFront cdn = new CloudFront("https", HOST, "", List.of(), Duration.ofMinutes(15));
    CloudFrontSigner signer = signer(CRYPTO, cdn, "K1", RSA, Hash.SHA1);

    assertThat(signer.pinsVersions()).as("may be asked for").isFalse();
    assertThat(signer.link(key("k"), "a+b", NOON, NOON + 900))
        .contains("/k?versionId=a%2Bb&Expires=")
        .isEqualTo(
            CloudFrontUtilities.create()
                .getSignedUrlWithCannedPolicy(
                    request ->
                        request
                            .resourceUrl("https://" + HOST + "/k?versionId=a%2Bb")
                            .keyPairId("K1")
                            .privateKey(RSA.privateKey())
                            .expirationDate(Instant.ofEpochSecond(NOON + 900)))
                .url());
  }

  @ParameterizedTest
  @CsvSource({"RSA_2048, SHA1", "RSA_2048, SHA256", "ECDSA_P256, SHA1", "ECDSA_P256, SHA256"})
  void link_manyThreadsOneSigner_allVerify(KeyAlgorithm algorithm, Hash hash) throws Exception {
    SigningKeyPair pair = algorithm == KeyAlgorithm.RSA_2048 ? RSA : P256;
    CloudFrontSigner signer = signer(pair, hash);
    Callable<Void> sign =
        () -> {
          for (int i = 0; i < 25; i++) {
            String link = signer.link(key("fw/" + i), null, NOON, NOON + i);
            assertThat(verifies(SignedUrl.of(link), pair, hash)).isTrue();
          }
          return null;
        };

    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (var done : threads.invokeAll(Collections.nCopies(8, sign))) {
        done.get();
      }
    }
  }

  @Test
  void renewed_keyHasNoEnd_isTheSignerItself() {
    CloudFrontSigner signer = signer(RSA, Hash.SHA1);

    assertThat(signer.current()).isSameAs(signer);
    assertThat(signer.renewed(1L << 40).result()).isSameAs(signer);
    assertThat(signer.notBefore()).isZero();
    assertThat(signer.notAfter()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void costly_rsaAlone_isCostly() {
    assertThat(signer(RSA, Hash.SHA1).costly()).isTrue();
    assertThat(signer(P256, Hash.SHA1).costly()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"RSA_2048, SHA1", "RSA_2048, SHA256", "ECDSA_P256, SHA1", "ECDSA_P256, SHA256"})
  void linkBytes_anyLink_isItsLengthWithoutTheKey(KeyAlgorithm algorithm, Hash hash) {
    CloudFrontSigner signer = signer(algorithm == KeyAlgorithm.RSA_2048 ? RSA : P256, hash);

    // A DER signature on P-256 is now and then some bytes shorter.
    assertThat(signer.link(key("abc"), null, NOON, NOON + 900).length())
        .isBetween(signer.linkBytes() + 3 - 8, signer.linkBytes() + 3);
  }

  @Test
  void fingerprint_anythingThatDecidesALink_changesIt() throws Exception {
    String id = "K2JCJMDEHXQW5F";
    SigningKeyPair other = new SigningKeys(CRYPTO).generate(KeyAlgorithm.RSA_2048);
    var http = new CloudFront("http", HOST, "prod/", List.of(), CDN.ttl());
    var fingerprints =
        List.of(
            signer(CRYPTO, CDN, id, RSA, Hash.SHA1).fingerprint(),
            signer(CRYPTO, CDN, id, RSA, Hash.SHA256).fingerprint(),
            signer(CRYPTO, CDN, id, other, Hash.SHA1).fingerprint(),
            signer(CRYPTO, CDN, id, P256, Hash.SHA1).fingerprint(),
            signer(CRYPTO, CDN, "K1", RSA, Hash.SHA1).fingerprint(),
            signer(CRYPTO, CDN.withPathPrefix("test/"), id, RSA, Hash.SHA1).fingerprint(),
            signer(CRYPTO, Storages.cloudFront("fw.example.com", "prod/"), id, RSA, Hash.SHA1)
                .fingerprint(),
            signer(CRYPTO, http, id, RSA, Hash.SHA1).fingerprint(),
            new CloudFrontSigner(CRYPTO, new OrgId("zeta"), CDN, id, RSA, Hash.SHA1).fingerprint());

    assertThat(fingerprints).doesNotHaveDuplicates();
    assertThat(signer(CRYPTO, CDN, id, RSA, Hash.SHA1).fingerprint())
        .isEqualTo(fingerprints.getFirst());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "d1.cloudfront.net/",
        "d1.cloudfront.net\"",
        "d1.cloudfront.net?",
        "user@d1.cloudfront.net",
        "https://d1.cloudfront.net",
        "*.cloudfront.net",
        "d1.cloudfront.net:",
        "ä.example.com"
      })
  void new_hostThatIsMoreOrLessThanAName_isRefused(String host) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer(CRYPTO, Storages.cloudFront(host, ""), "K1", P256, Hash.SHA1))
        .withMessageStartingWith("host: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "K1&Expires=1", "K 1", "K1\""})
  void new_keyIdThatIsNone_isRefused(String id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer(CRYPTO, CDN, id, P256, Hash.SHA1))
        .withMessageStartingWith("key id: ");
  }

  @Test
  void new_otherSchemeOrPrefix_isRefused() {
    var ftp = new CloudFront("ftp", HOST, "", List.of(), CDN.ttl());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer(CRYPTO, ftp, "K1", P256, Hash.SHA1))
        .withMessageStartingWith("scheme: ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer(CRYPTO, CDN.withPathPrefix("../"), "K1", P256, Hash.SHA1))
        .withMessageStartingWith("prefix: ");
  }

  @Test
  void new_hostInCapitals_isSignedAsClientsSendIt() {
    CloudFront cdn = Storages.cloudFront("FW.Example.com:8443", "");

    assertThat(signer(CRYPTO, cdn, "K1", P256, Hash.SHA1).link(key("k"), null, NOON, NOON + 1))
        .startsWith("https://fw.example.com:8443/k?Expires=");
  }
}
