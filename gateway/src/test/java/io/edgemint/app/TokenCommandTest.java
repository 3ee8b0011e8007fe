package io.edgemint.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCommandTest {
  private static final String SECRET = "a secret of thirty-two bytes or more";

  private final StringWriter errors = new StringWriter();

  @TempDir Path folder;

  @Test
  void token_toANewFile_isReadableByItsOwnerAlone() throws IOException {
    Path out = folder.resolve("tokens.txt");

    assertThat(token("--count", "3", "--out", out.toString())).isZero();

    assertThat(Files.readAllLines(out)).hasSize(3);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
        .isEqualTo("rw-------");
  }

  @Test
  void token_toAFileThatStands_replacesWhatItHolds() throws IOException {
    Path out = folder.resolve("tokens.txt");
    Files.writeString(out, "something longer than one token\n".repeat(100));

    assertThat(token("--count", "1", "--out", out.toString())).isZero();

    assertThat(Files.readAllLines(out)).hasSize(1);
  }

  @Test
  void token_secretFileEndsWithALineBreak_signsWithoutIt() throws Exception {
    Path out = folder.resolve("tokens.txt");

    assertThat(token("--count", "1", "--out", out.toString())).isZero();

    String token = Files.readString(out).strip();
    int dot = token.lastIndexOf('.');
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(US_ASCII), "HmacSHA256"));
    assertThat(Base64.getUrlDecoder().decode(token.substring(dot + 1)))
        .isEqualTo(mac.doFinal(token.substring(0, dot).getBytes(US_ASCII)));
  }

  @Test
  void token_organisationsInAFile_takeTurns() throws IOException {
    Path orgs = Files.writeString(folder.resolve("orgs.txt"), "acme\nglobex\n\nacme\n");
    Path out = folder.resolve("tokens.txt");

    assertThat(token("--orgs", orgs.toString(), "--count", "4", "--out", out.toString())).isZero();

    assertThat(Files.readAllLines(out))
        .map(token -> new JsonObject(claims(token)))
        .map(claims -> claims.getString("sub") + " of " + claims.getString("org"))
        .containsExactly("d-1 of acme", "d-2 of globex", "d-3 of acme", "d-4 of acme");
  }

  @Test
  void token_orgsWithoutCountOrBesideOrg_saysWhatGoesTogether() throws IOException {
    Path orgs = Files.writeString(folder.resolve("orgs.txt"), "acme\n");
    Path empty = Files.writeString(folder.resolve("empty.txt"), "\n");

    assertThat(token("--orgs", orgs.toString())).isOne();
    assertThat(said()).contains("--orgs goes with --count and without --org");
    assertThat(token("--orgs", orgs.toString(), "--count", "1", "--org", "acme")).isOne();
    assertThat(said()).contains("--orgs goes with --count and without --org");
    assertThat(token("--orgs", empty.toString(), "--count", "1")).isOne();
    assertThat(said()).contains("empty.txt names no organisation");
    assertThat(token("--count", "0")).isOne();
    assertThat(said()).contains("--count is a number from 1 on, not 0");
  }

  private static String claims(String token) {
    return new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), US_ASCII);
  }

  private String said() {
    return errors.toString();
  }

  private int token(String... more) throws IOException {
    Path key = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    String[] common = {
      "token", "--hs256", "--key", key.toString(), "--iss", "i", "--aud", "a", "--sub", "d"
    };
    String[] all = new String[common.length + more.length];
    System.arraycopy(common, 0, all, 0, common.length);
    System.arraycopy(more, 0, all, common.length, more.length);
    errors.getBuffer().setLength(0);
    return Main.run(all, new PrintWriter(new StringWriter()), new PrintWriter(errors, true));
  }
}
