package io.edgemint.caller;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.Issuer.KeySource;
import io.edgemint.backend.Issuer.PemKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Snapshot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.URI;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What surrounds the verifier, by hand: a clock, timers, an issuer's key server, a registry. */
final class World {
  static final String ISS = "https://issuer.example";
  static final String AUDIENCE = "edgemint";
  static final String KID = "key-1";
  static final OrgId ACME = new OrgId("acme");
  static final OrgId BOLT = new OrgId("bolt");
  static final URI JWKS = URI.create("https://issuer.example/jwks.json");

  final ManualTimers timers = new ManualTimers();
  final OrgDirectory orgs = new OrgDirectory();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Deque<Promise<String>> fetches = new ConcurrentLinkedDeque<>();
  final Map<String, String> kept = new ConcurrentHashMap<>();

  /** What every sealed secret of an issuer opens to. */
  byte[] shared = SigningKey.of(Algorithm.HS256).secret().getEncoded();

  final KeySupply supply =
      new KeySupply(
          this::fetch,
          new LastGoodKeys() {
            @Override
            public @Nullable String load(String iss) {
              return kept.get(iss);
            }

            @Override
            public void save(String iss, String jwksJson) {
              kept.put(iss, jwksJson);
            }
          },
          (issuer, source) -> shared.clone(),
          Runnable::run,
          timers,
          timers,
          new SplittableRandom(1));

  /** How often keys were asked for. */
  int asked;

  /** Whether the last time it was for an address that the operator named. */
  boolean lastTrusted;

  private synchronized Future<String> fetch(URI uri, boolean trusted) {
    asked++;
    lastTrusted = trusted;
    Promise<String> answer = Promise.promise();
    fetches.add(answer);
    return answer.future();
  }

  CallerVerifier verifier(Issuer... platform) {
    return new CallerVerifier(
        List.of(platform), orgs, supply, caller -> () -> null, 10_000_000, meters);
  }

  /** A platform issuer with the one key of an algorithm. */
  static Issuer issuer(Algorithm algorithm) {
    SigningKey key = SigningKey.of(algorithm);
    KeySource keys =
        algorithm == Algorithm.HS256
            ? new KeySource.SharedSecret(KID, new SealedSecret(1, "sealed"))
            : new KeySource.Pem(List.of(new PemKey(KID, algorithm, key.publicPem())));
    return issuer(ISS, Set.of(algorithm), keys, null);
  }

  static Issuer issuer(String iss, Set<Algorithm> algorithms, KeySource keys, @Nullable OrgId org) {
    return new Issuer(
        iss,
        Set.of(AUDIENCE, "other-audience"),
        algorithms,
        keys,
        ClaimNames.DEFAULT,
        Issuer.DEFAULT_MAX_LIFE,
        org);
  }

  static Issuer pem(String iss, @Nullable OrgId org, SigningKey key) {
    return issuer(
        iss,
        Set.of(key.algorithm()),
        new KeySource.Pem(List.of(new PemKey(KID, key.algorithm(), key.publicPem()))),
        org);
  }

  static Issuer jwksUrl(String iss, @Nullable OrgId org) {
    return issuer(iss, Set.of(Algorithm.ES256, Algorithm.EDDSA), new KeySource.JwksUrl(JWKS), org);
  }

  static String jwks(ObjectNode... keys) {
    ObjectNode set = JsonNodeFactory.instance.objectNode();
    Arrays.stream(keys).forEach(set.withArray("keys")::add);
    return set.toString();
  }

  void snapshot(Org... all) {
    orgs.replace(Snapshot.of(1, List.of(all)));
  }

  static Org org(OrgId id, Issuer... issuers) {
    Policy policy = new Policy(new Entitlement(List.of("fw/")), Set.of(), false);
    return new Org(id, 1, policy, Revocations.NONE, List.of(issuers), List.of());
  }

  static ObjectNode header(Algorithm algorithm) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("alg", VerifyingKey.name(algorithm))
        .put("kid", KID);
  }

  /** Claims that are right in every way, for an hour. */
  ObjectNode claims() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("iss", ISS)
        .put("aud", AUDIENCE)
        .put("sub", "device-1")
        .put("org", "acme")
        .put("exp", timers.seconds() + 3600);
  }

  String token(Algorithm algorithm) {
    return token(algorithm, claims -> {});
  }

  /** A well-signed token whose claims differ from the right ones. */
  String token(Algorithm algorithm, Consumer<ObjectNode> change) {
    return token(SigningKey.of(algorithm), KID, change);
  }

  String token(SigningKey key, String kid, Consumer<ObjectNode> change) {
    ObjectNode claims = claims();
    change.accept(claims);
    ObjectNode header = header(key.algorithm()).put("kid", kid);
    return key.token(header.toString(), claims.toString());
  }

  /** A well-signed token whose header differs from the right one. */
  String tokenWithHeader(Algorithm algorithm, Consumer<ObjectNode> change) {
    ObjectNode header = header(algorithm);
    change.accept(header);
    return SigningKey.of(algorithm).token(header.toString(), claims().toString());
  }

  /** How often a flaw was counted. */
  double count(Flaw flaw) {
    return meters
        .get("gateway.auth")
        .tag("reason", flaw.name().toLowerCase(Locale.ROOT))
        .counter()
        .count();
  }

  /** How often fetching keys had a result. */
  double countFetches(String result) {
    return meters.get("gateway.jwks.fetches").tag("result", result).counter().count();
  }

  /** The flaw for which a token is refused, at once. */
  static Flaw flaw(CallerVerifier verifier, String token) {
    Future<Caller> answer = verifier.verify(token);
    if (!answer.failed() || !(answer.cause() instanceof Refused refused)) {
      throw new AssertionError("not refused at once, but " + answer);
    }
    return flaw(refused);
  }

  static Flaw flaw(Refused refused) {
    // Several flaws share a text, but none shares its object.
    return Arrays.stream(Flaw.values())
        .filter(flaw -> flaw.refused() == refused)
        .findFirst()
        .orElseThrow();
  }
}
