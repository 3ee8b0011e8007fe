package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.backend.Verification;
import io.edgemint.caller.IssuerSettings;
import io.edgemint.config.SettingsFile;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.onboarding.Apply.Result;
import io.edgemint.outbound.OutboundSettings;
import io.edgemint.registry.SqlRegistry;
import io.edgemint.signing.CryptoProvider;
import io.edgemint.signing.SigningKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A registry on disk, and everything that organisations' files go through on their way there. */
public final class Bench implements AutoCloseable {
  public static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  static final CryptoProvider CRYPTO = CryptoProvider.install(CryptoProvider.Choice.JDK);

  public final Path folder;
  final VaultSecrets secrets;
  final SqlRegistry registry;
  final OrgFile.Reader reader;
  final Map<String, String> environment = new HashMap<>();

  Bench(Path folder, OutboundSettings outbound) {
    this.folder = folder;
    this.secrets = VaultSecrets.in(folder.resolve("key"));
    this.registry =
        SqlRegistry.sqlite(folder.resolve("registry.db"), Set.of(), InstantSource.fixed(NOW));
    this.reader =
        new OrgFile.Reader(
            secrets,
            new SigningKeys(CRYPTO),
            (section, org) ->
                IssuerSettings.read(
                    section,
                    org,
                    (iss, key) -> secrets.seal(key, Purpose.issuerSecret(org, iss), 1)),
            outbound::lists,
            SessionSettings.DEFAULT);
  }

  /** What a file with this text says. */
  public OrgFile read(String yaml) {
    try {
      return read(Files.writeString(folder.resolve("org.yaml"), yaml));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public OrgFile read(Path file) {
    return SettingsFile.readWithoutOverrides(file, environment, root -> reader.read(root).get());
  }

  /** Applies files with these texts. */
  List<Result> apply(String... yaml) {
    return apply(false, false, yaml);
  }

  List<Result> apply(boolean prune, boolean dryRun, String... yaml) {
    List<OrgFile> files = List.of(yaml).stream().map(this::read).toList();
    return new Apply(registry, secrets, InstantSource.fixed(NOW))
        .run(files, prune, dryRun, "alice");
  }

  Org org(String id) {
    return Objects.requireNonNull(registry.load().org(new OrgId(id)));
  }

  Backend newest(String org, String name) {
    return Objects.requireNonNull(org(org).newest(name));
  }

  Backend active(String org) {
    return Objects.requireNonNull(org(org).active());
  }

  /** Puts a backend into service as if a probe had found it well. */
  void activate(String org, String name) {
    Backend found = newest(org, name).withFindings(Verification.VERIFIED, Verification.VERIFIED);
    write(org(org).withBackend(found).withActive(found));
  }

  void write(Org org) {
    registry.write(List.of(org), new Change("somebody", "else"));
  }

  @Override
  public void close() {
    registry.close();
  }
}
