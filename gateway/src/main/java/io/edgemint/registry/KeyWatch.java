package io.edgemint.registry;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Snapshot;
import io.edgemint.registry.KeyCensus.Usage;
import io.edgemint.vault.Vault;
import io.edgemint.vault.VaultSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Tells whether this process holds the key-encryption keys that the registry's secrets need: before
 * a key is made, at the start, and with each new snapshot on the thread that brings it.
 */
public final class KeyWatch {
  private static final System.Logger LOG = System.getLogger(KeyWatch.class.getName());

  /** Keys that are told apart in metrics; each rotation brings one, and leaves none behind. */
  private static final int TOLD_APART = 16;

  private final Vault vault;
  private final MultiGauge gauge;
  private final Set<String> warned = new HashSet<>();

  /** By record, for of ten thousand organisations a few change at a time. */
  private IdentityHashMap<Org, List<String>> keyIds = new IdentityHashMap<>();

  private KeyWatch(Vault vault, MeterRegistry meters) {
    this.vault = vault;
    this.gauge =
        MultiGauge.builder("gateway.secrets.by.kek")
            .description("Sealed secrets of the registry by the key-encryption key they need")
            .register(meters);
  }

  /**
   * Opens the vault. The key that seals is made if there is none, but not while the registry holds
   * secrets: in the place of a lost key it would open nothing, and hide that one is lost.
   *
   * @throws RegistryRefused if the registry holds secrets and their key is not there, or if it does
   *     not answer and there is no key
   * @throws IOException as {@link VaultSettings#openOrCreate}
   */
  public static Vault open(VaultSettings settings, BackendStore registry) throws IOException {
    Path file = settings.keyFile();
    if (Files.notExists(file)) {
      KeyCensus sealed = KeyCensus.withoutKeys(orgs(file, registry));
      // Looked at again, for another process may have made it and sealed with it.
      if (sealed.secrets() > 0 && Files.notExists(file)) {
        throw new RegistryRefused(lost(file, sealed));
      }
    }
    return settings.openOrCreate();
  }

  private static Collection<Org> orgs(Path keyFile, BackendStore registry) {
    try {
      return registry.load().orgs();
    } catch (UncheckedIOException e) {
      throw new RegistryRefused(
          ("secrets.key_file: %s is not there, and the registry, which says whether one may be"
               + " made, does not answer: %s. If there was a key, put the file back, from a backup"
               + " if need be; the snapshot file needs it too. If there was none yet, start again"
               + " when the registry is there")
              .formatted(keyFile, e.getMessage()));
    }
  }

  /** Which secrets of an organisation cannot be opened here, in sentences. */
  public static List<String> problems(Org org, Vault vault) {
    return KeyCensus.of(List.of(org), vault).missing().stream()
        .map(
            key ->
                "%d secrets need the key-encryption key %s, which is not here"
                    .formatted(key.secrets(), key.keyId()))
        .toList();
  }

  /**
   * Looks at the snapshot that the gateway starts with, and at each one that follows.
   *
   * @throws RegistryRefused if there are secrets and none of them can be opened; the message says
   *     what is missing and how to mend it
   */
  public static void start(OrgDirectory orgs, Vault vault, MeterRegistry meters) {
    KeyWatch watch = new KeyWatch(vault, meters);
    KeyCensus first = watch.count(orgs.snapshot());
    if (first.locked()) {
      throw new RegistryRefused(locked(first, vault));
    }
    watch.tell(first);
    orgs.onReplace(watch::look);
  }

  private void look(Snapshot snapshot) {
    tell(count(snapshot));
  }

  private KeyCensus count(Snapshot snapshot) {
    IdentityHashMap<Org, List<String>> before = keyIds;
    IdentityHashMap<Org, List<String>> now = new IdentityHashMap<>(snapshot.orgs().size());
    KeyCensus census =
        KeyCensus.of(
            snapshot.orgs(),
            vault,
            org -> {
              List<String> known = before.get(org);
              List<String> ids = known != null ? known : KeyCensus.keyIds(org);
              now.put(org, ids);
              return ids;
            });
    keyIds = now;
    return census;
  }

  private void tell(KeyCensus census) {
    List<Usage> keys = census.keys();
    List<Row<?>> rows = new ArrayList<>();
    keys.stream()
        .limit(TOLD_APART)
        .forEach(key -> rows.add(row(key.keyId(), key.file() != null, key.secrets())));
    if (keys.size() > TOLD_APART) {
      rows.add(row("other", false, keys.stream().skip(TOLD_APART).mapToInt(Usage::secrets).sum()));
    }
    gauge.register(rows, true);
    for (Usage key : census.missing()) {
      if (warned.add(key.keyId())) {
        LOG.log(Level.WARNING, missing(key, vault));
      }
    }
    // A key that came back and went again is worth another line.
    warned.retainAll(census.missing().stream().map(Usage::keyId).toList());
  }

  private static Row<?> row(String kek, boolean held, int secrets) {
    return Row.of(Tags.of("kek", kek, "held", Boolean.toString(held)), secrets);
  }

  /** Some secrets need a key that is not here. */
  static String missing(Usage key, Vault vault) {
    return key.keyId().equals(KeyCensus.DAMAGED)
        ? "%d secrets of %s are damaged and do not open; set them again"
            .formatted(key.secrets(), key.someOrgs())
        : ("%d secrets of %s are sealed under the key-encryption key %s, which is not here (%s);"
                + " name its file in secrets.previous_key_files, or set those secrets again")
            .formatted(key.secrets(), key.someOrgs(), key.keyId(), held(vault));
  }

  private static String lost(Path file, KeyCensus sealed) {
    return ("secrets.key_file: %1$s is not there, but the registry holds %2$d secrets that are"
            + " sealed under the key-encryption key %3$s. No key was made, for a fresh one opens"
            + " none of them: put the file back, from a backup if need be. To seal under a new key"
            + " from now on, make it once for all gateways: edgemint secrets new-key %1$s (and if"
            + " the old one is lost for good, set the secrets again: edgemint apply)")
        .formatted(file, sealed.secrets(), ids(sealed.keys()));
  }

  private static String locked(KeyCensus census, Vault vault) {
    return ("none of the registry's %d sealed secrets can be opened: they need the key-encryption"
            + " key %s, and here is only %s. This is a wrong or a freshly made key file: put the"
            + " right one in its place, from a backup if need be. If that key is lost for good,"
            + " set the secrets again under this one: edgemint apply")
        .formatted(census.secrets(), ids(census.missing()), held(vault));
  }

  private static String ids(List<Usage> keys) {
    return String.join(", ", keys.stream().map(Usage::keyId).toList());
  }

  /** The keys that are here, for a sentence. */
  static String held(Vault vault) {
    return String.join(
        ", ",
        vault.keys().entrySet().stream()
            .map(key -> key.getKey() + " in " + key.getValue())
            .toList());
  }
}
