package io.edgemint.signing;

import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.LinkSigner;
import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.vertx.core.Future;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Signs CloudFront URLs with one key, which has no end and so needs no renewal. */
final class CloudFrontSigner implements LinkSigner, Signing {
  /** "Create a signed URL using a canned policy": {@code Expires} is a 32-bit number. */
  private static final long LAST_EXPIRY = Integer.MAX_VALUE;

  private static final Pattern HOST =
      Pattern.compile("([a-z0-9][a-z0-9.-]{0,252}|\\[[0-9a-f:.]{2,45}])(:[0-9]{1,5})?");
  private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9]{1,64}");

  private final String base;
  private final String tail;
  private final boolean costly;
  private final KeySigner signer;
  private final String fingerprint;
  private final Future<Signing> renewed = Future.succeededFuture(this);

  /**
   * Prepares everything that does not depend on the object.
   *
   * @param keyId the id of the key's public half in CloudFront
   * @throws IllegalArgumentException if a value cannot stand in a link; the message names it
   * @throws GeneralSecurityException if the cryptography does not take the key
   */
  CloudFrontSigner(
      CryptoProvider crypto, OrgId org, CloudFront cdn, String keyId, SigningKeyPair key, Hash hash)
      throws GeneralSecurityException {
    if (!KEY_ID.matcher(keyId).matches()) {
      throw new IllegalArgumentException(
          "key id: letters and digits, as CloudFront shows it beside the public key (K...)");
    }
    base = base(cdn);
    tail = "&Key-Pair-Id=" + keyId + (hash == Hash.SHA256 ? "&Hash-Algorithm=SHA256" : "");
    costly = key.algorithm() == KeyAlgorithm.RSA_2048;
    String algorithm = hash.name() + (costly ? "withRSA" : "withECDSA");
    signer =
        new KeySigner(
            () -> {
              Signature keyed = Signature.getInstance(algorithm, crypto.of("Signature", algorithm));
              keyed.initSign(key.privateKey());
              return keyed;
            });
    // The id alone would not do: a key that was paired with a wrong id is replaced under it.
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.publicKey().getEncoded());
    String half = HexFormat.of().formatHex(digest, 0, 16);
    fingerprint = String.join(" ", "cloudfront", org.value(), base, keyId, algorithm, half);
  }

  private static String base(CloudFront cdn) {
    String host = cdn.host().toLowerCase(Locale.ROOT);
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "host: the name in the links alone, for example d111111abcdef8.cloudfront.net");
    }
    if (!cdn.scheme().equals("https") && !cdn.scheme().equals("http")) {
      throw new IllegalArgumentException("scheme: https, or http");
    }
    return cdn.scheme() + "://" + host + '/' + StoredPrefix.encoded(cdn.pathPrefix());
  }

  @Override
  public Signing current() {
    return this;
  }

  @Override
  public Future<Signing> renewed(long seconds) {
    return renewed;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public long notBefore() {
    return 0;
  }

  @Override
  public long notAfter() {
    return Long.MAX_VALUE;
  }

  @Override
  public boolean costly() {
    return costly;
  }

  @Override
  public int linkBytes() {
    int signature = costly ? 344 : 96;
    return base.length() + "?Expires=2147483647&Signature=".length() + signature + tail.length();
  }

  @Override
  public boolean pinsVersions() {
    return false;
  }

  @Override
  public String link(ObjectKey key, @Nullable String version, long date, long expiry) {
    if (expiry < 0 || expiry > LAST_EXPIRY) {
      throw new IllegalArgumentException("Expires is a second between 0 and " + LAST_EXPIRY);
    }
    StringBuilder link = new StringBuilder(linkBytes() + key.encoded().length());
    link.append(base).append(key.encoded());
    if (version != null) {
      // Whether it reaches the bucket is up to the cache policy, which is why none may be asked
      // for; a probe does, to see.
      link.append("?versionId=").append(Rfc3986.encode(version));
    }
    byte[] signature = signer.sign(CannedPolicy.of(link, expiry));
    return link.append(version == null ? "?Expires=" : "&Expires=")
        .append(expiry)
        .append("&Signature=")
        .append(CannedPolicy.encode(signature))
        .append(tail)
        .toString();
  }
}
