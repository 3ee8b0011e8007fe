package io.edgemint.sandbox;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * A public key of a key group, which verifies what its private half has signed. It uses the JDK's
 * own providers by name, so that it shares nothing with whatever made the signature.
 */
final class ViewerKey {
  private final PublicKey key;

  private ViewerKey(PublicKey key) {
    this.key = key;
  }

  /**
   * Reads a SubjectPublicKeyInfo in PEM form, as one gives it to CloudFront.
   *
   * @throws IllegalArgumentException if it is neither RSA with 2,048 bits nor on the curve P-256
   */
  static ViewerKey of(String pem) {
    String base64 = pem.replaceAll("-----(BEGIN|END) PUBLIC KEY-----|\\s", "");
    var encoded = new X509EncodedKeySpec(Base64.getDecoder().decode(base64));
    try {
      var rsa = (RSAPublicKey) KeyFactory.getInstance("RSA", "SunRsaSign").generatePublic(encoded);
      if (rsa.getModulus().bitLength() == 2048) {
        return new ViewerKey(rsa);
      }
    } catch (GeneralSecurityException notRsa) {
      return ofCurve(encoded);
    }
    throw new IllegalArgumentException("an RSA key for CloudFront has 2,048 bits");
  }

  private static ViewerKey ofCurve(X509EncodedKeySpec encoded) {
    try {
      var key = (ECPublicKey) KeyFactory.getInstance("EC", "SunEC").generatePublic(encoded);
      if (key.getParams().getCurve().equals(p256().getCurve())) {
        return new ViewerKey(key);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("a public key for CloudFront is RSA or EC", e);
    }
    throw new IllegalArgumentException("an EC key for CloudFront is on the curve P-256");
  }

  private static ECParameterSpec p256() throws GeneralSecurityException {
    var curve = AlgorithmParameters.getInstance("EC", "SunEC");
    curve.init(new ECGenParameterSpec("secp256r1"));
    return curve.getParameterSpec(ECParameterSpec.class);
  }

  /**
   * Tells whether the signature is one over the message: PKCS #1 v1.5, or ECDSA in DER form.
   *
   * @param hash {@code SHA1} or {@code SHA256}
   */
  boolean verifies(String hash, byte[] message, byte[] signature) {
    try {
      Signature verifier =
          key instanceof RSAPublicKey
              ? Signature.getInstance(hash + "withRSA", "SunRsaSign")
              : Signature.getInstance(hash + "withECDSA", "SunEC");
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (SignatureException malformed) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
