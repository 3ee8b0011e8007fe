package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.edgemint.KeyPairs;
import io.edgemint.Seeded;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.signing.CryptoProvider.Choice;
import java.math.BigInteger;
import java.nio.CharBuffer;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningKeysTest {
  private static final byte[] NONE = {};
  private static final KeyPair RSA = KeyPairs.rsa(2048);
  private static final KeyPair OTHER_RSA = KeyPairs.rsa(2048);
  private static final KeyPair P256 = KeyPairs.ec("secp256r1");
  private static final KeyPair OTHER_P256 = KeyPairs.ec("secp256r1");

  /** A point whose x is the prime of the field, which stands for zero; the curve has one there. */
  private static final byte[] UNREDUCED =
      HexFormat.of().parseHex("02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

  private static SigningKeys keys(Choice choice) {
    return new SigningKeys(CryptoProvider.install(choice));
  }

  @ParameterizedTest
  @EnumSource
  void read_rsaInEveryForm_isTheSameKey(Choice choice) {
    for (String pem : List.of(PemForms.pkcs1(RSA), PemForms.pkcs8(RSA))) {
      SigningKeyPair read = keys(choice).read(pem);

      assertThat(read.algorithm()).isEqualTo(KeyAlgorithm.RSA_2048);
      assertThat(read.publicPem()).isEqualTo(PemForms.spki(RSA));
    }
  }

  @ParameterizedTest
  @EnumSource
  void read_p256InEveryForm_isTheSameKey(Choice choice) {
    byte[] scalar = PemForms.scalar(P256);
    for (String pem :
        List.of(
            PemForms.pkcs8(P256),
            PemForms.sec1(P256),
            PemForms.sec1(scalar, PemForms.PRIME256V1, NONE),
            PemForms.sec1(scalar, PemForms.PRIME256V1, PemForms.point(P256, true)),
            KeyPairs.pem("EC PARAMETERS", PemForms.PRIME256V1) + PemForms.sec1(P256))) {
      SigningKeyPair read = keys(choice).read(pem);

      assertThat(read.algorithm()).isEqualTo(KeyAlgorithm.ECDSA_P256);
      assertThat(read.publicPem()).isEqualTo(PemForms.spki(P256));
    }
  }

  /** The base point, whose y is odd, and its opposite: the keys 1 and order less 1. */
  @ParameterizedTest
  @EnumSource
  void read_compressedPointOfEitherSign_isRead(Choice choice) {
    String x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    String most = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
    HexFormat hex = HexFormat.of();
    for (List<String> key : List.of(List.of("01", "03"), List.of(most, "02"))) {
      byte[] scalar = hex.parseHex(key.getFirst());
      String bare = PemForms.sec1(scalar, PemForms.PRIME256V1, NONE);
      String whole = PemForms.sec1(scalar, PemForms.PRIME256V1, hex.parseHex(key.getLast() + x));

      assertThat(keys(choice).read(whole).publicPem())
          .isEqualTo(keys(choice).read(bare).publicPem());
    }
  }

  @ParameterizedTest
  @EnumSource
  void read_p256WithoutItsPublicHalf_findsItForAnyScalar(Choice choice) {
    SigningKeys keys = keys(choice);
    for (int i = 0; i < 20; i++) {
      KeyPair pair = KeyPairs.ec("secp256r1");
      String pem = PemForms.sec1(PemForms.scalar(pair), PemForms.PRIME256V1, NONE);

      assertThat(keys.read(pem).publicPem()).isEqualTo(PemForms.spki(pair));
    }
  }

  @ParameterizedTest
  @EnumSource
  void read_scalarWithLeadingZeros_mayBeWrittenShortOrLong(Choice choice) {
    byte[] three = {3};
    byte[] long33 = new byte[33];
    long33[32] = 3;
    String expected =
        keys(choice).read(PemForms.sec1(three, PemForms.PRIME256V1, NONE)).publicPem();

    assertThat(keys(choice).read(PemForms.sec1(long33, PemForms.PRIME256V1, NONE)).publicPem())
        .isEqualTo(expected);
    assertThat(
            keys(choice)
                .read(PemForms.sec1(Arrays.copyOfRange(long33, 1, 33), PemForms.PRIME256V1, NONE))
                .publicPem())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void read_textAroundAndOtherLineEnds_doNotMatter(Choice choice) {
    String pem = "Bag Attributes\n    friendlyName: cdn\n" + PemForms.pkcs8(P256) + "\ntrailing";

    for (CharSequence text :
        List.of(pem, pem.replace("\n", "\r\n"), pem.replace("\n", "\r"), CharBuffer.wrap(pem))) {
      assertThat(keys(choice).read(text).publicPem()).isEqualTo(PemForms.spki(P256));
    }
  }

  @ParameterizedTest
  @EnumSource
  void read_publicHalfBeside_mustBelong(Choice choice) {
    SigningKeys keys = keys(choice);
    for (List<KeyPair> pairs : List.of(List.of(RSA, OTHER_RSA), List.of(P256, OTHER_P256))) {
      KeyPair own = pairs.getFirst();
      assertThat(keys.read(PemForms.pkcs8(own) + PemForms.spki(own)).publicPem())
          .isEqualTo(PemForms.spki(own));
      assertRefused(
          () -> keys.read(PemForms.pkcs8(own) + PemForms.spki(pairs.getLast())),
          "the public half belongs to another private key",
          "openssl pkey");
      assertRefused(
          () -> keys.read(PemForms.pkcs8(own) + PemForms.spki(own) + PemForms.spki(own)),
          "several public keys");
    }
  }

  @ParameterizedTest
  @EnumSource
  void read_pointInsideThatIsAnothers_isRefused(Choice choice) {
    byte[] scalar = PemForms.scalar(P256);

    assertRefused(
        () ->
            keys(choice)
                .read(
                    PemForms.sec1(scalar, PemForms.PRIME256V1, PemForms.point(OTHER_P256, false))),
        "do not belong together",
        "openssl ecparam");
    byte[] offCurve = PemForms.point(P256, false);
    offCurve[40] ^= 1;
    for (byte[] noPoint :
        List.of(offCurve, Arrays.copyOf(offCurve, 64), new byte[] {0}, new byte[33], UNREDUCED)) {
      assertRefused(
          () -> keys(choice).read(PemForms.sec1(scalar, PemForms.PRIME256V1, noPoint)),
          "not a point of P-256");
    }
  }

  @ParameterizedTest
  @EnumSource
  void read_keysThatCloudFrontDoesNotTake_areRefusedByTheirKind(Choice choice) {
    SigningKeys keys = keys(choice);
    byte[] scalar = PemForms.scalar(P256);

    assertRefused(
        () -> keys.read(PemForms.pkcs8(KeyPairs.rsa(1024))),
        "RSA key of 1024 bits",
        "openssl genrsa");
    assertRefused(() -> keys.read(PemForms.pkcs1(KeyPairs.rsa(3072))), "RSA key of 3072 bits");
    assertRefused(
        () -> keys.read(PemForms.pkcs8(KeyPairs.ec("secp384r1"))),
        "on another curve",
        "prime256v1");
    assertRefused(
        () -> keys.read(PemForms.sec1(scalar, PemForms.SECP384R1, NONE)), "on another curve");
    assertRefused(() -> keys.read(PemForms.sec1(scalar, NONE, NONE)), "names no curve");
    assertRefused(
        () -> keys.read(PemForms.sec1(scalar, Der.write(Der.SEQUENCE, new byte[] {2, 1, 1}), NONE)),
        "spells its curve out",
        "named_curve");
    assertRefused(() -> keys.read(PemForms.pkcs8(KeyPairs.of("Ed25519"))), "of another kind");
  }

  @ParameterizedTest
  @EnumSource
  void read_whatIsNoPrivateKey_isRefusedByItsName(Choice choice) {
    SigningKeys keys = keys(choice);
    byte[] some = {0x30, 0};

    assertRefused(() -> keys.read(PemForms.spki(RSA)), "only the public half");
    assertRefused(
        () -> keys.read(KeyPairs.pem("ENCRYPTED PRIVATE KEY", some)), "encrypted", "openssl pkey");
    assertRefused(
        () ->
            keys.read(
                """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,00

                MIIE
                -----END RSA PRIVATE KEY-----
                """),
        "encrypted");
    assertRefused(() -> keys.read(KeyPairs.pem("CERTIFICATE", some)), "a certificate");
    assertRefused(
        () -> keys.read(PemForms.pkcs8(RSA) + KeyPairs.pem("CERTIFICATE", some)), "a certificate");
    assertRefused(() -> keys.read(KeyPairs.pem("OPENSSH PRIVATE KEY", some)), "ssh-keygen");
    assertRefused(() -> keys.read(KeyPairs.pem("DSA PRIVATE KEY", some)), "'DSA PRIVATE KEY'");
    assertRefused(
        () -> keys.read(PemForms.pkcs8(RSA) + PemForms.pkcs8(P256)), "several private keys");
    assertRefused(() -> keys.read(""), "no complete PEM block", "-inform DER");
    assertRefused(
        () -> keys.read(PemForms.pkcs8(RSA).replace("-----END", "-----ENDE")),
        "no complete PEM block");
    assertRefused(() -> keys.read("x".repeat(65_537)), "64 KiB");
    assertRefused(() -> keys.read("x".repeat(65_536)), "no complete PEM block");
  }

  @ParameterizedTest
  @EnumSource
  void read_scalarOutOfRange_isRefused(Choice choice) {
    byte[] order =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
            .toByteArray();

    order[32]--;
    assertThat(keys(choice).read(PemForms.sec1(order, PemForms.PRIME256V1, NONE))).isNotNull();
    order[32]++;
    for (byte[] scalar : List.of(new byte[32], NONE, order)) {
      assertRefused(
          () -> keys(choice).read(PemForms.sec1(scalar, PemForms.PRIME256V1, NONE)),
          "a damaged private key");
    }
  }

  /** Any damage is found, or leaves the very same key. */
  @ParameterizedTest
  @EnumSource
  void read_damagedBytes_areNeverAnotherKey(Choice choice) {
    SigningKeys keys = keys(choice);
    Seeded.run(
        300,
        random -> {
          KeyPair pair = random.nextBoolean() ? RSA : P256;
          byte[] der = pair.getPrivate().getEncoded();
          if (random.nextBoolean()) {
            der = Arrays.copyOf(der, random.nextInt(der.length));
          } else {
            der[random.nextInt(der.length)] ^= (byte) (1 << random.nextInt(8));
          }
          String pem = KeyPairs.pem("PRIVATE KEY", der) + PemForms.spki(pair);
          try {
            assertThat(keys.read(pem).publicPem()).isEqualTo(PemForms.spki(pair));
          } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("signing key: ");
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void read_notBase64_isRefused(Choice choice) {
    String pem = PemForms.pkcs8(P256);

    assertRefused(() -> keys(choice).read(pem.replace('M', '*')), "no base64");
    assertRefused(() -> keys(choice).read(pem.replace('M', 'ø')), "no base64");
  }

  @ParameterizedTest
  @EnumSource
  void generate_eachKind_opensAgainFromWhatIsKept(Choice choice) {
    SigningKeys keys = keys(choice);
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      SigningKeyPair made = keys.generate(algorithm);
      SigningKeyPair opened = keys.open(made.pkcs8(), made.publicPem());

      assertThat(opened.algorithm()).isEqualTo(algorithm);
      assertThat(opened.publicPem()).isEqualTo(made.publicPem());
      assertThat(keys.generate(algorithm).publicPem()).isNotEqualTo(made.publicPem());
    }
  }

  @ParameterizedTest
  @EnumSource
  void generate_underOneProvider_opensUnderTheOther(Choice choice) {
    Choice other = choice == Choice.AUTO ? Choice.JDK : Choice.AUTO;
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      SigningKeyPair made = keys(choice).generate(algorithm);

      assertThat(keys(other).open(made.pkcs8(), made.publicPem()).publicPem())
          .isEqualTo(made.publicPem());
    }
  }

  @ParameterizedTest
  @EnumSource
  void open_publicHalfOfAnother_isRefused(Choice choice) {
    SigningKeys keys = keys(choice);

    assertRefused(
        () -> keys.open(RSA.getPrivate().getEncoded(), PemForms.spki(OTHER_RSA)),
        "belongs to another private key");
    assertRefused(
        () -> keys.open(RSA.getPrivate().getEncoded(), PemForms.spki(P256)), "signing key: ");
    assertRefused(() -> keys.open(RSA.getPrivate().getEncoded(), ""), "the public half is not");
    assertRefused(
        () -> keys.open(RSA.getPrivate().getEncoded(), PemForms.pkcs8(RSA)),
        "the public half is not");
  }

  @ParameterizedTest
  @EnumSource
  void toString_pair_tellsItsKindAlone(Choice choice) {
    assertThat(keys(choice).read(PemForms.pkcs8(RSA))).hasToString("SigningKeyPair[RSA_2048]");
  }

  private static void assertRefused(Runnable reading, String... parts) {
    Throwable thrown = catchThrowable(reading::run);
    assertThat(thrown)
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("signing key: ")
        .hasMessageContainingAll(parts);
    // A message never repeats what it has read.
    String secret = Base64.getEncoder().encodeToString(RSA.getPrivate().getEncoded());
    assertThat(thrown.getMessage()).doesNotContain(secret.substring(100, 116));
  }
}
