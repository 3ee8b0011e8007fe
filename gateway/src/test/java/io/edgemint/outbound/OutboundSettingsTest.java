package io.edgemint.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.config.InvalidSettings;
import io.edgemint.config.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundSettingsTest {
  @TempDir Path folder;

  @Test
  void read_emptySection_allowsNothing() throws IOException {
    assertThat(read("{}").allow()).isEmpty();
  }

  @Test
  void read_everyMember_bringsItTyped() throws IOException {
    assertThat(read("allow: [10.1.0.0/16, 'fd12::/16', 'minio.internal:9000']").allow())
        .containsExactly(
            new Allowance.Range(Network.parse("10.1.0.0/16")),
            new Allowance.Range(Network.parse("fd12::/16")),
            new Allowance.HostAndPort("minio.internal", 9000));
  }

  @Test
  void read_badMembers_areAllReported() {
    assertThatThrownBy(() -> read("allow: [10.0.0.1/8, minio.internal]\nalow: []"))
        .isInstanceOf(InvalidSettings.class)
        .hasMessageContainingAll(
            "allow[0] (line 1): write a range such as 10.1.0.0/16, an address, or a host and port",
            "allow[1] (line 1): write a range such as",
            "alow (line 2): is not a known setting; did you mean 'allow'?");
  }

  @Test
  void lists_whatIsWrittenThere_isListed() throws IOException {
    OutboundSettings settings = read("allow: [10.0.0.0/8, 'minio.internal:9000']");
    assertThat(settings.lists("10.1.2.3:9000")).isTrue();
    assertThat(settings.lists("MinIO.internal:9000")).isTrue();
    assertThat(settings.lists("minio.internal")).isFalse();
    assertThat(settings.lists("11.0.0.1:9000")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"h:99999", "h:0", "1:1", "0x7f000001:1", "0177.0.0.1", "[::1%25lo]:9", "1.2.3:99"})
  void lists_whatIsNeverCalled_isNotListed(String authority) throws IOException {
    assertThat(read("allow: [0.0.0.0/0]").lists(authority)).isFalse();
  }

  private OutboundSettings read(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("settings.yaml"), yaml);
    return SettingsFile.read(file, Map.of(), s -> OutboundSettings.read(s).get());
  }
}
