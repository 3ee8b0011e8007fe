package io.edgemint.caller;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.Snapshot;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every issuer that may speak here: those of the platform, which are fixed, and those of the
 * organisations, which follow the snapshot. Looking one up is one volatile read, on any thread.
 */
final class Issuers {
  private static final System.Logger LOG = System.getLogger(Issuers.class.getName());

  private final KeySupply supply;
  private final FetchCounters counters;
  private final Map<String, IssuerKeys> platform = new HashMap<>();
  private volatile Map<String, IssuerKeys> all;

  /**
   * Begins with the platform's issuers.
   *
   * @throws IllegalArgumentException if two have the same name, or one is bound to an organisation
   */
  Issuers(List<Issuer> platform, KeySupply supply, FetchCounters counters) {
    this.supply = supply;
    this.counters = counters;
    for (Issuer issuer : platform) {
      if (issuer.org() != null || this.platform.containsKey(issuer.iss())) {
        throw new IllegalArgumentException(
            "the platform's issuer "
                + issuer.iss()
                + " stands twice, or is bound to an organisation: name each once");
      }
      this.platform.put(issuer.iss(), new IssuerKeys(issuer, supply, counters));
    }
    all = Map.copyOf(this.platform);
    all.values().forEach(IssuerKeys::start);
  }

  @Nullable IssuerKeys find(String iss) {
    return all.get(iss);
  }

  /** Takes over the organisations' issuers; one that has not changed goes on as it is. */
  synchronized void follow(Snapshot snapshot) {
    Map<String, IssuerKeys> before = all;
    Map<String, IssuerKeys> next = new HashMap<>(platform);
    List<IssuerKeys> begun = new ArrayList<>();
    for (Issuer issuer : bound(snapshot)) {
      IssuerKeys known = before.get(issuer.iss());
      if (known != null && known.issuer().equals(issuer)) {
        next.put(issuer.iss(), known);
        continue;
      }
      IssuerKeys changed = new IssuerKeys(issuer, supply, counters);
      if (known != null) {
        changed.takeOver(known);
      }
      begun.add(changed);
      next.put(issuer.iss(), changed);
    }
    all = Map.copyOf(next);
    for (IssuerKeys old : before.values()) {
      IssuerKeys successor = next.get(old.issuer().iss());
      if (successor != old) {
        old.close(successor == null ? KeySet.EMPTY : successor.keys());
      }
    }
    begun.forEach(IssuerKeys::start);
  }

  /** The organisations' issuers whose name is theirs alone: one name, one root. */
  private List<Issuer> bound(Snapshot snapshot) {
    Map<String, Issuer> byName = new HashMap<>();
    Set<String> refused = new HashSet<>();
    for (Org org : snapshot.orgs()) {
      for (Issuer issuer : org.issuers()) {
        boolean taken =
            platform.containsKey(issuer.iss()) || byName.put(issuer.iss(), issuer) != null;
        if (taken || !org.id().equals(issuer.org())) {
          refused.add(issuer.iss());
          LOG.log(
              System.Logger.Level.WARNING,
              "issuer {0} of {1} is not accepted: the name is taken, or bound elsewhere",
              issuer.iss(),
              org.id());
        }
      }
    }
    return byName.values().stream().filter(issuer -> !refused.contains(issuer.iss())).toList();
  }

  /** Ends when every issuer now known has tried to learn its keys. */
  Future<Void> loaded() {
    return Future.join(all.values().stream().map(IssuerKeys::loaded).toList()).mapEmpty();
  }

  /** Whether any issuer has a usable key. */
  boolean anybodyGetsIn() {
    return !all.values().stream().allMatch(issuer -> issuer.keys().isEmpty());
  }

  /** What keeps tokens out, for the operator; empty if all is well. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (!anybodyGetsIn()) {
      problems.add("no issuer has a usable key: nobody gets in");
    }
    problems.addAll(issuerProblems());
    return problems;
  }

  /** The same of each issuer by itself. */
  List<String> issuerProblems() {
    return all.values().stream().flatMap(issuer -> issuer.problems().stream()).toList();
  }

  void close() {
    all.values().forEach(issuer -> issuer.close(KeySet.EMPTY));
  }
}
