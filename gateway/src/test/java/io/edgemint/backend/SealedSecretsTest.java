package io.edgemint.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.SealedSecrets.Held;
import io.edgemint.backend.Secrets.Purpose;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SealedSecretsTest {
  private int drawn;

  private SealedSecret secret() {
    drawn++;
    return new SealedSecret(drawn, "v1.key." + drawn);
  }

  private S3Storage bucket(String name) {
    return Samples.s3(name)
        .withCredentials(new S3Storage.Credentials.StaticKey("AKIDEXAMPLE", secret()));
  }

  private CloudFront distribution() {
    return new CloudFront(
        "https",
        "cdn.example.com",
        "",
        List.of(
            key("old", CloudFront.KeyState.RETIRING),
            key("now", CloudFront.KeyState.ACTIVE),
            key("soon", CloudFront.KeyState.NEXT)),
        Duration.ofMinutes(15));
  }

  private CloudFront.SigningKey key(String name, CloudFront.KeyState state) {
    return new CloudFront.SigningKey(
        name,
        "K1",
        CloudFront.KeyAlgorithm.ECDSA_P256,
        CloudFront.Hash.SHA256,
        state,
        secret(),
        "public",
        7);
  }

  private Backend backend(String name, int revision, Backend.State state, Download download) {
    return new Backend(
        name,
        revision,
        state,
        bucket("b" + revision),
        download,
        Verification.VERIFIED,
        Verification.VERIFIED);
  }

  /** Everything of which an organisation can have more than one, in every state. */
  private Org full() {
    List<Issuer> issuers = new ArrayList<>();
    for (Issuer.KeySource source :
        List.of(
            new Issuer.KeySource.SharedSecret("kid", secret()),
            new Issuer.KeySource.Pem(List.of()),
            new Issuer.KeySource.Jwks("{}"),
            new Issuer.KeySource.JwksUrl(URI.create("https://a.test/")),
            new Issuer.KeySource.SharedSecret(null, secret()))) {
      issuers.add(
          new Issuer(
              "https://issuer.test/" + issuers.size(),
              Set.of("a"),
              Set.of(Issuer.Algorithm.HS256),
              source,
              Issuer.ClaimNames.DEFAULT,
              Duration.ofHours(1),
              new OrgId("acme")));
    }
    return new Org(
        new OrgId("acme"),
        3,
        new Policy(new Entitlement(List.of("fw/")), Set.of(), false),
        new Revocations(false, Set.of("dev-1"), List.of()),
        issuers,
        List.of(
            backend("prod", 1, Backend.State.REPLACED, bucket("a"))
                .withStandby(new Backend.Standby("s", "r", true)),
            backend("prod", 2, Backend.State.ACTIVE, distribution()),
            backend("prod", 3, Backend.State.DRAFT, bucket("c")),
            backend("test", 1, Backend.State.VERIFIED, distribution())),
        List.of(new CertificateAuthority("ca", "pem", "aa", CertificateAuthority.Subject.CN, null)),
        List.of(Destination.draft("archive", 1, bucket("d").withPrefix("tenant/"))));
  }

  @Test
  void of_everyRecordOfAnOrganisation_missesNoSecret() {
    Org org = full();
    Map<String, Set<SealedSecret>> there = new TreeMap<>();
    collect(org, "Org", there);

    assertThat(there.keySet())
        .as("the sample has each kind of secret that the record types can have")
        .isEqualTo(paths());
    Set<SealedSecret> all = new HashSet<>();
    there.values().forEach(all::addAll);
    assertThat(SealedSecrets.of(org))
        .extracting(Held::secret)
        .containsExactlyInAnyOrderElementsOf(all);
    assertThat(all).hasSize(drawn);
  }

  @Test
  void of_eachSecret_isGivenWithThePurposeItWasSealedFor() {
    OrgId acme = new OrgId("acme");
    assertThat(SealedSecrets.of(full()))
        .extracting(Held::purpose)
        .containsOnly(
            Purpose.issuerSecret(acme, "https://issuer.test/0"),
            Purpose.issuerSecret(acme, "https://issuer.test/4"),
            Purpose.s3Secret(acme, "prod"),
            Purpose.s3Secret(acme, "test"),
            Purpose.s3Secret(acme, "archive"),
            Purpose.signingKey(acme, "prod", "old"),
            Purpose.signingKey(acme, "prod", "now"),
            Purpose.signingKey(acme, "prod", "soon"),
            Purpose.signingKey(acme, "test", "old"),
            Purpose.signingKey(acme, "test", "now"),
            Purpose.signingKey(acme, "test", "soon"));
  }

  @Test
  void map_otherTexts_changesEverySecretAndNothingElse() {
    Org org = full();

    Org mapped =
        SealedSecrets.map(
            org, (purpose, secret) -> new SealedSecret(secret.version(), "other" + secret.text()));

    assertThat(SealedSecrets.of(mapped)).allMatch(held -> held.secret().text().startsWith("other"));
    Org back =
        SealedSecrets.map(
            mapped,
            (purpose, secret) -> new SealedSecret(secret.version(), secret.text().substring(5)));
    assertThat(back).isEqualTo(org);
    assertThat(SealedSecrets.map(org, (purpose, secret) -> secret)).isEqualTo(org);
  }

  @Test
  void map_oneSecretInSeveralPlaces_staysOneSecret() {
    S3Storage storage = bucket("a");
    Org org = Samples.org("acme", Backend.draft("prod", 1, storage, storage));

    Backend mapped =
        SealedSecrets.map(
                org,
                (purpose, secret) -> new SealedSecret(secret.version(), secret.text() + drawn++))
            .backends()
            .getFirst();

    assertThat(mapped.download()).isEqualTo(mapped.upload()).isNotEqualTo(storage);
  }

  /** Every way through the record types from an organisation to a secret. */
  private static Set<String> paths() {
    Set<String> paths = new TreeSet<>();
    paths(Org.class, "Org", paths);
    return paths;
  }

  private static void paths(Type type, String path, Set<String> found) {
    if (type instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        paths(argument, path, found);
      }
    } else if (type instanceof Class<?> of) {
      if (of == SealedSecret.class) {
        found.add(path);
      } else if (of.isRecord()) {
        for (RecordComponent component : of.getRecordComponents()) {
          paths(component.getGenericType(), path + "." + component.getName(), found);
        }
      } else if (of.isSealed()) {
        for (Class<?> permitted : of.getPermittedSubclasses()) {
          paths(permitted, path + ":" + permitted.getSimpleName(), found);
        }
      }
    }
  }

  private static void collect(
      @Nullable Object value, String path, Map<String, Set<SealedSecret>> found) {
    switch (value) {
      case SealedSecret secret -> found.computeIfAbsent(path, key -> new HashSet<>()).add(secret);
      case Collection<?> several -> several.forEach(each -> collect(each, path, found));
      case Map<?, ?> map -> new HashMap<>(map).values().forEach(each -> collect(each, path, found));
      case Record record -> {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
          Object each = read(component, record);
          String kind =
              component.getType().isSealed() && each != null
                  ? ":" + each.getClass().getSimpleName()
                  : "";
          collect(each, path + "." + component.getName() + kind, found);
        }
      }
      case null, default -> {}
    }
  }

  private static @Nullable Object read(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
