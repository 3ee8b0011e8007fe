package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.edgemint.KeyPairs;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.Issuer.KeySource;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.SealedSecret;
import io.edgemint.config.InvalidSettings;
import io.edgemint.config.SettingsFile;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuerSettingsTest {
  private static final String START =
      """
      issuer: https://issuer.example
      audiences: [edgemint]
      """;

  @TempDir private Path folder;
  private final List<String> sealed = new ArrayList<>();
  private byte[] given = new byte[0];

  private Issuer read(String yaml, @Nullable OrgId org) throws IOException {
    Path file = Files.writeString(folder.resolve("settings.yaml"), yaml);
    SecretSealer sealer =
        (iss, secret) -> {
          sealed.add(iss + ":" + new String(secret, StandardCharsets.UTF_8));
          given = secret;
          return new SealedSecret(1, "sealed");
        };
    return SettingsFile.read(
        file,
        Map.of("ISSUER_SECRET", "s".repeat(40), "SHORT_SECRET", "canary"),
        root -> IssuerSettings.read(root, org, sealer).get());
  }

  private List<String> problems(String yaml, @Nullable OrgId org) {
    InvalidSettings invalid = catchThrowableOfType(InvalidSettings.class, () -> read(yaml, org));
    assertThat(invalid).as("settings were accepted").isNotNull();
    return invalid.problems().stream().map(Object::toString).toList();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  @Test
  void read_smallestForm_hasTheDefaults() throws IOException {
    Issuer issuer =
        read(START + "algorithms: [ES256]\nkeys: {jwks_url: https://issuer.example/jwks}", null);

    assertThat(issuer)
        .isEqualTo(
            new Issuer(
                "https://issuer.example",
                Set.of("edgemint"),
                Set.of(Algorithm.ES256),
                new KeySource.JwksUrl(URI.create("https://issuer.example/jwks")),
                ClaimNames.DEFAULT,
                Duration.ofHours(24),
                null));
  }

  @Test
  void read_everything_isTakenOver() throws IOException {
    SigningKey ec = SigningKey.of(Algorithm.ES256);
    SigningKey rsa = SigningKey.of(Algorithm.PS256);
    write("ec.pem", ec.publicPem());
    write("rsa.pem", rsa.publicPem());

    Issuer issuer =
        read(
            """
            issuer: acme-factory
            audiences: [one, two]
            algorithms: [PS256, ES256, EdDSA]
            max_life: 7d
            claims: {org: tenant, scope: scp, entitlement: paths}
            keys:
              pem:
                - {file: ec.pem, kid: factory-2026}
                - {file: rsa.pem}
            """,
            World.ACME);

    assertThat(issuer)
        .isEqualTo(
            new Issuer(
                "acme-factory",
                Set.of("one", "two"),
                Set.of(Algorithm.PS256, Algorithm.ES256, Algorithm.EDDSA),
                new KeySource.Pem(
                    List.of(
                        new Issuer.PemKey("factory-2026", Algorithm.ES256, ec.publicPem()),
                        new Issuer.PemKey(null, Algorithm.PS256, rsa.publicPem()))),
                new ClaimNames("tenant", "scp", "paths"),
                Duration.ofDays(7),
                World.ACME));
  }

  @Test
  void read_pemThatNamesItsAlgorithm_isForThatOne() throws IOException {
    write("rsa.pem", SigningKey.of(Algorithm.RS256).publicPem());

    Issuer issuer =
        read(
            START + "algorithms: [RS256, PS256]\nkeys: {pem: [{file: rsa.pem, algorithm: PS256}]}",
            null);

    assertThat(((KeySource.Pem) issuer.keys()).keys().getFirst().algorithm())
        .isEqualTo(Algorithm.PS256);
  }

  @Test
  void read_jwksFile_isTakenOverAsItStands() throws IOException {
    String jwks = World.jwks(SigningKey.of(Algorithm.EDDSA).jwk("a"));
    write("jwks.json", jwks);

    assertThat(read(START + "algorithms: [EdDSA]\nkeys: {jwks: jwks.json}", null).keys())
        .isEqualTo(new KeySource.Jwks(jwks));
  }

  @Test
  void read_keyFile_mayHaveUpTo256KiB() throws IOException {
    String jwks = World.jwks(SigningKey.of(Algorithm.EDDSA).jwk("a"));
    String longest = jwks + " ".repeat(Jwks.MAX_BYTES - jwks.length());
    String yaml = START + "algorithms: [EdDSA]\nkeys: {jwks: jwks.json}";

    write("jwks.json", longest);
    assertThat(read(yaml, null).keys()).isEqualTo(new KeySource.Jwks(longest));
    write("jwks.json", longest + " ");
    assertThat(problems(yaml, null).getFirst()).contains("jwks.json is over 256 KiB");
  }

  @Test
  void read_names_haveUpTo256PrintableCharacters() throws IOException {
    String rest =
        "\naudiences: [a]\nalgorithms: [ES256]\nkeys: {jwks_url: https://issuer.example/jwks}";

    assertThat(read("issuer: " + "i".repeat(256) + rest, null).iss()).hasSize(256);
    for (String name : new String[] {"i".repeat(257), "' '", "\"i\\u0007\""}) {
      assertThat(problems("issuer: " + name + rest, null))
          .singleElement()
          .asString()
          .contains("1 to 256 printable characters");
    }
  }

  @Test
  void read_secret_isGivenToTheSealer() throws IOException {
    Issuer issuer =
        read(START + "algorithms: [HS256]\nkeys: {secret: {env: ISSUER_SECRET}, kid: k1}", null);

    assertThat(sealed).containsExactly("https://issuer.example:" + "s".repeat(40));
    assertThat(issuer.keys())
        .isEqualTo(new KeySource.SharedSecret("k1", new SealedSecret(1, "sealed")));
    assertThat(given).as("wiped").hasSize(40).containsOnly(0);
  }

  @Test
  void read_everythingMissing_isToldAtOnce() {
    assertThat(problems("claims: {orgg: tenant}\nalgorithms: []", null))
        .anyMatch(problem -> problem.startsWith("issuer") && problem.contains("missing"))
        .anyMatch(problem -> problem.startsWith("audiences"))
        .anyMatch(problem -> problem.startsWith("algorithms"))
        .anyMatch(problem -> problem.startsWith("keys") && problem.contains("exactly one"))
        .anyMatch(problem -> problem.startsWith("claims.orgg") && problem.contains("'org'"));
  }

  @Test
  void read_severalSources_areRefused() {
    assertThat(
            problems(
                START + "algorithms: [ES256]\nkeys: {jwks: a.json, jwks_url: https://x.example/}",
                null))
        .singleElement()
        .asString()
        .contains("exactly one of pem, jwks, jwks_url and secret");
  }

  @Test
  void read_unknownAlgorithm_isRefused() {
    assertThat(problems(START + "algorithms: [none]\nkeys: {jwks_url: https://x.example/}", null))
        .singleElement()
        .asString()
        .contains("RS256, PS256, ES256, EdDSA, HS256");
  }

  @Test
  void read_secretWithPublicAlgorithm_isRefusedBothWays() {
    assertThat(
            problems(
                START + "algorithms: [HS256, RS256]\nkeys: {secret: {env: ISSUER_SECRET}}", null))
        .anyMatch(problem -> problem.contains("HS256 alone"));
    assertThat(
            problems(
                START + "algorithms: [HS256, RS256]\nkeys: {jwks_url: https://x.example/}", null))
        .anyMatch(problem -> problem.contains("goes with a secret alone"));
    assertThat(sealed).isEmpty();
  }

  @Test
  void read_shortSecret_isRefusedWithoutShowingIt() {
    assertThat(problems(START + "algorithms: [HS256]\nkeys: {secret: {env: SHORT_SECRET}}", null))
        .singleElement()
        .asString()
        .contains("6 bytes", "at least 32")
        .doesNotContain("canary");
    assertThat(sealed).isEmpty();
  }

  @Test
  void read_address_isHttpsUnlessThePlatformsOwn() throws IOException {
    String plain = START + "algorithms: [ES256]\nkeys: {jwks_url: http://127.0.0.1:9000/jwks}";

    assertThat(read(plain, null).keys()).isInstanceOf(KeySource.JwksUrl.class);
    assertThat(problems(plain, World.ACME)).singleElement().asString().contains("an https address");
    for (String address :
        new String[] {
          "ftp://x.example/",
          "x.example",
          "https:///jwks",
          "https:x.example",
          "file:///etc/passwd",
          "https://user:pass@x.example/",
          "https://x.example/#a",
          "https://x y/"
        }) {
      assertThat(problems(START + "algorithms: [ES256]\nkeys: {jwks_url: '" + address + "'}", null))
          .as(address)
          .singleElement()
          .asString()
          .contains("an http or https address");
    }
  }

  @Test
  void read_unusableKeyFiles_areRefusedWithReasons() throws IOException {
    write("private.pem", SigningKey.of(Algorithm.ES256).privatePem());
    write("rsa.pem", SigningKey.of(Algorithm.RS256).publicPem());
    write("weak.pem", SigningKey.pair(Algorithm.RS256, KeyPairs.rsa(1024)).publicPem());
    write("empty.json", "{\"keys\":[]}");
    String both = START + "algorithms: [RS256, PS256]\nkeys: ";
    String one = START + "algorithms: [RS256]\nkeys: ";

    assertThat(problems(one + "{pem: [{file: none.pem}]}", null).getFirst())
        .contains("keys.pem[0]", "none.pem cannot be read");
    assertThat(problems(one + "{pem: [{file: private.pem}]}", null).getFirst())
        .contains("openssl pkey -pubout");
    assertThat(problems(one + "{pem: [{file: weak.pem}]}", null).getFirst()).contains("1024 bits");
    assertThat(
            problems(
                    both
                        + "{pem: [{file: rsa.pem, algorithm: PS256}, {file: weak.pem, kid: a,"
                        + " algorithm: RS256}]}",
                    null)
                .getFirst())
        .contains("key 2", "1024 bits");
    assertThat(problems(both + "{pem: [{file: rsa.pem}]}", null).getFirst())
        .contains("several of the issuer's algorithms");
    assertThat(problems(both + "{pem: [{file: rsa.pem, algorithm: ES256}]}", null).getFirst())
        .contains("no key is usable");
    assertThat(
            problems(START + "algorithms: [ES256]\nkeys: {pem: [{file: rsa.pem}]}", null)
                .getFirst())
        .contains("none of the issuer's algorithms");
    assertThat(problems(one + "{pem: []}", null).getFirst()).contains("no key is usable");
    assertThat(
            problems(one + "{pem: [{file: rsa.pem, kid: a}, {file: rsa.pem, kid: a}]}", null)
                .getFirst())
        .contains("same id");
    assertThat(problems(one + "{pem: [{file: rsa.pem, kid: 'a b'}]}", null).getFirst())
        .contains("keys.pem[0].kid");
    assertThat(problems(one + "{jwks: empty.json}", null).getFirst()).contains("no key is usable");
    assertThat(problems(one + "{jwks: rsa.pem}", null).getFirst()).contains("strict JSON");
  }
}
