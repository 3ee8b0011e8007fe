package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.edgemint.SelfSigned;
import io.edgemint.config.InvalidSettings;
import io.edgemint.config.SettingsFile;
import io.edgemint.http.TlsSettings.KeyPairFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsSettingsTest {
  @TempDir Path folder;

  @BeforeEach
  void writePairs() {
    SelfSigned.of("a.test").write(folder, "a");
    SelfSigned.of("b.test").write(folder, "b");
  }

  private Optional<TlsSettings> read(String edge) {
    try {
      Path file = Files.writeString(folder.resolve("edgemint.yaml"), "edge: {" + edge + "}\n");
      return SettingsFile.read(file, Map.of(), root -> TlsSettings.read(root.section("edge")))
          .get();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private KeyPairFiles pair(String name) {
    return new KeyPairFiles(folder.resolve(name + ".pem"), folder.resolve(name + ".key"));
  }

  private void assertRefused(String edge, String... parts) {
    assertThatExceptionOfType(InvalidSettings.class)
        .isThrownBy(() -> read(edge))
        .withMessageContainingAll(parts);
  }

  @Test
  void read_absent_isClearHttp() {
    assertThat(read("")).isEmpty();
  }

  @Test
  void read_onePair_isLookedAtEveryHalfMinute() {
    TlsSettings settings = read("tls: {certificates: [{chain: a.pem, key: a.key}]}").orElseThrow();
    assertThat(settings.certificates()).containsExactly(pair("a"));
    assertThat(settings.reload()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void read_everyMember_isMappedInOrder() {
    TlsSettings settings =
        read("tls: {certificates: [{chain: b.pem, key: b.key}, {chain: a.pem, key: a.key}],"
                + " reload: 2s}")
            .orElseThrow();
    assertThat(settings.certificates()).containsExactly(pair("b"), pair("a"));
    assertThat(settings.reload()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void read_noCertificates_isToldWhatToAdd() {
    assertRefused("tls: {}", "edge.tls.certificates", "is missing; add '- {chain: edge.pem, key:");
    assertRefused("tls: {certificates: []}", "edge.tls.certificates", "is missing");
  }

  @Test
  void read_pairsThatCannotBeUsed_areToldTogether() {
    assertRefused(
        "tls: {certificates: [{chain: a.pem, key: b.key}, {chain: c.pem, key: a.key}, {chain:"
            + " a.pem}], reload: 1ms}",
        "edge.tls.certificates[0]",
        folder.resolve("b.key") + " does not belong to the certificate in",
        "edge.tls.certificates[1]",
        folder.resolve("c.pem") + " cannot be read",
        "edge.tls.certificates[2].key",
        "edge.tls.reload");
  }
}
