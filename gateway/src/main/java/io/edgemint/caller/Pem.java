package io.edgemint.caller;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.InvalidKeySpecException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes a key out of a text with exactly one PEM block (RFC 7468). */
final class Pem {
  /** Takes back nothing, for a stranger's spaces would be looked through once for each of them. */
  private static final Pattern BLOCK =
      Pattern.compile(
          "\\s*+-----BEGIN ([A-Z0-9 ]++)-----\\s++([A-Za-z0-9+/=\\s]++)-----END \\1-----\\s*+");

  private Pem() {}

  /**
   * The bytes of the block.
   *
   * @param label what stands after BEGIN
   * @param fix how a file of another kind is turned into such a one
   * @throws IllegalArgumentException if there is no block, a second one, or one of another kind
   */
  static byte[] decode(String text, String label, String fix) {
    Matcher matcher = BLOCK.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "expected a text with one PEM block, -----BEGIN " + label + "-----");
    }
    if (!matcher.group(1).equals(label)) {
      throw new IllegalArgumentException(
          "expected the PEM block " + label + " but found " + matcher.group(1) + ": " + fix);
    }
    return Base64.getMimeDecoder().decode(matcher.group(2));
  }

  /**
   * The bytes of each block of a text that holds nothing but blocks with this label; empty if it
   * holds anything else.
   */
  static Optional<List<byte[]>> blocks(String text, String label) {
    List<byte[]> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    int end = 0;
    while (matcher.lookingAt() && matcher.group(1).equals(label)) {
      try {
        blocks.add(Base64.getDecoder().decode(matcher.group(2).replaceAll("\\s", "")));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
      end = matcher.end();
      matcher.region(end, text.length());
    }
    return end == text.length() ? Optional.of(blocks) : Optional.empty();
  }

  /**
   * A key of whichever kind its encoding says: RSA, EC or Ed25519.
   *
   * @throws IllegalArgumentException if it is of no such kind
   */
  static <K> K keyOfAnyKind(KeyReader<K> reader) {
    for (String kind : List.of("RSA", "EC", "Ed25519")) {
      try {
        return reader.read(KeyFactory.getInstance(kind));
      } catch (InvalidKeySpecException e) {
        // Not of this kind, but perhaps of the next.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java has no keys of kind " + kind, e);
      }
    }
    throw new IllegalArgumentException("the PEM block holds no RSA, P-256 or Ed25519 key");
  }

  /** Makes a key if the bytes are of the factory's kind. */
  @FunctionalInterface
  interface KeyReader<K> {
    K read(KeyFactory factory) throws InvalidKeySpecException;
  }
}
