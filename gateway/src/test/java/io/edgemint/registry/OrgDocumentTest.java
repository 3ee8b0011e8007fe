package io.edgemint.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Verification;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OrgDocumentTest {

  /** The form that databases in the field have: if this breaks, write a migration. */
  @Test
  void document_everyKindOfRecord_hasTheStoredForm() throws Exception {
    String stored = resource("org-document.json");

    assertThat(OrgDocument.read("acme", stored)).isEqualTo(complete());
    assertThat(OrgDocument.write(complete())).isEqualTo(stored.replaceAll("\n *", ""));
  }

  private static String resource(String name) throws Exception {
    try (var stream = OrgDocumentTest.class.getResourceAsStream(name)) {
      assertThat(stream).isNotNull();
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The form without them is the older one, which the test above holds. */
  @Test
  void document_endpointOptions_areWrittenWhereTheyAreSet() {
    String plain = "\"uri\":\"http://127.0.0.1:9000\",\"pathStyle\":true";
    String document = OrgDocument.write(complete());

    for (String option : List.of("dualStack", "fips", "accelerate")) {
      String with = document.replace(plain, plain + ",\"" + option + "\":true");
      assertThat(OrgDocument.read("acme", with)).isNotEqualTo(complete());
      assertThat(OrgDocument.write(OrgDocument.read("acme", with))).isEqualTo(with);
    }
    assertThatThrownBy(() -> OrgDocument.read("acme", document.replace(",\"pathStyle\":true", "")))
        .hasMessageContaining("damaged in the registry at 'backends.0.upload.endpoint");
  }

  @Test
  void document_whatCameLater_isWrittenWhereItIsSet() {
    String document = OrgDocument.write(complete());
    String switched = "\"service\":{\"turn\":2,\"suspended\":true,\"failedOver\":false}";
    String standby = "\"standby\":{\"bucket\":\"b\",\"region\":\"us-east-1\",\"automatic\":true}";
    for (var later :
        Map.of(
                "\"tokenLimited\":true",
                "\"refuseFailing\":true",
                "\"code\":\"bucket_missing\"}",
                standby + "," + switched,
                "\"privateKey\":{\"version\":1,\"text\":\"v1.c\"},\"publicKey\":\"PUBLIC\"",
                "\"linksUntil\":1800000000")
            .entrySet()) {
      String with = document.replace(later.getKey(), later.getKey() + "," + later.getValue());
      assertThat(with).isNotEqualTo(document);
      assertThat(OrgDocument.read("acme", with)).isNotEqualTo(complete());
      assertThat(OrgDocument.write(OrgDocument.read("acme", with))).isEqualTo(with);
    }
  }

  @Test
  void document_destinations_areWrittenWhereThereAreAny() {
    Org with = complete().withDestination(destination());
    String document = OrgDocument.write(with);

    assertThat(document)
        .startsWith(OrgDocument.write(complete()).replaceFirst("}$", ""))
        .contains(
            "\"destinations\":[{\"name\":\"archive\",\"revision\":3,\"storage\":{\"kind\":\"s3\",\"bucket\":",
            "\"verification\":{\"verdict\":\"FAILED\",\"code\":\"role_denied\"}}]}");
    assertThat(OrgDocument.read("acme", document)).isEqualTo(with);
  }

  private static Destination destination() {
    var role = new S3Storage.Credentials.Role("arn:aws:iam::1:role/archive", null);
    return new Destination(
        "archive",
        3,
        storage(role, new S3Storage.Encryption.BucketDefault()),
        Verification.failed("role_denied"));
  }

  @Test
  void read_unknownField_namesItAndANewerProgram() {
    String newer =
        OrgDocument.write(complete()).replace("\"revision\":2", "\"revision\":2,\"x\":1");

    assertThatThrownBy(() -> OrgDocument.read("acme", newer))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("acme", "newer Edgemint", "backends.1.x is new");
  }

  @Test
  void read_unknownKindOrWord_namesItsPlaceAndANewerProgram() {
    String document = OrgDocument.write(complete());

    assertThatThrownBy(() -> OrgDocument.read("acme", document.replace("sse-kms", "sse-new")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("newer Edgemint", "backends.1.upload.encryption");
    assertThatThrownBy(() -> OrgDocument.read("acme", document.replace("ES256", "ES999")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("newer Edgemint", "issuers.0.algorithms");
  }

  @Test
  void read_damagedDocument_saysWhereWithoutRepeatingIt() {
    String document = OrgDocument.write(complete());

    assertThatThrownBy(() -> OrgDocument.read("acme", document.substring(0, 100)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("acme is damaged");
    assertThatThrownBy(
            () -> OrgDocument.read("acme", document.replace(",\"tokenLimited\":true", "")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("damaged in the registry at 'policy");
    assertThatThrownBy(() -> OrgDocument.read("acme", "sealed-canary"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageNotContaining("canary");
  }

  private static Org complete() {
    return new Org(
        new OrgId("acme"),
        7,
        new Policy(
            new Entitlement(List.of("fw/", "cfg/")), Set.of("eu-west-1", "eu-central-1"), true),
        new Revocations(false, Set.of("device-2", "device-1"), List.of("fw/bad")),
        issuers(),
        List.of(
            new Backend(
                "old",
                1,
                Backend.State.REPLACED,
                storage(
                    new S3Storage.Credentials.StaticKey("AKID", new SealedSecret(1, "v1.a")),
                    new S3Storage.Encryption.BucketDefault()),
                storage(new S3Storage.Credentials.Ambient(), new S3Storage.Encryption.SseS3()),
                Verification.UNVERIFIED,
                Verification.failed("bucket_missing")),
            new Backend(
                "prod",
                2,
                Backend.State.ACTIVE,
                storage(
                    new S3Storage.Credentials.Role(
                        "arn:aws:iam::1:role/a", "arn:aws:iam::2:role/b"),
                    new S3Storage.Encryption.SseKms("key-1")),
                cloudFront(),
                Verification.VERIFIED,
                Verification.VERIFIED)));
  }

  private static List<Issuer> issuers() {
    return List.of(
        issuer(
            "https://pem.example",
            new Issuer.KeySource.Pem(
                List.of(new Issuer.PemKey(null, Issuer.Algorithm.ES256, "PEM")))),
        issuer("https://jwks.example", new Issuer.KeySource.Jwks("{}")),
        issuer(
            "https://url.example",
            new Issuer.KeySource.JwksUrl(URI.create("https://url.example/jwks"))),
        issuer(
            "https://secret.example",
            new Issuer.KeySource.SharedSecret("k1", new SealedSecret(3, "v1.b"))));
  }

  private static Issuer issuer(String iss, Issuer.KeySource keys) {
    return new Issuer(
        iss,
        Set.of("edgemint"),
        Set.of(Issuer.Algorithm.RS256, Issuer.Algorithm.ES256),
        keys,
        Issuer.ClaimNames.DEFAULT,
        Duration.ofHours(24),
        new OrgId("acme"));
  }

  private static S3Storage storage(
      S3Storage.Credentials credentials, S3Storage.Encryption encryption) {
    return new S3Storage(
        "firmware",
        "eu-central-1",
        "fw/",
        new S3Storage.Endpoint(URI.create("http://127.0.0.1:9000"), true),
        credentials,
        encryption,
        Duration.ofMinutes(15),
        new TreeMap<>(Map.of("response-cache-control", "no-store")));
  }

  private static CloudFront cloudFront() {
    return new CloudFront(
        "https",
        "d111.cloudfront.net",
        "acme/",
        List.of(
            new CloudFront.SigningKey(
                "first",
                "K1",
                CloudFront.KeyAlgorithm.ECDSA_P256,
                CloudFront.Hash.SHA256,
                CloudFront.KeyState.ACTIVE,
                new SealedSecret(1, "v1.c"),
                "PUBLIC"),
            new CloudFront.SigningKey(
                "second",
                null,
                CloudFront.KeyAlgorithm.RSA_2048,
                CloudFront.Hash.SHA1,
                CloudFront.KeyState.NEXT,
                new SealedSecret(1, "v1.d"),
                "PUBLIC")),
        Duration.ofHours(1));
  }
}
