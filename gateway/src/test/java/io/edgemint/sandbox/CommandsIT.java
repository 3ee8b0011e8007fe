package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.app.Main;
import io.edgemint.canary.Canaries;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An operator at the command line, beside a gateway that serves. */
class CommandsIT extends InSandbox {
  private static String run(int status, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("-s");
    all.add(running().world().files().settings().toString());
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(all.toArray(String[]::new), out, out))
        .as(said.toString())
        .isEqualTo(status);
    Canaries.heard("what commands say", said.toString());
    assertThat(said.toString()).doesNotContain("Exception", "at io.");
    return said.toString();
  }

  private static Answer ask(String org) {
    String token = running().world().files().tokens().get(org + "-device");
    return Viewer.send(
        "GET",
        running().edge() + "/v1/links/" + Firmware.SMALL.key(),
        Map.of("Authorization", "Bearer " + token));
  }

  @Test
  void suspend_andResume_reachDevices() throws Exception {
    assertThat(run(0, "backend", "suspend", "initech", "prod")).contains("active, suspended");
    Patience.until(() -> ask("initech").status() == 503);
    Answer held = ask("initech");
    assertThat(new JsonObject(held.text()).getString("code")).isEqualTo("backend_suspended");
    assertThat(held.header("retry-after")).isNotEmpty();
    assertThat(run(0, "explain", "initech", "fw/a")).contains("backend_suspended");
    run(0, "backend", "resume", "initech", "prod");
    Patience.until(() -> ask("initech").status() == 200);
  }

  @Test
  void revoke_andLift_reachDevices() throws Exception {
    String revoked = run(0, "revoke", "initech", "--subject", "device-1", "--reason", "stolen");
    assertThat(revoked).contains("initech: subject device-1 is revoked", "end by 20");
    Patience.until(() -> ask("initech").status() == 403);
    assertThat(new JsonObject(ask("initech").text()).getString("code")).isEqualTo("revoked");
    assertThat(run(0, "revoke", "initech", "--subject", "device-1")).contains("was revoked before");
    assertThat(run(0, "revoke", "initech", "--everything", "--dry-run")).contains("--dry-run");
    assertThat(run(0, "revocations", "initech")).isEqualToIgnoringNewLines("subject device-1");
    assertThat(run(0, "revoke", "initech", "--subject", "device-1", "--lift"))
        .contains("is lifted");
    Patience.until(() -> ask("initech").status() == 200);
    assertThat(run(0, "revocations", "initech")).contains("nothing is revoked");
    assertThat(run(1, "revoke", "nobody", "--everything")).contains("there is no organisation");
    assertThat(run(1, "revoke", "initech", "--key-prefix", "/fw")).contains("no key begins");
    run(2, "revoke", "initech");
    run(2, "revoke", "initech", "--everything", "--subject", "a");
  }

  @Test
  void key_wholeRound_isToldStepByStep() {
    String added = run(0, "key", "add", "acme", "prod", "next");
    assertThat(added).contains("edgemint key register acme prod next K...");
    String publicKey = added.substring(added.indexOf("-----BEGIN"));
    assertThat(run(1, "key", "promote", "acme", "prod", "next")).contains("has no id");
    assertThat(run(1, "key", "register", "acme", "prod", "next", "no id"))
        .contains("K2JCJMDEHXQW5F");
    run(0, "key", "register", "acme", "prod", "next", "KACMENEXT01");
    assertThat(run(1, "key", "promote", "acme", "prod", "next"))
        .as("the distribution does not know it yet")
        .contains("key_unknown", "is not promoted");
    running().world().acmeCdn().trust("KACMENEXT01", publicKey);
    assertThat(run(0, "key", "promote", "acme", "prod", "next")).contains("signs now");
    assertThat(run(1, "key", "retire", "acme", "prod", "sandbox")).contains("live until");
  }

  @Test
  void explain_knownOrg_saysWhichBackendAndWhy() {
    assertThat(run(0, "explain", "acme", "fw/a", "--subject", "dev-1"))
        .contains("\"via\" : \"cloudfront\"", "granted", "revision 1, is active")
        .doesNotContain("Signature=");
    assertThat(run(0, "explain", "umbrella", "other/a"))
        .contains("default storage serves", "key_not_entitled");
    assertThat(run(1, "explain", "nobody", "fw/a")).contains("there is no organisation");
  }

  @Test
  void setup_keyPairInsteadOfARole_saysThatThereIsNothingToSetUp() {
    assertThat(run(1, "backend", "setup", "acme", "prod")).contains("set-up is for Amazon S3");
  }

  @Test
  void rollback_nothingBefore_saysWhatElse() {
    assertThat(run(1, "backend", "rollback", "globex", "prod")).contains("suspend it");
    assertThat(run(1, "backend", "failover", "globex", "prod")).contains("no standby");
  }
}
