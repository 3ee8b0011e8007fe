package io.edgemint.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An organisation: everything that decides who may ask for links in its name and where those links
 * lead.
 *
 * @param id who it is
 * @param version the registry version that wrote this record; 0 before it was written
 * @param policy its rules
 * @param revocations what it has withdrawn
 * @param issuers its own token issuers, each bound to it alone
 * @param backends the revisions of its backends, of which at most one is active
 * @param authorities its certificate authorities, each bound to it alone
 * @param destinations where archives of its jobs are delivered
 */
public record Org(
    OrgId id,
    long version,
    Policy policy,
    Revocations revocations,
    List<Issuer> issuers,
    List<Backend> backends,
    List<CertificateAuthority> authorities,
    List<Destination> destinations) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if two revisions are active, or one stands twice, or a
   *     destination has the name of another or of a backend
   */
  public Org {
    issuers = List.copyOf(issuers);
    backends = List.copyOf(backends);
    authorities = List.copyOf(authorities);
    destinations = List.copyOf(destinations);
    if (backends.stream().filter(b -> b.state() == Backend.State.ACTIVE).count() > 1) {
      throw new IllegalArgumentException("at most one backend of an organisation is active");
    }
    if (backends.stream().map(Backend::label).distinct().count() != backends.size()) {
      throw new IllegalArgumentException("a revision of a backend stands once");
    }
    Set<String> names = backends.stream().map(Backend::name).collect(Collectors.toSet());
    for (Destination destination : destinations) {
      if (!names.add(destination.name())) {
        throw new IllegalArgumentException(
            "the name '%s' of a destination is taken by another or by a backend; choose its own"
                .formatted(destination.name()));
      }
    }
  }

  /** An organisation to which no archives are delivered. */
  public Org(
      OrgId id,
      long version,
      Policy policy,
      Revocations revocations,
      List<Issuer> issuers,
      List<Backend> backends,
      List<CertificateAuthority> authorities) {
    this(id, version, policy, revocations, issuers, backends, authorities, List.of());
  }

  /** An organisation whose devices bring no certificates. */
  public Org(
      OrgId id,
      long version,
      Policy policy,
      Revocations revocations,
      List<Issuer> issuers,
      List<Backend> backends) {
    this(id, version, policy, revocations, issuers, backends, List.of());
  }

  /** The backend that serves, or null while default storage does. */
  public @Nullable Backend active() {
    for (int i = 0; i < backends.size(); i++) {
      if (backends.get(i).state() == Backend.State.ACTIVE) {
        return backends.get(i);
      }
    }
    return null;
  }

  /** The newest revision of a backend, or null if the organisation has none of that name. */
  public @Nullable Backend newest(String name) {
    return backends.stream()
        .filter(b -> b.name().equals(name))
        .reduce((a, b) -> a.revision() > b.revision() ? a : b)
        .orElse(null);
  }

  /** The same organisation as another version. */
  public Org withVersion(long other) {
    return new Org(id, other, policy, revocations, issuers, backends, authorities, destinations);
  }

  /** The same organisation with a revision put in the place of its predecessor, or added. */
  public Org withBackend(Backend changed) {
    List<Backend> next = new ArrayList<>(backends);
    next.removeIf(b -> b.isSameRevisionAs(changed));
    next.add(changed);
    return withBackends(next);
  }

  /** The certificate authority of that name, or null if the organisation has none. */
  public @Nullable CertificateAuthority authority(String name) {
    return authorities.stream().filter(it -> it.name().equals(name)).findFirst().orElse(null);
  }

  /** The same organisation with an authority put in the place of its namesake, or added. */
  public Org withAuthority(CertificateAuthority changed) {
    List<CertificateAuthority> next = new ArrayList<>(authorities);
    next.removeIf(it -> it.name().equals(changed.name()));
    next.add(changed);
    next.sort(Comparator.comparing(CertificateAuthority::name));
    return withAuthorities(next);
  }

  /** The destination of that name, or null if the organisation has none. */
  public @Nullable Destination destination(String name) {
    return destinations.stream().filter(it -> it.name().equals(name)).findFirst().orElse(null);
  }

  /** The same organisation with a destination put in the place of its namesake, or added. */
  public Org withDestination(Destination changed) {
    List<Destination> next = new ArrayList<>(destinations);
    next.removeIf(it -> it.name().equals(changed.name()));
    next.add(changed);
    next.sort(Comparator.comparing(Destination::name));
    return withDestinations(next);
  }

  /** The revision that served before the active one, or null if none did or it is gone. */
  public @Nullable Backend previous() {
    return backends.stream()
        .filter(b -> b.state() == Backend.State.REPLACED && b.service().turn() > 0)
        .max(Comparator.comparingLong(b -> b.service().turn()))
        .orElse(null);
  }

  /**
   * The same organisation with a verified revision serving, and whatever served before replaced and
   * kept for a way back. Revisions replaced earlier are let go, but for the newest of each name,
   * which the next one counts from.
   *
   * @throws IllegalArgumentException if the revision is not verified on both sides, or lies in a
   *     region that the policy does not allow
   */
  public Org withActive(Backend verified) {
    if (!verified.verified()) {
      throw new IllegalArgumentException(
          "a backend is activated only when both of its sides are verified");
    }
    if (!policy.allows(verified)) {
      throw new IllegalArgumentException(
          "a backend is activated only in a region that the policy allows");
    }
    Backend active = active();
    if (active != null && active.isSameRevisionAs(verified)) {
      return withBackend(verified.withService(active.service().withSuspended(false)));
    }
    long turn = 1 + backends.stream().mapToLong(b -> b.service().turn()).max().orElse(0);
    List<Backend> next = new ArrayList<>();
    for (Backend backend : backends) {
      if (backend.isSameRevisionAs(verified)) {
        next.add(
            backend
                .withState(Backend.State.ACTIVE)
                .withService(new Backend.Service(turn, false, false)));
      } else if (backend.state() == Backend.State.ACTIVE) {
        next.add(backend.withState(Backend.State.REPLACED));
      } else if (backend.state() != Backend.State.REPLACED
          || backend.equals(newest(backend.name()))) {
        next.add(backend);
      }
    }
    return withBackends(next);
  }

  /** The same organisation without any revision of a backend. */
  public Org without(String name) {
    return withBackends(backends.stream().filter(b -> !b.name().equals(name)).toList());
  }

  /** The same organisation with other revocations. */
  public Org withRevocations(Revocations others) {
    return new Org(id, version, policy, others, issuers, backends, authorities, destinations);
  }

  /** The same organisation with other certificate authorities. */
  public Org withAuthorities(List<CertificateAuthority> others) {
    return new Org(id, version, policy, revocations, issuers, backends, others, destinations);
  }

  /** The same organisation with other destinations. */
  public Org withDestinations(List<Destination> others) {
    return new Org(id, version, policy, revocations, issuers, backends, authorities, others);
  }

  /** The same organisation with other token issuers. */
  Org withIssuers(List<Issuer> others) {
    return new Org(id, version, policy, revocations, others, backends, authorities, destinations);
  }

  /** The same organisation with other revisions of its backends. */
  Org withBackends(List<Backend> others) {
    return new Org(id, version, policy, revocations, issuers, others, authorities, destinations);
  }
}
