package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.KeyPairs;
import io.edgemint.SelfSigned;
import io.edgemint.http.TlsSettings.KeyPairFiles;
import io.edgemint.signing.PemForms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateTest {
  private static final Instant END = Instant.parse("2030-01-02T03:04:05Z");
  private static final KeyPair RSA = KeyPairs.rsa(2048);
  private static final KeyPair P256 = KeyPairs.ec("secp256r1");
  private static final KeyPair ED25519 = KeyPairs.of("Ed25519");

  @TempDir Path folder;

  private KeyPairFiles files(String chain, String key) throws IOException {
    return new KeyPairFiles(
        Files.writeString(folder.resolve("edge.pem"), chain),
        Files.writeString(folder.resolve("edge.key"), key));
  }

  private static String chain(KeyPair pair) {
    return SelfSigned.of("a.test", pair, END).chain();
  }

  @Test
  void read_everyFormOfKey_isTakenAsItStands() throws IOException {
    for (KeyPair pair : List.of(RSA, P256, KeyPairs.ec("secp384r1"))) {
      String key = KeyPairs.pem(pair.getPrivate());
      String chain = chain(pair);
      Certificate read = Certificate.read(files(chain, key));
      assertThat(read.notAfter()).isEqualTo(END);
      assertThat(read.key().toString()).isEqualTo(key);
      assertThat(read.chain().toString()).isEqualTo(chain);
    }
    String pkcs1 = PemForms.pkcs1(RSA);
    assertThat(Certificate.read(files(chain(RSA), pkcs1)).key().toString()).isEqualTo(pkcs1);
    String sec1 = PemForms.sec1(P256);
    assertThat(Certificate.read(files(chain(P256), sec1)).key().toString()).isEqualTo(sec1);
  }

  @Test
  void read_chainOfSeveral_endsWithItsFirst() throws IOException {
    String above = SelfSigned.of("a.test", RSA, END.plusSeconds(1)).chain();
    Certificate read =
        Certificate.read(files(chain(P256) + above, KeyPairs.pem(P256.getPrivate())));
    assertThat(read.notAfter()).isEqualTo(END);
  }

  @Test
  void read_keyOfAnotherCertificate_isRefused() throws IOException {
    for (KeyPair other : List.of(KeyPairs.ec("secp256r1"), KeyPairs.ec("secp384r1"))) {
      assertRefused(
          files(chain(P256), KeyPairs.pem(other.getPrivate())),
          "key: " + folder.resolve("edge.key") + " does not belong to the certificate in ",
          folder.resolve("edge.pem").toString());
    }
    for (int bits : List.of(2048, 3072)) {
      String other = KeyPairs.pem(KeyPairs.rsa(bits).getPrivate());
      assertRefused(files(chain(RSA), other), "edge.key does not belong to the certificate in ");
    }
  }

  @Test
  void read_keyOfAnotherKind_isRefused() throws IOException {
    for (KeyPair other : List.of(RSA, ED25519)) {
      assertRefused(
          files(chain(P256), KeyPairs.pem(other.getPrivate())),
          "edge.key are not PEM certificates and the plain PEM private key (RSA or EC) of the"
              + " first");
    }
    assertRefused(files(chain(ED25519), KeyPairs.pem(ED25519.getPrivate())), "(RSA or EC)");
  }

  @Test
  void read_certificateThatNoHandshakeShows_isRefusedWithTheFix() throws IOException {
    KeyPair p521 = KeyPairs.ec("secp521r1");
    assertRefused(
        files(chain(p521), KeyPairs.pem(p521.getPrivate())),
        "chain: no handshake succeeds with the certificate in " + folder.resolve("edge.pem"),
        "use a key on P-256");
  }

  @Test
  void read_missingFile_isNamedWithTheFix() throws IOException {
    KeyPairFiles there = files(chain(P256), KeyPairs.pem(P256.getPrivate()));
    Path nowhere = folder.resolve("nowhere.pem");
    assertRefused(
        new KeyPairFiles(nowhere, there.key()), "chain: " + nowhere + " cannot be read; write it");
    assertRefused(
        new KeyPairFiles(there.chain(), nowhere), "key: " + nowhere + " cannot be read; write it");
    assertRefused(new KeyPairFiles(there.chain(), folder), "key: " + folder + " cannot be read");
  }

  @Test
  void read_muchTooLarge_isNotRead() throws IOException {
    String most = " ".repeat((1 << 20) + 1);
    assertRefused(files(most, ""), "chain: " + folder.resolve("edge.pem"), "more than 1 MiB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no PEM",
        "-----BEGIN PRIVATE KEY-----\n*** not base64 ***\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nbm8gREVSIGF0IGFsbA==\n-----END PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nbm8gREVSIGF0IGFsbA==\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nbm8gREVSIGF0IGFsbA==\n-----END EC PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nbm8gREVSIGF0IGFsbA==\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nbm8g\n-----END ENCRYPTED PRIVATE KEY-----\n"
      })
  void read_garbage_isRefusedByNameAndNothingOfItIsTold(String garbage) throws IOException {
    String key = KeyPairs.pem(P256.getPrivate());
    String chain = folder.resolve("edge.pem").toString();
    assertRefused(files(chain(P256), garbage), chain, "edge.key", "the plain PEM private key");
    assertRefused(files(garbage, key), chain, "edge.key", "are not PEM certificates");
  }

  @Test
  void read_brokenKey_isNotQuoted() throws IOException {
    String whole = KeyPairs.pem(RSA.getPrivate());
    for (int end = 100; end < whole.length(); end += 97) {
      String broken = whole.substring(0, end) + "\n-----END PRIVATE KEY-----\n";
      assertRefused(files(chain(RSA), broken), "edge.key");
    }
  }

  @Test
  void toString_key_isLeftOut() throws IOException {
    String key = KeyPairs.pem(P256.getPrivate());
    assertThat(Certificate.read(files(chain(P256), key)).toString())
        .isEqualTo("Certificate[notAfter=2030-01-02T03:04:05Z]");
  }

  /** Each refusal says these things, and shows nothing of the key. */
  private static void assertRefused(KeyPairFiles files, String... parts) throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Certificate.read(files))
        .withMessageContainingAll(parts)
        .withNoCause()
        .satisfies(
            refusal -> {
              for (String secret : secrets(files.key())) {
                assertThat(refusal.getMessage()).doesNotContain(secret);
              }
            });
  }

  private static List<String> secrets(Path key) throws IOException {
    if (!Files.isRegularFile(key)) {
      return List.of();
    }
    String body = Files.readString(key).replaceAll("-----[^-]+-----|\\s", "");
    return body.length() < 8
        ? List.of()
        : List.of(body.substring(0, 8), body.substring(body.length() - 8));
  }
}
