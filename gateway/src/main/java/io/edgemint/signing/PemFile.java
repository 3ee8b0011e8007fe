package io.edgemint.signing;

import io.edgemint.signing.KeyMaterial.Form;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys in a PEM text (RFC 7468, and the older forms of OpenSSL): one private key and perhaps
 * its public half. Text around them, line ends of any kind and EC parameters, which the key itself
 * repeats, do not matter; whatever else a file may hold is refused by its name.
 */
final class PemFile {
  private static final int MAX_LENGTH = 65_536;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final Pattern ENCRYPTED = Pattern.compile("Proc-Type:\\s*4\\s*,\\s*ENCRYPTED");

  private @Nullable KeyMaterial privateKey;
  private byte @Nullable [] publicKey;

  private PemFile() {}

  /**
   * Reads the one private key.
   *
   * @throws IllegalArgumentException if there is none, or anything that does not belong; the
   *     message names it and the fix
   */
  static PemFile ofPrivateKey(CharSequence pem) {
    PemFile file = read(pem);
    if (file.privateKey == null) {
      throw refused(
          file.publicKey == null
              ? "no complete PEM block; a DER file becomes one by"
                  + " 'openssl pkey -inform DER -in key.der -out key.pem'"
              : "only the public half; the private one is needed, which CloudFront never has");
    }
    return file;
  }

  /** Reads the one public key, as DER (SubjectPublicKeyInfo). */
  static byte[] publicKey(CharSequence pem) {
    PemFile file = read(pem);
    if (file.publicKey == null || file.privateKey != null) {
      throw refused(
          "the public half is not one PUBLIC KEY; make it by"
              + " 'openssl pkey -in key.pem -pubout -out public.pem'");
    }
    return file.publicKey;
  }

  /** The private key; only there if one was asked for. */
  KeyMaterial privateKey() {
    if (privateKey == null) {
      throw new IllegalStateException("no private key was asked for");
    }
    return privateKey;
  }

  /** The public half as DER (SubjectPublicKeyInfo), if the file has one beside the private key. */
  byte @Nullable [] publicKey() {
    return publicKey;
  }

  private static PemFile read(CharSequence pem) {
    if (pem.length() > MAX_LENGTH) {
      throw refused("more than 64 KiB of text; a key has less than 4 KiB");
    }
    PemFile file = new PemFile();
    Matcher block = BLOCK.matcher(pem);
    while (block.find()) {
      file.take(block.group(1), pem.subSequence(block.start(2), block.end(2)));
    }
    return file;
  }

  private void take(String label, CharSequence body) {
    switch (label) {
      case "EC PARAMETERS" -> {}
      case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY" -> takePrivate(label, body);
      case "PUBLIC KEY" -> {
        if (publicKey != null) {
          throw refused("several public keys; keep the one that belongs to the private key");
        }
        publicKey = decode(body);
      }
      case "ENCRYPTED PRIVATE KEY" -> throw encrypted();
      case "OPENSSH PRIVATE KEY" ->
          throw refused(
              "a private key in OpenSSH's own form; rewrite it by"
                  + " 'ssh-keygen -p -m PEM -N \"\" -f key.pem'");
      case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "CERTIFICATE REQUEST" ->
          throw refused("a certificate; remove it, CloudFront knows keys alone");
      default ->
          throw refused(
              "a PEM block '"
                  + label
                  + "'; give one private key, made by "
                  + KeyMaterial.MAKE_RSA
                  + " or "
                  + KeyMaterial.MAKE_P256);
    }
  }

  private void takePrivate(String label, CharSequence body) {
    if (ENCRYPTED.matcher(body).find()) {
      throw encrypted();
    }
    if (privateKey != null) {
      throw refused("several private keys; keep the one that belongs to the key id");
    }
    byte[] der = decode(body);
    try {
      privateKey =
          switch (label) {
            case "RSA PRIVATE KEY" -> KeyMaterial.read(Form.PKCS1, der);
            case "EC PRIVATE KEY" -> KeyMaterial.read(Form.SEC1, der);
            default -> KeyMaterial.read(Form.PKCS8, der);
          };
    } finally {
      Arrays.fill(der, (byte) 0);
    }
  }

  private static byte[] decode(CharSequence body) {
    byte[] base64 = new byte[body.length()];
    int length = 0;
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (!Character.isWhitespace(c)) {
        base64[length++] = (byte) Math.min(c, 0x7F);
      }
    }
    byte[] trimmed = Arrays.copyOf(base64, length);
    Arrays.fill(base64, (byte) 0);
    try {
      return Base64.getDecoder().decode(trimmed);
    } catch (IllegalArgumentException e) {
      throw refused("no base64 between BEGIN and END; copy the whole file again");
    } finally {
      Arrays.fill(trimmed, (byte) 0);
    }
  }

  private static IllegalArgumentException encrypted() {
    return refused(
        "an encrypted private key; the gateway seals it by itself, so give it plain:"
            + " 'openssl pkey -in key.pem -out plain.pem'");
  }

  /** A refusal in the one form that all of them have. */
  static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException("signing key: " + what);
  }
}
