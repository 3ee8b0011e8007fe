package io.edgemint.sandbox;

import static io.edgemint.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.sandbox.IssuerServer.Algorithm;
import io.edgemint.sandbox.IssuerServer.Mood;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IssuerServerTest {
  private static final Vertx VERTX = Vertx.vertx();
  private final IssuerServer issuer = IssuerServer.start(VERTX, 0, Instant::now);

  @AfterEach
  void stop() {
    issuer.close();
  }

  @AfterAll
  static void stopVertx() {
    await(VERTX.close());
  }

  @ParameterizedTest
  @EnumSource
  void token_eachAlgorithm_verifiesWithPublishedKeys(Algorithm algorithm) {
    String token = issuer.token(algorithm, Map.of("sub", "device-1"));

    assertThat(verifies(token, fetchedKeys())).isTrue();
    assertThat(verifies(token.substring(0, token.length() - 8) + "AAAAAAAA", fetchedKeys()))
        .isFalse();
  }

  @Test
  void token_noClaims_namesIssuerAndEnds() {
    JsonObject payload = part(issuer.token(Map.of()), 1);

    assertThat(payload.getString("iss")).isEqualTo(issuer.base().toString());
    assertThat(payload.getLong("exp") - payload.getLong("iat")).isEqualTo(12 * 3600);
  }

  @Test
  void token_claims_takePrecedence() {
    JsonObject payload = part(issuer.token(Map.of("iss", "other", "aud", List.of("a", "b"))), 1);

    assertThat(payload.getString("iss")).isEqualTo("other");
    assertThat(payload.getJsonArray("aud")).containsExactly("a", "b");
  }

  @Test
  void rotate_newTokens_carryNewKeysThatArePublishedWithTheOld() {
    String old = issuer.token(Map.of());
    JsonArray before = fetchedKeys();

    issuer.rotate();

    String fresh = issuer.token(Map.of());
    assertThat(kid(fresh)).isNotEqualTo(kid(old));
    assertThat(verifies(fresh, before)).isFalse();
    assertThat(verifies(fresh, fetchedKeys())).isTrue();
    assertThat(verifies(old, fetchedKeys())).isTrue();
  }

  @Test
  void withdrawOldKeys_afterRotation_leavesTheNew() {
    String old = issuer.token(Map.of());
    issuer.rotate();

    issuer.withdrawOldKeys();

    assertThat(verifies(old, fetchedKeys())).isFalse();
    assertThat(verifies(issuer.token(Map.of()), fetchedKeys())).isTrue();
  }

  @Test
  void fetches_eachRequestForKeys_isCounted() {
    fetchedKeys();
    fetchedKeys();
    Viewer.get(issuer.base() + "/.well-known/openid-configuration");

    assertThat(issuer.fetches()).isEqualTo(2);
  }

  @Test
  void configuration_names_theKeySet() {
    String text = Viewer.get(issuer.base() + "/.well-known/openid-configuration").text();

    assertThat(new JsonObject(text).getString("jwks_uri")).isEqualTo(issuer.jwks().toString());
  }

  @Test
  void answer_failingOrGarbled_bringsNoKeys() {
    issuer.answer(Mood.FAILING);
    assertThat(Viewer.get(issuer.jwks().toString()).status()).isEqualTo(500);

    issuer.answer(Mood.GARBLED);
    assertThat(Viewer.get(issuer.jwks().toString()).text()).isNotEqualTo(issuer.keySet());

    issuer.answer(Mood.WELL);
    assertThat(Viewer.get(issuer.jwks().toString()).text()).isEqualTo(issuer.keySet());
  }

  @Test
  @Timeout(30)
  void answer_silent_leavesTheCallerWaiting() throws IOException {
    issuer.answer(Mood.SILENT);
    String request = "GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), issuer.base().getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      while (issuer.fetches() == 0) {
        Thread.onSpinWait();
      }

      assertThat(socket.getInputStream().available()).isZero();

      issuer.answer(Mood.WELL);
      assertThat(fetchedKeys()).isNotEmpty();
      assertThat(socket.getInputStream().available()).isZero();
    }
  }

  @Test
  void token_es256_signsBothNumbersInFull() {
    String signature = issuer.token(Algorithm.ES256, Map.of()).split("\\.", -1)[2];

    // Not in DER, which the library above takes as well (RFC 7518, section 3.4).
    assertThat(Base64.getUrlDecoder().decode(signature)).hasSize(64);
  }

  private JsonArray fetchedKeys() {
    return new JsonObject(Viewer.get(issuer.jwks().toString()).text()).getJsonArray("keys");
  }

  /** What another library says of it. */
  private boolean verifies(String token, JsonArray keys) {
    var options = new JWTAuthOptions().setJWTOptions(new JWTOptions());
    keys.forEach(key -> options.addJwk((JsonObject) key));
    return await(
        JWTAuth.create(VERTX, options)
            .authenticate(new TokenCredentials(token))
            .map(true)
            .otherwise(false));
  }

  private static String kid(String token) {
    return part(token, 0).getString("kid");
  }

  private static JsonObject part(String token, int index) {
    String part = List.of(token.split("\\.")).get(index);
    return new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(part)));
  }
}
