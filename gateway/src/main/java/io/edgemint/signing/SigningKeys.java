package io.edgemint.signing;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.signing.KeyMaterial.Form;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;
import org.jspecify.annotations.Nullable;

/**
 * Reads, opens and makes keys that sign for CloudFront. Every key that it gives has signed once and
 * been verified with its public half. Takes milliseconds, so never on an event loop.
 */
public final class SigningKeys {
  private static final byte[] TRIAL = "edgemint".getBytes(StandardCharsets.US_ASCII);

  private final CryptoProvider crypto;

  /** Loads keys into the given cryptography, which then signs fastest with them. */
  public SigningKeys(CryptoProvider crypto) {
    this.crypto = crypto;
  }

  /** Makes a new key. */
  public SigningKeyPair generate(KeyAlgorithm algorithm) {
    try {
      String kind = kind(algorithm);
      var generator = KeyPairGenerator.getInstance(kind, crypto.of("KeyPairGenerator", kind));
      switch (algorithm) {
        case RSA_2048 ->
            generator.initialize(new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
        case ECDSA_P256 -> generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      KeyPair pair = generator.generateKeyPair();
      return tried(algorithm, pair.getPrivate(), pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java makes no keys for " + algorithm, e);
    }
  }

  /**
   * Reads one private key from PEM: PKCS#1, PKCS#8 or SEC1, with or without its public half.
   *
   * @throws IllegalArgumentException if there is not exactly one, or CloudFront would not take it;
   *     the message names what was found and the fix
   */
  public SigningKeyPair read(CharSequence pem) {
    PemFile file = PemFile.ofPrivateKey(pem);
    return load(file.privateKey(), file.publicKey());
  }

  /**
   * Opens a key that was read or made before.
   *
   * @param pkcs8 the private half; the caller wipes the array
   * @param publicPem the public half, which must belong to it
   * @throws IllegalArgumentException if they do not belong together or CloudFront would not take
   *     them; the message names what was found and the fix
   */
  public SigningKeyPair open(byte[] pkcs8, CharSequence publicPem) {
    return load(KeyMaterial.read(Form.PKCS8, pkcs8), PemFile.publicKey(publicPem));
  }

  private SigningKeyPair load(KeyMaterial material, byte @Nullable [] publicDer) {
    try {
      String kind = kind(material.algorithm());
      KeyFactory keys = KeyFactory.getInstance(kind, crypto.of("KeyFactory", kind));
      PrivateKey privateKey = keys.generatePrivate(new PKCS8EncodedKeySpec(material.pkcs8()));
      PublicKey own = own(keys, material, privateKey);
      if (publicDer == null) {
        return tried(material.algorithm(), privateKey, own);
      }
      PublicKey given = keys.generatePublic(new X509EncodedKeySpec(publicDer));
      if (!Arrays.equals(given.getEncoded(), own.getEncoded())) {
        throw PemFile.refused(
            "the public half belongs to another private key; make it by"
                + " 'openssl pkey -in key.pem -pubout -out public.pem'");
      }
      return tried(material.algorithm(), privateKey, own);
    } catch (GeneralSecurityException e) {
      // Its message is left out: it comes from a parser that has seen the key.
      throw PemFile.refused("a damaged key; make one by " + make(material.algorithm()));
    } finally {
      Arrays.fill(material.pkcs8(), (byte) 0);
    }
  }

  private PublicKey own(KeyFactory keys, KeyMaterial material, PrivateKey privateKey)
      throws GeneralSecurityException {
    KeySpec spec = material.publicSpec();
    return keys.generatePublic(spec == null ? derived(keys, privateKey) : spec);
  }

  /**
   * The public half of a key on P-256. Agreeing on a secret with the base point gives its x
   * coordinate, by the provider's own constant-time code; which of the two y it is, a signature
   * tells.
   */
  private ECPublicKeySpec derived(KeyFactory keys, PrivateKey privateKey)
      throws GeneralSecurityException {
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH", crypto.of("KeyAgreement", "ECDH"));
    agreement.init(privateKey);
    agreement.doPhase(keys.generatePublic(P256.base()), true);
    BigInteger x = new BigInteger(1, agreement.generateSecret());
    for (ECPublicKeySpec spec : P256.at(x)) {
      if (agree(KeyAlgorithm.ECDSA_P256, privateKey, keys.generatePublic(spec))) {
        return spec;
      }
    }
    throw new SignatureException("no public half verifies");
  }

  private SigningKeyPair tried(KeyAlgorithm algorithm, PrivateKey privateKey, PublicKey publicKey)
      throws GeneralSecurityException {
    if (!agree(algorithm, privateKey, publicKey)) {
      throw PemFile.refused(
          "the private and the public half in it do not belong together; make one by "
              + make(algorithm));
    }
    return new SigningKeyPair(algorithm, privateKey, publicKey);
  }

  private boolean agree(KeyAlgorithm algorithm, PrivateKey privateKey, PublicKey publicKey)
      throws GeneralSecurityException {
    String name = algorithm == KeyAlgorithm.RSA_2048 ? "SHA256withRSA" : "SHA256withECDSA";
    Signature signature = Signature.getInstance(name, crypto.of("Signature", name));
    signature.initSign(privateKey);
    signature.update(TRIAL);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(TRIAL);
    return signature.verify(signed);
  }

  private static String kind(KeyAlgorithm algorithm) {
    return algorithm == KeyAlgorithm.RSA_2048 ? "RSA" : "EC";
  }

  private static String make(KeyAlgorithm algorithm) {
    return algorithm == KeyAlgorithm.RSA_2048 ? KeyMaterial.MAKE_RSA : KeyMaterial.MAKE_P256;
  }
}
