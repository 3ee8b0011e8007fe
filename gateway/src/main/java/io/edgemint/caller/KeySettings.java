package io.edgemint.caller;

import io.edgemint.backend.Issuer.Algorithm;
import io.edgemint.backend.Issuer.KeySource;
import io.edgemint.backend.Issuer.PemKey;
import io.edgemint.config.Field;
import io.edgemint.config.Secret;
import io.edgemint.config.Section;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads where an issuer's keys come from, which is one of: {@code pem}, a list of {@code file},
 * {@code kid} and {@code algorithm}; {@code jwks}, a file; {@code jwks_url}; {@code secret}, which
 * may have a {@code kid} beside it.
 */
final class KeySettings {
  private final Section section;
  private final Field<String> iss;
  private final Field<List<Algorithm>> algorithms;

  KeySettings(Section section, Field<String> iss, Field<List<Algorithm>> algorithms) {
    this.section = section;
    this.iss = iss;
    this.algorithms = algorithms;
  }

  Field<KeySource> read(boolean platform, SecretSealer sealer) {
    List<String> given =
        Stream.of("pem", "jwks", "jwks_url", "secret").filter(section::has).toList();
    return switch (given.size() == 1 ? given.getFirst() : "") {
      case "pem" -> pem();
      case "jwks" -> jwks();
      case "jwks_url" -> url(platform);
      case "secret" -> secret(sealer);
      default -> refuse("must have exactly one of pem, jwks, jwks_url and secret");
    };
  }

  private Field<KeySource> pem() {
    List<Field<PemKey>> keys = section.sections("pem").stream().map(this::pemKey).toList();
    return section.build(
        () -> {
          List<PemKey> usable = keys.stream().map(Field::get).toList();
          KeySet set = KeySources.pem(usable, publicAlgorithms());
          requireUsable(set);
          // Whoever lists a file wants its key, other than with a set that somebody published.
          if (!set.skipped().isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", set.skipped()));
          }
          return new KeySource.Pem(usable);
        });
  }

  private Field<PemKey> pemKey(Section key) {
    Field<String> content = content(key, "file", "key");
    Field<Optional<String>> kid = key.optional("kid", KeySettings::kid);
    Field<Optional<Algorithm>> named = key.optional("algorithm", IssuerSettings::algorithm);
    return key.build(
        () -> {
          String text = content.get();
          PublicKey read = PublicKeys.pem(text);
          Algorithm algorithm = named.get().orElseGet(() -> onlyAlgorithm(read));
          return new PemKey(kid.get().orElse(null), algorithm, text);
        });
  }

  private Field<KeySource> jwks() {
    Field<String> content = content(section, "jwks", "jwks");
    return section.build(
        () -> {
          String json = content.get();
          requireUsable(Jwks.read(json, publicAlgorithms()));
          return new KeySource.Jwks(json);
        });
  }

  private Field<KeySource> url(boolean platform) {
    Field<URI> uri = section.field("jwks_url", text -> uri(text, platform));
    return section.build(
        () -> {
          publicAlgorithms();
          return new KeySource.JwksUrl(uri.get());
        });
  }

  private Field<KeySource> secret(SecretSealer sealer) {
    Field<Secret> secret = section.secret("secret");
    Field<Optional<String>> kid = section.optional("kid", KeySettings::kid);
    return section.build(
        () -> {
          if (!Set.copyOf(algorithms.get()).equals(Set.of(Algorithm.HS256))) {
            throw new IllegalArgumentException(
                "a secret verifies HS256 alone; write 'algorithms: [HS256]' or give public keys");
          }
          byte[] bytes = secret.get().bytes();
          try {
            VerifyingKey.requireLongEnough(bytes);
            return new KeySource.SharedSecret(
                kid.get().orElse(null), sealer.seal(iss.get(), bytes));
          } finally {
            Arrays.fill(bytes, (byte) 0);
          }
        });
  }

  private Field<KeySource> refuse(String reason) {
    return section.build(
        () -> {
          throw new IllegalArgumentException(reason);
        });
  }

  private Set<Algorithm> publicAlgorithms() {
    if (algorithms.get().contains(Algorithm.HS256)) {
      throw new IllegalArgumentException(
          "HS256 goes with a secret alone; take it out of the algorithms");
    }
    Set<Algorithm> all = EnumSet.noneOf(Algorithm.class);
    all.addAll(algorithms.get());
    return all;
  }

  /** The one algorithm of the issuer that a key can be for. */
  private Algorithm onlyAlgorithm(PublicKey key) {
    List<Algorithm> fitting =
        publicAlgorithms().stream().filter(it -> PublicKeys.isFor(key, it)).toList();
    if (fitting.size() != 1) {
      throw new IllegalArgumentException(
          "the key of kind "
              + key.getAlgorithm()
              + " goes with "
              + (fitting.isEmpty() ? "none" : "several")
              + " of the issuer's algorithms; write 'algorithm: ...' beside the file");
    }
    return fitting.getFirst();
  }

  private static void requireUsable(KeySet keys) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("no key is usable; " + String.join("; ", keys.skipped()));
    }
  }

  private static URI uri(String text, boolean platform) {
    try {
      URI uri = new URI(text);
      boolean secure = "https".equals(uri.getScheme());
      if ((secure || (platform && "http".equals(uri.getScheme())))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Falls through to the one message for all that is wrong with an address.
    }
    throw new IllegalArgumentException(
        "must be an "
            + (platform ? "http or https" : "https")
            + " address with a host, and without user or fragment");
  }

  private static String kid(String text) {
    if (!Token.isKid(text)) {
      throw new IllegalArgumentException(
          "must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ + / = -");
    }
    return text;
  }

  /** A text from a file; in a request, the text itself. */
  private static Field<String> content(Section section, String file, String inline) {
    if (section.isInline()) {
      return section.field(inline, text -> text);
    }
    Field<Path> path = section.file(file);
    return section.build(() -> text(path.get()));
  }

  private static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(Jwks.MAX_BYTES + 1);
      if (bytes.length > Jwks.MAX_BYTES) {
        throw new IllegalArgumentException("the file " + file.getFileName() + " is over 256 KiB");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the file "
              + file.getFileName()
              + " cannot be read; relative names begin at the"
              + " settings file's folder",
          e);
    }
  }
}
