package io.edgemint.registry;

import io.edgemint.Seeded;
import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Download;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Draws organisations in which, over enough draws, every kind of record occurs. */
final class RandomOrgs {
  private static final String HEX = "0123456789abcdef";

  private final RandomGenerator random;

  RandomOrgs(RandomGenerator random) {
    this.random = random;
  }

  /** Writes or deletes something in a store. */
  static void step(BackendStore store, RandomGenerator random) {
    List<Org> orgs = List.copyOf(store.load().orgs());
    if (orgs.isEmpty() || random.nextInt(3) == 0) {
      RandomOrgs source = new RandomOrgs(new SplittableRandom(random.nextLong()));
      store.write(List.of(source.org(), source.org()), StoredOrgs.CHANGE);
    } else if (random.nextInt(3) == 0) {
      store.delete(Seeded.pick(random, orgs), StoredOrgs.CHANGE);
    } else {
      store.write(List.of(Seeded.pick(random, orgs)), StoredOrgs.CHANGE);
    }
  }

  /** An organisation with one backend that has one secret, which is to be sealed. */
  static Org withKey(OrgId id) {
    S3Storage storage =
        new S3Storage(
            "firmware",
            "eu-west-1",
            "",
            S3Storage.Endpoint.AMAZON,
            new S3Storage.Credentials.StaticKey("AKIDEXAMPLE", new SealedSecret(1, "v1.none.")),
            new S3Storage.Encryption.BucketDefault(),
            Duration.ofMinutes(15),
            new TreeMap<>());
    return StoredOrgs.org(id.value()).withBackend(Backend.draft("prod", 1, storage, storage));
  }

  /** An organisation that was never written; its identity roots occur in no other. */
  Org org() {
    return org(new OrgId("o" + Seeded.string(random, HEX, 12, 12)));
  }

  Org org(OrgId id) {
    return new Org(
        id,
        0,
        new Policy(
            new Entitlement(some(3, this::text)),
            new HashSet<>(some(2, () -> "region-" + random.nextInt(9))),
            random.nextBoolean(),
            random.nextBoolean(),
            maybe(() -> Duration.ofSeconds(random.nextInt(1, 100_000)))),
        new Revocations(
            random.nextBoolean(), new HashSet<>(some(3, this::text)), some(3, this::text)),
        some(3, () -> issuer(id)),
        backends(),
        List.of(),
        some(2, this::destination));
  }

  /** A name of its own, which no backend has. */
  private Destination destination() {
    S3Storage storage = storage().withPrefix(text() + '/');
    return new Destination(
        "d-" + Seeded.string(random, HEX, 8, 8), random.nextInt(1, 9), storage, verification());
  }

  private Issuer issuer(OrgId id) {
    Set<Issuer.Algorithm> algorithms = EnumSet.noneOf(Issuer.Algorithm.class);
    algorithms.addAll(some(3, this::algorithm));
    return new Issuer(
        "https://" + unique(),
        new HashSet<>(some(2, this::text)),
        algorithms,
        keySource(),
        new Issuer.ClaimNames(text(), text(), text()),
        Duration.ofSeconds(random.nextInt(1, 100_000)),
        id);
  }

  private Issuer.Algorithm algorithm() {
    return Seeded.pick(random, List.of(Issuer.Algorithm.values()));
  }

  private Issuer.KeySource keySource() {
    return switch (random.nextInt(4)) {
      case 0 ->
          new Issuer.KeySource.Pem(
              some(2, () -> new Issuer.PemKey(maybe(this::text), algorithm(), text())));
      case 1 -> new Issuer.KeySource.Jwks(text());
      case 2 -> new Issuer.KeySource.JwksUrl(URI.create("https://" + unique() + "/jwks?a=%20b"));
      default -> new Issuer.KeySource.SharedSecret(maybe(this::text), sealed());
    };
  }

  private List<Backend> backends() {
    List<Backend> backends = new ArrayList<>();
    boolean active = false;
    for (int revision = 1; revision <= random.nextInt(4); revision++) {
      Backend.State state = Seeded.pick(random, List.of(Backend.State.values()));
      if (state == Backend.State.ACTIVE && active) {
        state = Backend.State.REPLACED;
      }
      active |= state == Backend.State.ACTIVE;
      boolean verified = state == Backend.State.ACTIVE;
      Download download = random.nextBoolean() ? storage() : cloudFront();
      backends.add(
          new Backend(
              Seeded.string(random, HEX, 1, 10),
              revision,
              state,
              storage(),
              download,
              verified ? Verification.VERIFIED : verification(),
              verified ? Verification.VERIFIED : verification(),
              download instanceof S3Storage ? maybe(this::standby) : null,
              service(),
              objects()));
    }
    return backends;
  }

  private Backend.Standby standby() {
    return new Backend.Standby(text(), text(), random.nextBoolean());
  }

  private Backend.Objects objects() {
    return random.nextBoolean()
        ? Backend.Objects.NONE
        : new Backend.Objects(random.nextBoolean(), random.nextBoolean());
  }

  private Backend.Service service() {
    return random.nextBoolean()
        ? Backend.Service.NONE
        : new Backend.Service(random.nextInt(9), random.nextBoolean(), random.nextBoolean());
  }

  private Verification verification() {
    return switch (random.nextInt(3)) {
      case 0 -> Verification.UNVERIFIED;
      case 1 -> Verification.VERIFIED;
      default -> Verification.failed(text());
    };
  }

  private S3Storage storage() {
    var responseHeaders = new TreeMap<String, String>();
    some(2, this::text).forEach(value -> responseHeaders.put("response-" + unique(), value));
    @Nullable URI endpoint = maybe(() -> URI.create("http://" + unique() + ":9000"));
    return new S3Storage(
        text(),
        text(),
        text(),
        new S3Storage.Endpoint(
            endpoint,
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextBoolean()),
        credentials(),
        encryption(),
        Duration.ofSeconds(random.nextInt(60, 2640)),
        responseHeaders);
  }

  private S3Storage.Credentials credentials() {
    return switch (random.nextInt(3)) {
      case 0 ->
          new S3Storage.Credentials.Role(
              "arn:aws:iam::123456789012:role/" + unique(), maybe(this::text));
      case 1 -> new S3Storage.Credentials.StaticKey(text(), sealed());
      default -> new S3Storage.Credentials.Ambient();
    };
  }

  private S3Storage.Encryption encryption() {
    return switch (random.nextInt(3)) {
      case 0 -> new S3Storage.Encryption.BucketDefault();
      case 1 -> new S3Storage.Encryption.SseS3();
      default -> new S3Storage.Encryption.SseKms(text());
    };
  }

  private Download cloudFront() {
    return new CloudFront(
        text(), text(), text(), some(3, this::signingKey), Duration.ofMinutes(15));
  }

  private CloudFront.SigningKey signingKey() {
    return new CloudFront.SigningKey(
        text(),
        maybe(this::text),
        Seeded.pick(random, List.of(CloudFront.KeyAlgorithm.values())),
        Seeded.pick(random, List.of(CloudFront.Hash.values())),
        Seeded.pick(random, List.of(CloudFront.KeyState.values())),
        sealed(),
        text(),
        random.nextInt(2) * 1_800_000_000L);
  }

  private SealedSecret sealed() {
    return new SealedSecret(random.nextInt(1, 100), "v1." + unique());
  }

  private String unique() {
    return Seeded.string(random, HEX, 16, 16);
  }

  private String text() {
    return Seeded.string(random, 0, 12);
  }

  private <T> @Nullable T maybe(Supplier<T> supplier) {
    return random.nextBoolean() ? supplier.get() : null;
  }

  private <T> List<T> some(int most, Supplier<T> supplier) {
    List<T> items = new ArrayList<>();
    int count = random.nextInt(most + 1);
    for (int i = 0; i < count; i++) {
      items.add(supplier.get());
    }
    return items;
  }
}
