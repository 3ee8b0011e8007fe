package io.edgemint.http;

import io.edgemint.http.TlsSettings.KeyPairFiles;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;

/**
 * A certificate of the edge and its private key as they were read, and found to belong together.
 *
 * @param chain PEM
 * @param key PEM; PKCS#8, PKCS#1 or SEC 1
 * @param notAfter when it ends
 */
record Certificate(Buffer chain, Buffer key, Instant notAfter) {
  private static final long MOST = 1 << 20;

  /**
   * Reads a pair of files; blocks.
   *
   * @throws IllegalArgumentException if a file cannot be read or the two do not belong together;
   *     the message names the file and the fix
   */
  static Certificate read(KeyPairFiles files) {
    Buffer chain = content(files.chain(), "chain");
    Buffer key = content(files.key(), "key");
    KeyManagerFactory parsed = parsed(chain, key, files);
    X509Certificate leaf = leaf(parsed, files);
    if (!TrialHandshake.succeeds(parsed)) {
      throw new IllegalArgumentException(
          "chain: no handshake succeeds with the certificate in "
              + files.chain()
              + "; use a key on P-256 or P-384, or RSA of 2048 to 4096 bits");
    }
    return new Certificate(chain, key, leaf.getNotAfter().toInstant());
  }

  private static Buffer content(Path file, String member) {
    try {
      if (Files.size(file) > MOST) {
        throw new IllegalArgumentException(member + ": " + file + " has more than 1 MiB");
      }
      return Buffer.buffer(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          member + ": " + file + " cannot be read; write it, readable by this user");
    }
  }

  private static X509Certificate leaf(KeyManagerFactory parsed, KeyPairFiles files) {
    X509KeyManager pair = (X509KeyManager) parsed.getKeyManagers()[0];
    for (String type : new String[] {"EC", "RSA"}) {
      String[] aliases = pair.getServerAliases(type, null);
      if (aliases != null) {
        X509Certificate leaf = pair.getCertificateChain(aliases[0])[0];
        requirePair(leaf, pair.getPrivateKey(aliases[0]), files);
        return leaf;
      }
    }
    throw new IllegalArgumentException(
        "chain: the certificate in " + files.chain() + " is for no RSA or EC key");
  }

  private static KeyManagerFactory parsed(Buffer chain, Buffer key, KeyPairFiles files) {
    try {
      // No file is left to be read by it, so it needs no Vert.x.
      return new PemKeyCertOptions()
          .addCertValue(chain)
          .addKeyValue(key)
          .getKeyManagerFactory(null);
    } catch (Exception e) {
      // What the parsers say is about their own insides, and might quote a key.
      throw new IllegalArgumentException(
          "chain and key: "
              + files.chain()
              + " and "
              + files.key()
              + " are not PEM certificates and the plain PEM private key (RSA or EC) of the first");
    }
  }

  private static void requirePair(X509Certificate leaf, PrivateKey key, KeyPairFiles files) {
    String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    byte[] anything = files.chain().toString().getBytes(StandardCharsets.UTF_8);
    boolean together;
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(anything);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(leaf.getPublicKey());
      verifier.update(anything);
      together = verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      together = false; // Of two sizes.
    }
    if (!together) {
      throw new IllegalArgumentException(
          "key: " + files.key() + " does not belong to the certificate in " + files.chain());
    }
  }

  /** Leaves out the key. */
  @Override
  public String toString() {
    return "Certificate[notAfter=" + notAfter + "]";
  }
}
