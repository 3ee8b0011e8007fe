package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.signing.CryptoProvider.Choice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CryptoProviderIT {
  /** A process that cannot unpack the library signs nevertheless, and says why it is slower. */
  @Test
  void install_nowhereToUnpackTheLibrary_fallsBackAndSigns() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dcom.amazon.corretto.crypto.provider.tmpdir=/dev/null/nowhere",
                "-cp",
                System.getProperty("java.class.path"),
                Start.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output)
        .contains("Cryptography: the JDK's own, for Amazon Corretto Crypto Provider did not load")
        .contains("made SigningKeyPair[ECDSA_P256]");
  }

  /** What a start does first. */
  static final class Start {
    private Start() {}

    public static void main(String[] args) {
      CryptoProvider crypto = CryptoProvider.install(Choice.AUTO);
      System.out.println(crypto.sentence());
      System.out.println("made " + new SigningKeys(crypto).generate(KeyAlgorithm.ECDSA_P256));
    }
  }
}
