package io.edgemint.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Fetches secrets from where they lie; the messages name neither the place nor the content. */
final class SecretSource {
  /** The longest secret, in bytes. */
  static final int MAX_BYTES = 64 << 10;

  private SecretSource() {}

  /** Reads a file without its last line break, which most editors add. */
  static Secret file(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] read = in.readNBytes(MAX_BYTES + 1);
      int length = lengthWithoutLineBreak(read);
      byte[] secret = Arrays.copyOf(read, length);
      Arrays.fill(read, (byte) 0);
      return checked(secret, "the file");
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "no file of this name can be read; a relative name begins at the settings file's folder",
          e);
    }
  }

  /** Takes the text itself. */
  static Secret inline(String text) {
    return checked(text.getBytes(StandardCharsets.UTF_8), "the secret");
  }

  /** Reads a variable. */
  static Secret variable(String name, Map<String, String> environment) {
    String value = environment.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no environment variable of this name is set; set it");
    }
    return checked(value.getBytes(StandardCharsets.UTF_8), "the environment variable");
  }

  private static Secret checked(byte[] secret, String where) {
    if (secret.length == 0) {
      throw new IllegalArgumentException(where + " is empty; put the secret there");
    }
    if (secret.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          where + " is larger than " + MAX_BYTES + " bytes; is it the right one?");
    }
    return new Secret(secret);
  }

  private static int lengthWithoutLineBreak(byte[] read) {
    int length = read.length;
    if (length > 0 && read[length - 1] == '\n') {
      length--;
      if (length > 0 && read[length - 1] == '\r') {
        length--;
      }
    }
    return length;
  }
}
