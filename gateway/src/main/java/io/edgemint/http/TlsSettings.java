package io.edgemint.http;

import io.edgemint.caller.CertificateRules;
import io.edgemint.config.Field;
import io.edgemint.config.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * With what the edge proves who it is.
 *
 * @param certificates at least one; the first answers clients that name no host, or an unknown one
 * @param reload how often the files are looked at
 */
public record TlsSettings(List<KeyPairFiles> certificates, Duration reload) {
  /** Copies the list. */
  public TlsSettings {
    certificates = List.copyOf(certificates);
  }

  /**
   * A certificate and its key, both in PEM.
   *
   * @param chain the certificate and those between it and its root
   * @param key the private key, not encrypted
   */
  public record KeyPairFiles(Path chain, Path key) {}

  /** The fingerprints of the keys in all chains, as far as they can be read; blocks. */
  public Set<String> keys() {
    Set<String> keys = new HashSet<>();
    for (KeyPairFiles files : certificates) {
      String chain;
      try {
        chain = Files.readString(files.chain());
      } catch (IOException e) {
        chain = ""; // Told where the file is followed.
      }
      keys.addAll(CertificateRules.fingerprints(chain));
    }
    return keys;
  }

  /** Reads the section {@code edge.tls}; nothing if it is absent. */
  static Field<Optional<TlsSettings>> read(Section edge) {
    boolean wanted = edge.has("tls");
    Section section = edge.section("tls");
    List<Field<KeyPairFiles>> pairs =
        section.sections("certificates").stream().map(TlsSettings::pair).toList();
    Duration reload =
        section.duration(
            "reload", Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofDays(1));
    if (wanted && pairs.isEmpty()) {
      section.problem("certificates", "is missing; add '- {chain: edge.pem, key: edge.key}'");
    }
    return section.build(
        () ->
            wanted
                ? Optional.of(new TlsSettings(pairs.stream().map(Field::get).toList(), reload))
                : Optional.empty());
  }

  private static Field<KeyPairFiles> pair(Section section) {
    Field<Path> chain = section.file("chain");
    Field<Path> key = section.file("key");
    return section.build(
        () -> {
          KeyPairFiles files = new KeyPairFiles(chain.get(), key.get());
          Certificate.read(files); // So that what cannot be used is told with everything else.
          return files;
        });
  }
}
