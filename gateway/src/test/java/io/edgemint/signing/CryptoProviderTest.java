package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import io.edgemint.signing.CryptoProvider.Choice;
import java.security.NoSuchAlgorithmException;
import java.security.Security;
import org.junit.jupiter.api.Test;

class CryptoProviderTest {
  @Test
  void install_auto_putsCorrettoFirstAndSaysSo() throws Exception {
    CryptoProvider crypto = CryptoProvider.install(Choice.AUTO);

    assertThat(crypto.sentence())
        .startsWith("Cryptography: Amazon Corretto Crypto Provider 2.")
        .endsWith("self-tests passed.");
    assertThat(Security.getProviders()[0]).isInstanceOf(AmazonCorrettoCryptoProvider.class);
    assertThat(crypto.of("Signature", "SHA1withRSA").getName())
        .isEqualTo(AmazonCorrettoCryptoProvider.PROVIDER_NAME);
  }

  @Test
  void install_jdk_usesNoCorrettoEvenWhereItIsInstalled() throws Exception {
    Security.insertProviderAt(AmazonCorrettoCryptoProvider.INSTANCE, 1);

    CryptoProvider crypto = CryptoProvider.install(Choice.JDK);

    assertThat(crypto.sentence()).isEqualTo("Cryptography: the JDK's own, as the settings ask.");
    assertThat(crypto.of("Signature", "SHA1withRSA").getName()).isEqualTo("SunRsaSign");
    assertThat(crypto.of("KeyFactory", "EC").getName()).isEqualTo("SunEC");
  }

  @Test
  void of_serviceThatNobodyHas_isToldByItsName() {
    CryptoProvider crypto = CryptoProvider.install(Choice.JDK);

    assertThatExceptionOfType(NoSuchAlgorithmException.class)
        .isThrownBy(() -> crypto.of("Signature", "none of the kind"))
        .withMessage("Signature none of the kind");
  }

  @Test
  void install_libraryDoesNotLoad_fallsBackAndSaysWhy() throws Exception {
    CryptoProvider crypto =
        CryptoProvider.install(
            () -> {
              throw new UnsatisfiedLinkError("no amazonCorrettoCryptoProvider");
            });

    assertThat(crypto.sentence())
        .startsWith("Cryptography: the JDK's own, for Amazon Corretto Crypto Provider did not load")
        .contains("no amazonCorrettoCryptoProvider");
    assertThat(crypto.of("Signature", "SHA256withECDSA").getName()).isEqualTo("SunEC");
  }
}
