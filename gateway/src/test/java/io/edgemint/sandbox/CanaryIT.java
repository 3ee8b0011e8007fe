package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.canary.Canary;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Comes last: nothing that all tests of this run made the program write holds a secret. */
class CanaryIT extends InSandbox {
  private static Viewer.Answer device(String token) {
    return Viewer.send(
        "GET", running().edge() + "/v1/links/fw/a?x=1", Map.of("Authorization", "Bearer " + token));
  }

  private static Viewer.Answer admin(String method, String path, String body) {
    return Viewer.send(
        method,
        running().admin() + "/admin/v1/orgs/" + path,
        Map.of("Authorization", "Bearer " + running().adminToken()),
        body.getBytes(StandardCharsets.UTF_8));
  }

  /** What brings secrets close to where something is written: all kinds of success and failure. */
  private static void provoke() {
    Map<String, String> tokens = running().world().files().tokens();
    for (String token : tokens.values()) {
      device(token);
      device(token + "x");
      device(token.replace('.', ' '));
      device("x" + token);
    }
    for (Tenant tenant : Tenant.ALL) {
      String secret = tenant.account().secretAccessKey();
      admin("POST", tenant.id() + "/backends/prod/validate", "");
      admin("GET", tenant.id(), "");
      admin("GET", tenant.id() + "/explain?key=fw/a&subject=device-1", "");
      JsonObject credentials =
          new JsonObject().put("access_key_id", "AKIDEXAMPLE").put("secret_access_key", secret);
      for (Object wrong : new Object[] {credentials, credentials.encode(), secret}) {
        JsonObject s3 =
            new JsonObject()
                .put("bucket", tenant.bucket())
                .put("region", S3Server.REGION)
                .put("endpoint", running().world().s3().base().toString())
                .put("path_style", true)
                .put("credentials", new JsonObject().put("static", wrong));
        admin(
            "PUT",
            tenant.id() + "/backends/other",
            new JsonObject().put("upload", new JsonObject().put("s3", s3)).encode());
      }
      admin("POST", tenant.id() + "/backends/other/validate", "");
      admin("PUT", tenant.id() + "/backends/prod", "{\"upload\": " + secret);
    }
    Viewer.get(running().admin() + "/metrics");
  }

  @Test
  void everythingWritten_holdsNoSecret() throws Exception {
    provoke();

    Canary.Report report = Canary.look();

    assertThat(report.secrets()).as("marked secrets").isGreaterThan(20);
    assertThat(report.places())
        .as("what was looked at")
        .containsKeys(
            "standard output", "standard error", "answers of gateways", "what commands say");
    assertThat(report.places().keySet())
        .anyMatch(place -> place.endsWith("registry.db"))
        .anyMatch(place -> place.endsWith("registry.db-wal"));
    System.out.printf(
        "canaries: %d secrets, %d places, %d bytes%n",
        report.secrets(),
        report.places().size(),
        report.places().values().stream().mapToLong(Long::longValue).sum());
    assertThat(report.leaks()).isEmpty();
  }
}
