package io.edgemint.registry;

import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.SealedSecrets;
import io.edgemint.vault.Vault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How many sealed secrets of organisations need which key-encryption key; nothing is opened.
 *
 * @param keys the held ones in the order of the settings, of which the first seals, then those that
 *     are not here
 */
public record KeyCensus(List<Usage> keys) {
  /** What stands in the place of a key's id if a text in the registry is no sealed secret. */
  static final String DAMAGED = "damaged";

  private static final int NAMED = 5;

  /** Copies the list. */
  public KeyCensus {
    keys = List.copyOf(keys);
  }

  /**
   * How one key is used.
   *
   * @param keyId the key's id
   * @param file where it is held, or null if it is not here
   * @param secrets how many secrets need it
   * @param orgs whose secrets they are, by id
   */
  public record Usage(String keyId, @Nullable Path file, int secrets, Set<OrgId> orgs) {
    /** The first few organisations, for a sentence. */
    public String someOrgs() {
      String some = orgs.stream().limit(NAMED).map(OrgId::value).collect(Collectors.joining(", "));
      return orgs.size() > NAMED ? some + " and " + (orgs.size() - NAMED) + " more" : some;
    }
  }

  /** Counts. */
  public static KeyCensus of(Collection<Org> orgs, Vault vault) {
    return of(orgs, vault, KeyCensus::keyIds);
  }

  /**
   * Counts.
   *
   * @param keyIds gives what {@link #keyIds} does, and may remember it
   */
  static KeyCensus of(Collection<Org> orgs, Vault vault, Function<Org, List<String>> keyIds) {
    return of(orgs, vault.keys(), keyIds);
  }

  /** Counts while no key is here. */
  public static KeyCensus withoutKeys(Collection<Org> orgs) {
    return of(orgs, Map.of(), KeyCensus::keyIds);
  }

  private static KeyCensus of(
      Collection<Org> orgs, Map<String, Path> held, Function<Org, List<String>> keyIds) {
    Map<String, List<OrgId>> users = new TreeMap<>();
    for (Org org : orgs) {
      for (String id : keyIds.apply(org)) {
        users.computeIfAbsent(id, _ -> new ArrayList<>()).add(org.id());
      }
    }
    List<Usage> keys = new ArrayList<>();
    held.forEach((id, file) -> keys.add(usage(id, file, users.remove(id))));
    users.forEach((id, of) -> keys.add(usage(id, null, of)));
    return new KeyCensus(keys);
  }

  /** The key that each sealed secret of an organisation needs. */
  static List<String> keyIds(Org org) {
    return SealedSecrets.of(org).stream().map(KeyCensus::keyId).toList();
  }

  private static String keyId(SealedSecrets.Held held) {
    try {
      return Vault.keyIdOf(held.secret().text());
    } catch (IllegalArgumentException e) {
      return DAMAGED;
    }
  }

  private static Usage usage(String id, @Nullable Path file, @Nullable List<OrgId> orgs) {
    List<OrgId> of = orgs == null ? List.of() : orgs;
    Set<OrgId> each = new TreeSet<>(Comparator.comparing(OrgId::value));
    each.addAll(of);
    return new Usage(id, file, of.size(), each);
  }

  /** All secrets. */
  public int secrets() {
    return keys.stream().mapToInt(Usage::secrets).sum();
  }

  /** Keys that secrets need and that are not here. */
  public List<Usage> missing() {
    return keys.stream().filter(key -> key.file() == null).toList();
  }

  /** Keys that are here. */
  public List<Usage> held() {
    return keys.stream().filter(key -> key.file() != null).toList();
  }

  /** Whether there are secrets and none of them can be opened here. */
  public boolean locked() {
    return secrets() > 0 && held().stream().allMatch(key -> key.secrets() == 0);
  }
}
