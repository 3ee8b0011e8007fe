package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An organisation's admin at the administration of a gateway, over HTTP. */
final class RadosAdmin {
  private final URI operator;
  private final String token;

  RadosAdmin(URI operator, String token) {
    this.operator = operator;
    this.token = token;
  }

  /** Calls what stands below {@code /orgs/}, and gives what is answered. */
  Answer send(String method, String path, String body) {
    return send(method, path, Map.of(), body);
  }

  private Answer send(String method, String path, Map<String, String> more, String body) {
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Authorization", "Bearer " + token);
    return Viewer.send(
        method,
        operator + "/admin/v1/orgs/" + path,
        headers,
        body.getBytes(StandardCharsets.UTF_8));
  }

  /** Calls, and wants it done. */
  JsonObject call(String method, String path) {
    return done(send(method, path, ""));
  }

  /** Puts a new organisation. */
  void putOrg(String org, String body) {
    done(send("PUT", org, Map.of("If-None-Match", "*"), body));
  }

  /** Puts the backend {@code prod} of an organisation, on top of what stands now. */
  void putBackend(String org, String body) {
    String version = send("GET", org, "").header("etag");
    done(send("PUT", org + "/backends/prod", Map.of("If-Match", version), body));
  }

  /** What a validation of the backend {@code prod} finds: codes of failures and of warnings. */
  List<String> codes(String org) {
    JsonObject found = call("POST", org + "/backends/prod/validate");
    return found.getJsonArray("checks").stream()
        .map(check -> ((JsonObject) check).getString("code"))
        .filter(code -> !code.equals("ok"))
        .toList();
  }

  private static JsonObject done(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isIn(200, 201);
    return new JsonObject(answer.text());
  }
}
