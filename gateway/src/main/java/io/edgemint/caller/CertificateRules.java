package io.edgemint.caller;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What certificates must be like to count here (RFC 5280), whoever shows them. CPU only. */
public final class CertificateRules {
  private static final int LEAST_RSA_BITS = 2048;

  /** Above this a single signature check costs more than a thousandth of a second. */
  private static final int MOST_RSA_BITS = 8192;

  private static final int MOST_EXPONENT_BITS = 32;

  /**
   * Of names and constraints for them in one path: each is held against each, which with 16 KiB
   * takes half a second.
   */
  private static final int MOST_NAME_BYTES = 2 * 1024;

  private static final String NAME_CONSTRAINTS = "2.5.29.30";
  private static final String ALTERNATIVE_NAMES = "2.5.29.17";
  private static final String PSS = "1.2.840.113549.1.1.10";

  /** SHA-256, SHA-384 and SHA-512 with RSA and with ECDSA, and Ed25519; RSA-PSS is looked into. */
  private static final Set<String> STRONG_SIGNATURES =
      Set.of(
          "1.2.840.113549.1.1.11",
          "1.2.840.113549.1.1.12",
          "1.2.840.113549.1.1.13",
          "1.2.840.10045.4.3.2",
          "1.2.840.10045.4.3.3",
          "1.2.840.10045.4.3.4",
          "1.3.101.112");

  private static final Set<String> STRONG_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");

  private static final List<ECParameterSpec> CURVES =
      Stream.of("secp256r1", "secp384r1", "secp521r1").map(CertificateRules::curve).toList();

  private static final int KEY_CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;

  private CertificateRules() {}

  private static ECParameterSpec curve(String name) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC", "SunEC");
      parameters.init(new ECGenParameterSpec(name));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no curve " + name, e);
    }
  }

  /**
   * The certificate in a text with one PEM block.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static X509Certificate parse(String pem) {
    return parse(Pem.decode(pem, "CERTIFICATE", "openssl x509 -outform PEM writes one"));
  }

  /**
   * The certificate in DER, and nothing behind it.
   *
   * @throws IllegalArgumentException if the bytes are anything else
   */
  static X509Certificate parse(byte[] der) {
    try {
      var parsed = factory().generateCertificate(new ByteArrayInputStream(der));
      if (parsed instanceof X509Certificate certificate
          && Arrays.equals(certificate.getEncoded(), der)) {
        return certificate;
      }
    } catch (CertificateException | RuntimeException e) {
      // Told below: what parsers say is about their own insides.
    }
    throw new IllegalArgumentException("the text holds no X.509 certificate");
  }

  static CertificateFactory factory() {
    try {
      return CertificateFactory.getInstance("X.509");
    } catch (CertificateException e) {
      throw new IllegalStateException("this Java has no X.509", e);
    }
  }

  /**
   * The SHA-256 digest of a certificate's SubjectPublicKeyInfo, in hexadecimal. An RSA key has one
   * alone, whether the certificate keeps it for RSA-PSS or not (RFC 4055, section 1.2).
   */
  public static String fingerprint(X509Certificate certificate) {
    return HexFormat.of().formatHex(digest("SHA-256", plain(certificate.getPublicKey())));
  }

  private static byte[] plain(PublicKey key) {
    if (!(key instanceof RSAPublicKey rsa)) {
      return key.getEncoded();
    }
    try {
      return KeyFactory.getInstance("RSA")
          .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()))
          .getEncoded();
    } catch (GeneralSecurityException e) {
      return key.getEncoded(); // Of a size that is refused elsewhere.
    }
  }

  /** Those of each certificate in a text of PEM blocks; none if it holds anything else. */
  public static List<String> fingerprints(String chain) {
    return Pem.blocks(chain, "CERTIFICATE").orElse(List.of()).stream()
        .map(der -> fingerprint(parse(der)))
        .toList();
  }

  static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  /** Null if the certificate may issue others, or why not (RFC 5280, sections 4.2.1.3 and 9). */
  public static @Nullable String notAnAuthority(X509Certificate certificate) {
    if (certificate.getVersion() != 3 || certificate.getBasicConstraints() < 0) {
      return "its basicConstraints do not say CA:TRUE";
    }
    if (!allows(certificate, KEY_CERT_SIGN)) {
      return "its keyUsage does not have keyCertSign";
    }
    if (constrainsNames(certificate) && !isIssuedBy(certificate, certificate)) {
      return "it has nameConstraints and stands below another authority; give the one above it";
    }
    if (!hasFewNames(List.of(certificate))) {
      return "its nameConstraints are larger than 2 KiB";
    }
    return certificate.hasUnsupportedCriticalExtension()
        ? "it has a critical extension that is not known here"
        : null;
  }

  /** Whether a path has no name constraints, or few enough to hold its names against them. */
  static boolean hasFewNames(List<X509Certificate> path) {
    int constraints = path.stream().mapToInt(each -> length(each, NAME_CONSTRAINTS)).sum();
    int names = path.stream().mapToInt(each -> length(each, ALTERNATIVE_NAMES)).sum();
    return constraints == 0 || constraints + names <= MOST_NAME_BYTES;
  }

  private static int length(X509Certificate certificate, String extension) {
    byte[] value = certificate.getExtensionValue(extension);
    return value == null ? 0 : value.length;
  }

  static boolean constrainsNames(X509Certificate certificate) {
    return certificate.getExtensionValue(NAME_CONSTRAINTS) != null;
  }

  /** Whether a certificate's key may sign revocation lists. */
  public static boolean mayRevoke(X509Certificate certificate) {
    return allows(certificate, CRL_SIGN);
  }

  /** A certificate without keyUsage allows everything (RFC 5280, section 4.2.1.3). */
  static boolean allows(X509Certificate certificate, int usage) {
    boolean[] usages = certificate.getKeyUsage();
    return usages == null || (usage < usages.length && usages[usage]);
  }

  /** Null if the certificate's key is strong enough, or why not. */
  public static @Nullable String weakKey(X509Certificate certificate) {
    PublicKey key;
    try {
      key = certificate.getPublicKey();
    } catch (RuntimeException e) {
      return "its key cannot be read";
    }
    return switch (key) {
      case RSAPublicKey rsa -> weakness(rsa);
      case ECPublicKey ec ->
          CURVES.stream().anyMatch(curve -> same(curve, ec.getParams()))
              ? null
              : "its key is on a curve that is not P-256, P-384 or P-521";
      case EdECPublicKey ed when ed.getParams().getName().equals("Ed25519") -> null;
      default -> "its key is neither RSA nor EC nor Ed25519";
    };
  }

  private static @Nullable String weakness(RSAPublicKey key) {
    int bits = key.getModulus().bitLength();
    BigInteger exponent = key.getPublicExponent();
    if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) {
      return "its RSA key has %d bits, not %d to %d".formatted(bits, LEAST_RSA_BITS, MOST_RSA_BITS);
    }
    // A large exponent costs as much as a private key, and can be made up to fit a signature.
    boolean fit =
        exponent.testBit(0)
            && exponent.compareTo(BigInteger.TWO) > 0
            && exponent.bitLength() <= MOST_EXPONENT_BITS;
    if (!fit) {
      return "its RSA exponent is not an odd number of 3 to 2^32; 65537 is usual";
    }
    return PublicKeys.isRoca(key.getModulus())
        ? "its RSA key was made by a broken generator (ROCA, CVE-2017-15361)"
        : null;
  }

  private static boolean same(ECParameterSpec a, ECParameterSpec b) {
    return a.getCurve().equals(b.getCurve())
        && a.getGenerator().equals(b.getGenerator())
        && a.getOrder().equals(b.getOrder())
        && a.getCofactor() == b.getCofactor();
  }

  /** Null if a certificate is signed with a digest that nobody forges, or why not. */
  public static @Nullable String weakSignature(X509Certificate certificate) {
    return weakSignature(
        certificate.getSigAlgOID(), certificate.getSigAlgName(), certificate.getSigAlgParams());
  }

  static @Nullable String weakSignature(String oid, String name, byte @Nullable [] parameters) {
    boolean strong =
        STRONG_SIGNATURES.contains(oid) || (oid.equals(PSS) && isStrongPss(parameters));
    return strong
        ? null
        : "it is signed with %s, not with SHA-256, SHA-384 or SHA-512, or Ed25519".formatted(name);
  }

  private static boolean isStrongPss(byte @Nullable [] encoded) {
    if (encoded == null) {
      return false; // The default is SHA-1.
    }
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
      parameters.init(encoded);
      PSSParameterSpec pss = parameters.getParameterSpec(PSSParameterSpec.class);
      return STRONG_DIGESTS.contains(pss.getDigestAlgorithm())
          && pss.getMGFParameters() instanceof MGF1ParameterSpec mask
          && STRONG_DIGESTS.contains(mask.getDigestAlgorithm());
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /**
   * Whether one certificate names the other as its issuer and the other's key, if it is strong
   * enough, verifies it.
   */
  public static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
    if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
        || weakSignature(certificate) != null
        || weakKey(issuer) != null) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }
}
