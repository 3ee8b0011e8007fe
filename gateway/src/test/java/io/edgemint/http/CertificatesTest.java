package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.KeyPairs;
import io.edgemint.ManualClock;
import io.edgemint.SelfSigned;
import io.edgemint.http.TlsSettings.KeyPairFiles;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir Path folder;
  private final ManualClock clock = new ManualClock(NOW.getEpochSecond());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SelfSigned first = lasting(Duration.ofDays(2));
  private final List<String> shown = new ArrayList<>();

  @BeforeEach
  void writeFirst() {
    first.write(folder, "a");
  }

  private static SelfSigned lasting(Duration time) {
    return SelfSigned.of("a.test", KeyPairs.ec("secp256r1"), NOW.plus(time));
  }

  private Future<?> show(Certificates certificates) {
    shown.add(chain(certificates));
    return Future.succeededFuture();
  }

  private static String chain(Certificates certificates) {
    return certificates.options().getCertValues().getFirst().toString();
  }

  private Certificates read(String... names) {
    List<KeyPairFiles> files =
        List.of(names).stream()
            .map(
                name ->
                    new KeyPairFiles(folder.resolve(name + ".pem"), folder.resolve(name + ".key")))
            .toList();
    return new Certificates(new TlsSettings(files, Duration.ofSeconds(30)), clock, meters);
  }

  private double gauge(String name) {
    return meters.get("gateway.tls." + name).gauge().value();
  }

  private void assertKept(Certificates certificates) {
    certificates.reload(this::show);
    assertThat(chain(certificates)).isEqualTo(first.chain());
    assertThat(shown).isEmpty();
    assertThat(gauge("last.reload.successful")).isZero();
  }

  @Test
  void start_goodPair_isShownAndMeasured() {
    Certificates certificates = read("a");
    assertThat(chain(certificates)).isEqualTo(first.chain());
    assertThat(certificates.options().getKeyValues().getFirst().toString()).isEqualTo(first.key());
    assertThat(certificates.end()).isEqualTo(NOW.plus(Duration.ofDays(2)));
    assertThat(gauge("last.reload.successful")).isEqualTo(1);
    assertThat(gauge("certificate.expiry.seconds")).isEqualTo(2 * 86_400);
    clock.pass(Duration.ofDays(3));
    assertThat(gauge("certificate.expiry.seconds")).isEqualTo(-86_400);
  }

  @Test
  void start_badPair_isRefused() throws IOException {
    Files.writeString(folder.resolve("a.key"), "");
    assertThatIllegalArgumentException().isThrownBy(() -> read("a")).withMessageContaining("a.key");
  }

  @Test
  void end_severalPairs_isThatOfTheFirstToEnd() {
    lasting(Duration.ofDays(1)).write(folder, "b");
    assertThat(read("a", "b").end()).isEqualTo(NOW.plus(Duration.ofDays(1)));
  }

  @Test
  void reload_sameFiles_showsNothing() {
    Certificates certificates = read("a");
    first.write(folder, "a");
    certificates.reload(this::show);
    assertThat(shown).isEmpty();
    assertThat(gauge("last.reload.successful")).isEqualTo(1);
  }

  @Test
  void reload_newPair_isShownOnce() {
    Certificates certificates = read("a");
    SelfSigned second = lasting(Duration.ofDays(9));
    second.write(folder, "a");
    certificates.reload(this::show);
    certificates.reload(this::show);
    assertThat(shown).containsExactly(second.chain());
    assertThat(certificates.end()).isEqualTo(NOW.plus(Duration.ofDays(9)));
  }

  @Test
  void reload_halfOfANewPair_waitsForTheOther() throws IOException {
    Certificates certificates = read("a");
    SelfSigned second = lasting(Duration.ofDays(9));
    Files.writeString(folder.resolve("a.pem"), second.chain());
    assertKept(certificates);
    Files.writeString(folder.resolve("a.key"), second.key());
    certificates.reload(this::show);
    assertThat(shown).containsExactly(second.chain());
    assertThat(gauge("last.reload.successful")).isEqualTo(1);
  }

  @Test
  void reload_missingFile_leavesTheOld() throws IOException {
    Certificates certificates = read("a");
    Files.delete(folder.resolve("a.pem"));
    assertKept(certificates);
    first.write(folder, "a");
    certificates.reload(this::show);
    assertThat(gauge("last.reload.successful")).isEqualTo(1);
  }

  @Test
  void reload_pairThatHasEnded_leavesTheOld() {
    Certificates certificates = read("a");
    lasting(Duration.ZERO).write(folder, "a");
    assertKept(certificates);
    assertThat(certificates.end()).isEqualTo(NOW.plus(Duration.ofDays(2)));
  }

  @Test
  void reload_onlyOneOfSeveralIsBad_leavesAllAsTheyAre() throws IOException {
    lasting(Duration.ofDays(3)).write(folder, "b");
    Certificates certificates = read("a", "b");
    lasting(Duration.ofDays(9)).write(folder, "a");
    Files.writeString(folder.resolve("b.key"), "no key");
    assertKept(certificates);
  }

  @Test
  void reload_serverThatRefuses_leavesTheOldAndTriesAgain() {
    Certificates certificates = read("a");
    SelfSigned second = lasting(Duration.ofDays(9));
    second.write(folder, "a");
    certificates.reload(refusing -> Future.failedFuture("not today"));
    assertThat(chain(certificates)).isEqualTo(first.chain());
    assertThat(gauge("last.reload.successful")).isZero();
    certificates.reload(this::show);
    assertThat(shown).containsExactly(second.chain());
    assertThat(gauge("last.reload.successful")).isEqualTo(1);
  }
}
