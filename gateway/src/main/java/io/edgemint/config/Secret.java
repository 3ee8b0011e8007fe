package io.edgemint.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A secret from a file or from the environment; it prints as {@code [redacted]}. */
public final class Secret {
  private final byte[] bytes;

  /** Keeps the array itself. */
  Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy; the caller wipes it after use. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The secret read as UTF-8; the caller wipes the array after use. */
  public char[] chars() {
    CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
    char[] chars = new char[decoded.remaining()];
    decoded.get(chars);
    Arrays.fill(decoded.array(), '\0');
    return chars;
  }

  /** Overwrites the secret; what is read afterwards is zeros. */
  public void wipe() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "[redacted]";
  }
}
