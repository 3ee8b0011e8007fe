package io.edgemint.caller;

import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The authorities of all organisations, found by the name and key id of an issuer: how many there
 * are makes no difference to a device. Immutable.
 */
final class Anchors {
  static final Anchors NONE = new Anchors(Map.of());

  /**
   * Authorities of one name whose keys are tried. Genuine ones come first, so nobody hides them.
   */
  private static final int MOST_TRIED = 64;

  private static final System.Logger LOG = System.getLogger(Anchors.class.getName());

  private final Map<OrgId, List<Anchor>> byOrg;
  private final Map<X500Principal, List<Anchor>> byName = new HashMap<>();
  private final Map<Key, List<Anchor>> byKey = new HashMap<>();

  private Anchors(Map<OrgId, List<Anchor>> byOrg) {
    this.byOrg = byOrg;
    byOrg.values().stream()
        .flatMap(List::stream)
        .sorted(
            Comparator.comparing((Anchor anchor) -> !anchor.isGenuine())
                .thenComparing(Anchor::org)
                .thenComparing(anchor -> anchor.authority().name()))
        .forEach(this::add);
    byKey.forEach((key, exact) -> addOthers(exact, byName.getOrDefault(key.name, List.of())));
  }

  private void add(Anchor anchor) {
    X500Principal name = anchor.certificate().getSubjectX500Principal();
    byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(anchor);
    Key key = new Key(name, KeyIds.subject(anchor.certificate()));
    byKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(anchor);
  }

  /**
   * Behind those of a key id their namesakes, for one may issue under an id that it does not show
   * and others copy. What is called by the digest of its key needs none.
   */
  private static void addOthers(List<Anchor> exact, List<Anchor> namesakes) {
    int known = exact.size();
    if (exact.getFirst().isGenuine()) {
      return;
    }
    for (int i = 0; i < namesakes.size() && exact.size() < MOST_TRIED; i++) {
      if (!exact.subList(0, known).contains(namesakes.get(i))) {
        exact.add(namesakes.get(i));
      }
    }
  }

  private record Key(X500Principal name, @Nullable String id) {}

  /**
   * The authorities of a snapshot; the same object as before if none has changed. Reads
   * certificates, which is not for event loops.
   */
  static Anchors of(Snapshot snapshot, Anchors before) {
    Set<String> shared = shared(snapshot);
    Map<OrgId, List<Anchor>> next = new HashMap<>();
    boolean same = true;
    for (Org org : snapshot.orgs()) {
      List<CertificateAuthority> authorities =
          org.authorities().stream().filter(it -> !shared.contains(it.publicKey())).toList();
      if (!authorities.isEmpty()) {
        List<Anchor> known = before.byOrg.getOrDefault(org.id(), List.of());
        List<Anchor> anchors = anchors(org.id(), authorities, known);
        same = same && anchors.equals(known);
        next.put(org.id(), anchors);
      }
    }
    return same && next.keySet().equals(before.byOrg.keySet()) ? before : new Anchors(next);
  }

  /** One root, one organisation: keys that two name, which the registry should have refused. */
  private static Set<String> shared(Snapshot snapshot) {
    Map<String, OrgId> owners = new HashMap<>();
    Set<String> shared = new HashSet<>();
    for (Org org : snapshot.orgs()) {
      for (CertificateAuthority authority : org.authorities()) {
        OrgId owner = owners.putIfAbsent(authority.publicKey(), org.id());
        if (owner != null && !owner.equals(org.id()) && shared.add(authority.publicKey())) {
          LOG.log(
              Level.WARNING,
              "certificate authority {0} is not accepted: {1} and {2} both name it",
              authority.publicKey(),
              owner,
              org.id());
        }
      }
    }
    return shared;
  }

  private static List<Anchor> anchors(
      OrgId org, List<CertificateAuthority> authorities, List<Anchor> known) {
    List<Anchor> anchors = new ArrayList<>(authorities.size());
    for (CertificateAuthority authority : authorities) {
      Anchor standing =
          known.stream().filter(it -> it.authority().equals(authority)).findFirst().orElse(null);
      try {
        anchors.add(standing != null ? standing : new Anchor(org, authority));
      } catch (IllegalArgumentException e) {
        LOG.log(
            Level.WARNING,
            "certificate authority {0} of {1} is not accepted: {2}",
            authority.name(),
            org,
            e.getMessage());
      }
    }
    return anchors;
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  Stream<Anchor> all() {
    return byOrg.values().stream().flatMap(List::stream);
  }

  /** Those that may have issued a certificate, as it says itself. */
  List<Anchor> named(X509Certificate certificate) {
    X500Principal issuer = certificate.getIssuerX500Principal();
    String id = KeyIds.authority(certificate);
    if (id != null) {
      List<Anchor> exact = byKey.getOrDefault(new Key(issuer, id), List.of());
      if (!exact.isEmpty()) {
        return exact;
      }
    }
    return byName.getOrDefault(issuer, List.of());
  }

  /** The one among them whose key verifies the certificate, or null. */
  static @Nullable Anchor issuer(List<Anchor> named, X509Certificate certificate) {
    for (int i = 0; i < named.size() && i < MOST_TRIED; i++) {
      if (CertificateRules.isIssuedBy(certificate, named.get(i).certificate())) {
        return named.get(i);
      }
    }
    return null;
  }
}
