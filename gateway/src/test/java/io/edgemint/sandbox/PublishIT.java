package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.app.Main;
import io.edgemint.canary.Canaries;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The publisher's commands through a real gateway, and a device that reads what they brought. */
class PublishIT extends InSandbox {
  @TempDir private Path temp;
  private Path folder = Path.of("");

  @BeforeEach
  void setUp() throws Exception {
    folder = Files.createDirectories(temp.resolve("release"));
    byte[] large = new byte[(33 << 20) + 7];
    new Random(7).nextBytes(large);
    Files.write(folder.resolve("large.bin"), large);
    Files.write(folder.resolve("none.bin"), new byte[0]);
    Files.writeString(folder.resolve("five.bin"), "12345");
  }

  private static String run(int status, String command, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(more));
    arguments.addAll(
        List.of(
            "--gateway",
            running().edge().toString(),
            "--token-file",
            running().world().files().token("publisher").toString()));
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    assertThat(Main.run(arguments.toArray(String[]::new), out, out))
        .as(said.toString())
        .isEqualTo(status);
    Canaries.heard("what commands say", said.toString());
    return said.toString();
  }

  private static Answer device(String method, String path) {
    String token = running().world().files().tokens().get("acme-device");
    return Viewer.send(method, running().edge() + path, Map.of("Authorization", "Bearer " + token));
  }

  @Test
  void upload_folder_isWhatDevicesReadAndIsNotSentTwice() throws Exception {
    run(0, "upload", folder.toString(), "--prefix", "fw/3.0/");

    for (String name : List.of("large.bin", "none.bin", "five.bin")) {
      byte[] bytes = Files.readAllBytes(folder.resolve(name));
      JsonObject link = new JsonObject(device("GET", "/v1/links/fw/3.0/" + name).text());
      Answer read = Viewer.get(link.getString("url"));
      assertThat(read.status()).as(name).isEqualTo(200);
      assertThat(read.body().getBytes()).as(name).isEqualTo(bytes);

      Answer facts = device("HEAD", "/v1/downloads/fw/3.0/" + name);
      assertThat(facts.status()).as(name).isEqualTo(200);
      assertThat(facts.header("content-length")).isEqualTo(Integer.toString(bytes.length));
      assertThat(facts.header("repr-digest")).startsWith("sha-256=:");
    }
    assertThat(run(0, "upload", folder.toString(), "--prefix", "fw/3.0/")).contains("already");

    assertThat(run(0, "list", "fw/3.0/")).contains("fw/3.0/large.bin", "fw/3.0/five.bin");
    run(0, "delete", "--yes", "fw/3.0/large.bin", "fw/3.0/none.bin", "fw/3.0/five.bin");
    assertThat(run(0, "list", "fw/3.0/")).doesNotContain("large.bin");
    assertThat(device("HEAD", "/v1/downloads/fw/3.0/five.bin").status()).isEqualTo(404);
  }

  @Test
  void upload_otherBytesUnderAKeyThatIsThere_isRefused() throws Exception {
    Path other = Files.writeString(temp.resolve("other.bin"), "other");

    assertThat(run(1, "upload", other.toString(), "--key", Firmware.SMALL.key()))
        .contains("never overwritten");
  }
}
