package io.edgemint.admin;

import static io.edgemint.admin.AdminWorld.staff;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminDoorTest {
  @Test
  void bootstrapTokenOff_noFileIsMadeAndIssuersAloneLetIn(@TempDir Path folder) {
    try (AdminWorld world = new AdminWorld(folder, "off", "none")) {
      assertThat(world.tokenFile()).doesNotExist();
      assertThat(world.get("/admin/v1/orgs", staff("olga", null, Mandate.OPERATOR)).status())
          .isEqualTo(200);
      assertThat(world.said)
          .contains(
              "Administrators get in by tokens of https://staff.test; the token file does not"
                  + " count.");
    }
  }

  @Test
  void badTokens_tooManyFromOneAddress_areNoLongerLookedAt(@TempDir Path folder) {
    try (AdminWorld world = new AdminWorld(folder, "on", "3/h")) {
      String known = staff("olga", null, Mandate.OPERATOR);
      assertThat(world.get("/admin/v1/orgs", known).status()).isEqualTo(200);
      for (int i = 0; i < 3; i++) {
        assertThat(world.get("/admin/v1/orgs", "bad" + i).status()).isEqualTo(401);
      }
      Answer held = world.get("/admin/v1/orgs", staff("otto", null, Mandate.OPERATOR));
      assertThat(held.status()).isEqualTo(429);
      assertThat(AdminWorld.code(held)).isEqualTo("rate_limited");
      assertThat(world.get("/admin/v1/orgs", known).status()).as("known before").isEqualTo(200);
      assertThat(world.get("/admin/v1/orgs", world.bootstrap()).status()).isEqualTo(200);
      assertThat(world.device("bad").status()).as("devices have their own").isEqualTo(401);
    }
  }

  @Test
  void subject_thatDoesNotPrint_isEscapedInTheAuditTrail(@TempDir Path folder)
      throws InterruptedException {
    try (AdminWorld world = new AdminWorld(folder).withOrgs()) {
      String token = staff("\u202eagnes\u2028|admin token", null, Mandate.OPERATOR);
      Answer revoked =
          world.call(
              "POST",
              "/admin/v1/orgs/acme/revocations?wait=false",
              token,
              java.util.Map.of("X-Actor", "x"),
              "{\"everything\": true}");
      assertThat(revoked.status()).as(revoked.text()).isEqualTo(200);
      assertThat(world.lastChange().getString("actor"))
          .isEqualTo("https://staff.test|\\u{202e}agnes\\u{2028}|admin token");
    }
  }

  @Test
  void audit_pages_newestFirstWithoutGapOrDoubling(@TempDir Path folder)
      throws InterruptedException {
    try (AdminWorld world = new AdminWorld(folder).withOrgs()) {
      String viewer = staff("vera", null, Mandate.VIEWER);
      String next = "";
      StringBuilder versions = new StringBuilder();
      do {
        JsonObject page =
            new JsonObject(world.get("/admin/v1/audit?limit=3" + next, viewer).text());
        page.getJsonArray("entries")
            .forEach(it -> versions.append(((JsonObject) it).getLong("version")).append(' '));
        next = page.containsKey("next") ? "&before=" + page.getLong("next") : "";
      } while (!next.isEmpty());
      assertThat(versions).hasToString("4 3 2 1 ");
      JsonObject last = world.lastChange();
      assertThat(last.getString("actor")).isEqualTo("admin token");
      assertThat(last.getString("action")).isEqualTo("put");
      assertThat(last.getString("org")).isEqualTo("globex");
      assertThat(last.getString("at")).matches("20\\d\\d-\\d\\d-\\d\\dT.*Z");
      assertThat(last.getString("before")).hasSize(64);
      assertThat(last.getString("after")).hasSize(64).isNotEqualTo(last.getString("before"));
      assertThat(last.getString("chain")).hasSize(64);
      for (String bad :
          new String[] {"limit=0", "limit=1001", "limit=x", "before=-1", "before=0"}) {
        assertThat(world.get("/admin/v1/audit?" + bad, viewer).status()).as(bad).isEqualTo(400);
      }
    }
  }
}
