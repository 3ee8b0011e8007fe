package io.edgemint.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.SealedSecrets;
import io.edgemint.backend.Snapshot;
import io.edgemint.vault.Vault;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyWatchTest {
  private static final Logger LOGGER = Logger.getLogger(KeyWatch.class.getName());

  @TempDir Path folder;
  private final OrgDirectory orgs = new OrgDirectory();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<String> warnings = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          warnings.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private Vault here;
  private Vault other;

  @BeforeEach
  void open() throws IOException {
    here = Vault.openOrCreate(folder.resolve("here"));
    other = Vault.openOrCreate(folder.resolve("other"));
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void close() {
    LOGGER.removeHandler(handler);
  }

  private static Org org(String id, Vault vault) {
    return SealedSecrets.map(
        RandomOrgs.withKey(new OrgId(id)),
        (purpose, secret) ->
            new SealedSecret(1, vault.seal("secret".getBytes(UTF_8), purpose.context(1))));
  }

  private void serve(long version, Org... all) {
    orgs.replace(Snapshot.of(version, Arrays.asList(all)));
  }

  private double gauge(Vault vault, boolean held) {
    return meters
        .get("gateway.secrets.by.kek")
        .tag("kek", vault.keyId())
        .tag("held", Boolean.toString(held))
        .gauge()
        .value();
  }

  @Test
  void start_noSecretOpens_isRefusedWithIdsFileAndFix() {
    serve(1, org("acme", other), org("globex", other));

    assertThatThrownBy(() -> KeyWatch.start(orgs, here, meters))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("none of the registry's 2 sealed secrets")
        .hasMessageContaining("need the key-encryption key " + other.keyId())
        .hasMessageContaining(here.keyId() + " in " + folder.resolve("here"))
        .hasMessageContaining("from a backup");
  }

  @Test
  void start_nothingSealed_isGood() {
    serve(1, StoredOrgs.org("acme"));

    assertThatCode(() -> KeyWatch.start(orgs, here, meters)).doesNotThrowAnyException();
    assertThat(warnings).isEmpty();
    assertThat(gauge(here, true)).isZero();
  }

  @Test
  void start_someOpen_warnsOnceWithOrgsAndIds() {
    serve(1, org("acme", here), org("globex", other), org("initech", other));

    KeyWatch.start(orgs, here, meters);

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("2 secrets of globex, initech", other.keyId(), "secrets.previous_key_files");
    assertThat(gauge(here, true)).isEqualTo(1);
    assertThat(gauge(other, false)).isEqualTo(2);
  }

  @Test
  void replace_recordUnderAnUnknownKey_warnsOnce() {
    serve(1, org("acme", here));
    KeyWatch.start(orgs, here, meters);

    serve(2, org("acme", here), org("globex", other));
    serve(3, org("acme", here), org("globex", other), org("initech", other));

    assertThat(warnings).hasSize(1);
    assertThat(gauge(other, false)).isEqualTo(2);

    serve(4, org("acme", here));
    assertThat(meters.find("gateway.secrets.by.kek").tag("kek", other.keyId()).gauge()).isNull();
    serve(5, org("acme", here), org("globex", other));
    assertThat(warnings).as("it is news again").hasSize(2);
  }

  @Test
  void replace_manyUnknownKeys_areOneMeter() throws IOException {
    List<Org> many = new ArrayList<>(List.of(org("acme", here)));
    for (int i = 0; i < 40; i++) {
      many.add(org("org-" + i, Vault.openOrCreate(folder.resolve("kek" + i))));
    }
    serve(1, many.toArray(Org[]::new));

    KeyWatch.start(orgs, here, meters);

    assertThat(meters.find("gateway.secrets.by.kek").gauges()).hasSize(17);
    assertThat(meters.get("gateway.secrets.by.kek").tag("kek", "other").gauge().value())
        .isEqualTo(25);
  }
}
