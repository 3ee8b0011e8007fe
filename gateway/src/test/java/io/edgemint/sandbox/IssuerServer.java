package io.edgemint.sandbox;

import io.edgemint.canary.Canaries;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A token issuer on loopback: it signs tokens and publishes the keys that verify them (RFC 7517,
 * RFC 7519), with a key for each algorithm. Its {@code iss} is its address.
 */
public final class IssuerServer implements AutoCloseable {
  private static final Duration LIFE = Duration.ofHours(12);

  private final InstantSource clock;
  private final Wire server;
  private final AtomicLong fetches = new AtomicLong();
  private volatile List<TokenKey> signing = freshKeys();
  private volatile List<TokenKey> published = signing;
  private volatile Mood mood = Mood.WELL;

  /** How tokens are signed. */
  public enum Algorithm {
    RS256,
    ES256,
    EDDSA;

    /** The name in token headers and key sets (RFC 7518, section 3.1; RFC 8037). */
    public String headerValue() {
      return this == EDDSA ? "EdDSA" : name();
    }
  }

  /** How the server answers those who fetch keys. */
  public enum Mood {
    /** With its keys. */
    WELL,
    /** With 500. */
    FAILING,
    /** Not at all; the connection stays open. */
    SILENT,
    /** With 200 and something that is no key set. */
    GARBLED
  }

  private IssuerServer(Vertx vertx, int port, InstantSource clock) {
    this.clock = clock;
    server = Wire.listen(vertx, port, this::handle);
  }

  /** Starts one with new keys, at the port of loopback or at a free one if it is 0. */
  public static IssuerServer start(Vertx vertx, int port, InstantSource clock) {
    return new IssuerServer(vertx, port, clock);
  }

  /** Its address without a slash at the end, which is also the {@code iss} of its tokens. */
  public URI base() {
    return server.base();
  }

  /** Where its key set is. */
  public URI jwks() {
    return base().resolve("/.well-known/jwks.json");
  }

  /** The key set that it publishes now, as JSON. */
  public String keySet() {
    var keys = new JsonArray();
    published.forEach(key -> keys.add(key.jwk()));
    return new JsonObject().put("keys", keys).encode();
  }

  /** Signs a token as ES256; see {@link #token(Algorithm, Map)}. */
  public String token(Map<String, Object> claims) {
    return token(Algorithm.ES256, claims);
  }

  /** Signs a token with {@code iss}, {@code iat} and twelve hours of life, unless claims differ. */
  public String token(Algorithm algorithm, Map<String, Object> claims) {
    TokenKey key =
        signing.stream().filter(k -> k.algorithm() == algorithm).findFirst().orElseThrow();
    var header =
        new JsonObject()
            .put("alg", algorithm.headerValue())
            .put("typ", "at+jwt")
            .put("kid", key.kid());
    long now = clock.instant().getEpochSecond();
    var payload =
        new JsonObject()
            .put("iss", base().toString())
            .put("iat", now)
            .put("exp", now + LIFE.toSeconds());
    claims.forEach(payload::put);
    String input = base64(header) + '.' + base64(payload);
    return Canaries.token("token of " + claims.get("sub"), input + '.' + key.sign(input));
  }

  /** Makes new keys, signs with them from now on, and publishes them beside the old ones. */
  public void rotate() {
    List<TokenKey> fresh = freshKeys();
    published = Stream.concat(fresh.stream(), published.stream()).toList();
    signing = fresh;
  }

  /** Publishes the keys that sign now and no others. */
  public void withdrawOldKeys() {
    published = signing;
  }

  /** Says how key fetches are answered from now on. */
  public void answer(Mood other) {
    mood = other;
  }

  /** How often the key set was asked for so far. */
  public long fetches() {
    return fetches.get();
  }

  private static List<TokenKey> freshKeys() {
    List<TokenKey> keys = new ArrayList<>();
    for (Algorithm algorithm : Algorithm.values()) {
      keys.add(TokenKey.generate(algorithm));
    }
    return List.copyOf(keys);
  }

  private void handle(HttpServerRequest request) {
    // Before the fetch is counted: whoever has seen the count may change the mood.
    Mood arrived = mood;
    String json =
        switch (request.uri()) {
          case "/.well-known/openid-configuration" -> configuration();
          case "/.well-known/jwks.json" -> {
            fetches.incrementAndGet();
            yield keySet();
          }
          default -> "";
        };
    var response = request.response();
    if (json.isEmpty()) {
      response.setStatusCode(404).end();
      return;
    }
    response.putHeader("Content-Type", "application/json");
    switch (arrived) {
      case WELL -> response.end(json);
      case FAILING -> response.setStatusCode(500).end();
      case GARBLED -> response.end("{\"keys\":[{\"kty\":");
      case SILENT -> {
        // The caller's patience decides.
      }
    }
  }

  private String configuration() {
    return new JsonObject()
        .put("issuer", base().toString())
        .put("jwks_uri", jwks().toString())
        .encode();
  }

  private static String base64(JsonObject json) {
    byte[] utf8 = json.encode().getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(utf8);
  }

  @Override
  public void close() {
    server.close();
  }
}
