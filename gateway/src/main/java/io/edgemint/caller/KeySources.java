package io.edgemint.caller;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.KeySource;
import io.edgemint.backend.Issuer.PemKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads the keys that stand in an issuer's record. */
final class KeySources {
  private KeySources() {}

  /**
   * The keys written into the record; none for a source that must be fetched.
   *
   * @throws IllegalArgumentException if they cannot be read at all
   */
  static KeySet written(Issuer issuer, SharedSecrets secrets) {
    return switch (issuer.keys()) {
      case KeySource.Pem pem -> pem(pem.keys(), publicAlgorithms(issuer));
      case KeySource.Jwks jwks -> Jwks.read(jwks.json(), publicAlgorithms(issuer));
      case KeySource.JwksUrl _ -> KeySet.EMPTY;
      case KeySource.SharedSecret secret -> shared(issuer, secret, secrets);
    };
  }

  /** What an issuer's public keys may verify: never HS256, whose key would be the public one. */
  static Set<Algorithm> publicAlgorithms(Issuer issuer) {
    Set<Algorithm> algorithms = EnumSet.noneOf(Algorithm.class);
    algorithms.addAll(issuer.algorithms());
    algorithms.remove(Algorithm.HS256);
    return algorithms;
  }

  /** The usable ones of keys in PEM form. */
  static KeySet pem(List<PemKey> written, Set<Algorithm> allowed) {
    List<VerifyingKey> keys = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      PemKey key = written.get(i);
      try {
        if (!allowed.contains(key.algorithm())) {
          throw new IllegalArgumentException("its algorithm is not among those of the issuer");
        }
        keys.add(VerifyingKey.of(key.kid(), key.algorithm(), PublicKeys.pem(key.pem())));
      } catch (IllegalArgumentException e) {
        skipped.add("key " + (i + 1) + ": " + e.getMessage());
      }
    }
    return KeySet.of(keys, skipped);
  }

  private static KeySet shared(
      Issuer issuer, KeySource.SharedSecret source, SharedSecrets secrets) {
    if (!issuer.algorithms().contains(Algorithm.HS256)) {
      throw new IllegalArgumentException(
          "its key is a shared secret, and its algorithms do not include HS256");
    }
    byte[] secret = secrets.open(issuer, source);
    try {
      return KeySet.of(List.of(VerifyingKey.shared(source.kid(), secret)), List.of());
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }
}
