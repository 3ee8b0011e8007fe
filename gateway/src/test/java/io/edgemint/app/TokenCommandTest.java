package io.edgemint.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

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

  private int token(String... more) throws IOException {
    Path key = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    String[] common = {
      "token", "--hs256", "--key", key.toString(), "--iss", "i", "--aud", "a", "--sub", "d"
    };
    String[] all = new String[common.length + more.length];
    System.arraycopy(common, 0, all, 0, common.length);
    System.arraycopy(more, 0, all, common.length, more.length);
    return Main.run(all, new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()));
  }
}
