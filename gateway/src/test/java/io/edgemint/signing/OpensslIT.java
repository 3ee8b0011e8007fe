package io.edgemint.signing;

import static io.edgemint.signing.Storages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.OrgId;
import io.edgemint.signing.CryptoProvider.Choice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys that OpenSSL makes are read, and links that are signed are verified by OpenSSL. */
class OpensslIT {
  @TempDir private Path folder;

  @BeforeAll
  static void needsOpenssl() {
    boolean there;
    try {
      there = new ProcessBuilder("openssl", "version").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      there = false;
    }
    assumeTrue(there, "openssl is not on the path");
  }

  @ParameterizedTest
  @CsvSource({
    "RSA_2048, SHA1, AUTO",
    "RSA_2048, SHA256, AUTO",
    "ECDSA_P256, SHA1, AUTO",
    "ECDSA_P256, SHA256, AUTO",
    "RSA_2048, SHA1, JDK",
    "RSA_2048, SHA256, JDK",
    "ECDSA_P256, SHA1, JDK",
    "ECDSA_P256, SHA256, JDK"
  })
  void link_eachKindOfKey_isVerifiedByOpenssl(KeyAlgorithm algorithm, Hash hash, Choice choice)
      throws Exception {
    CryptoProvider crypto = CryptoProvider.install(choice);
    SigningKeyPair pair = new SigningKeys(crypto).generate(algorithm);
    var cdn = Storages.cloudFront("d111111abcdef8.cloudfront.net", "prod/");
    var signer = new CloudFrontSigner(crypto, new OrgId("acme"), cdn, "K1", pair, hash);
    SignedUrl link = SignedUrl.of(signer.link(key("fw/1.2.3.bin"), null, 0, 1_795_176_000));

    Files.writeString(folder.resolve("public.pem"), pair.publicPem());
    Files.write(folder.resolve("policy"), link.policy());
    Files.write(folder.resolve("signature"), link.signature());

    String digest = "-" + hash.name().toLowerCase(Locale.ROOT);
    assertThat(
            openssl("dgst", digest, "-verify", "public.pem", "-signature", "signature", "policy"))
        .contains("Verified OK");
  }

  static List<String> recipes() {
    return List.of(
        "genrsa -traditional -out key.pem 2048",
        "genrsa -out key.pem 2048",
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem",
        "ecparam -name prime256v1 -genkey -out key.pem",
        "ecparam -name prime256v1 -genkey -noout -out key.pem",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem",
        "ecparam -name prime256v1 -genkey -noout -out a.pem;ec -in a.pem -no_public -out key.pem",
        "ecparam -name prime256v1 -genkey -noout -out a.pem;"
            + "ec -in a.pem -conv_form compressed -out key.pem",
        "ecparam -name prime256v1 -genkey -noout -out a.pem;"
            + "ec -in a.pem -param_enc explicit -out b.pem;"
            + "ec -in b.pem -param_enc named_curve -out key.pem");
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void read_keyMadeByOpenssl_hasThePublicHalfThatOpensslFinds(String recipe) throws Exception {
    make(recipe);
    String expected =
        recipe.contains("rsa") || recipe.contains("RSA")
            ? openssl("pkey", "-in", "key.pem", "-pubout")
            : openssl("ec", "-in", "key.pem", "-pubout", "-conv_form", "uncompressed");
    String pem = Files.readString(folder.resolve("key.pem"));

    for (Choice choice : Choice.values()) {
      SigningKeyPair read = new SigningKeys(CryptoProvider.install(choice)).read(pem);

      assertThat(read.publicPem()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'genrsa -aes128 -passout pass:secret -out key.pem 2048', encrypted",
    "'genrsa -aes128 -passout pass:secret -traditional -out key.pem 2048', encrypted",
    "'genrsa -out key.pem 4096', 4096 bits",
    "'ecparam -name secp384r1 -genkey -out key.pem', another curve",
    "'ecparam -name prime256v1 -genkey -param_enc explicit -out key.pem', spells its curve out",
    "'genpkey -algorithm ed25519 -out key.pem', of another kind",
    "'genpkey -algorithm rsa-pss -pkeyopt rsa_keygen_bits:2048 -out key.pem', RSASSA-PSS alone",
    "'genrsa -out a.pem 2048;rsa -in a.pem -pubout -out key.pem', only the public half",
    "'genrsa -out a.pem 2048;rsa -in a.pem -RSAPublicKey_out -out key.pem', RSA PUBLIC KEY",
    "'req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout a.pem -out key.pem', a certificate",
    "'genrsa -out a.pem 2048;rsa -in a.pem -outform DER -out key.pem', -inform DER"
  })
  void read_whatCloudFrontDoesNotTake_isRefusedByItsName(String recipe, String named)
      throws Exception {
    make(recipe);
    String pem = Files.readString(folder.resolve("key.pem"), StandardCharsets.ISO_8859_1);

    for (Choice choice : Choice.values()) {
      SigningKeys keys = new SigningKeys(CryptoProvider.install(choice));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> keys.read(pem))
          .withMessageContaining(named);
    }
  }

  @ParameterizedTest
  @EnumSource
  void pkcs8_keyMadeHere_isOneForOpenssl(KeyAlgorithm algorithm) throws Exception {
    SigningKeyPair pair = new SigningKeys(CryptoProvider.install(Choice.AUTO)).generate(algorithm);
    Files.write(folder.resolve("key.der"), pair.pkcs8());

    assertThat(openssl("pkey", "-inform", "DER", "-in", "key.der", "-pubout"))
        .isEqualTo(pair.publicPem());
  }

  private void make(String recipe) throws Exception {
    for (String command : recipe.split(";", -1)) {
      openssl(command.split(" ", -1));
    }
  }

  private String openssl(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(errors.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue())
        .as(() -> String.join(" ", command) + ": " + read(errors))
        .isZero();
    return output;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
