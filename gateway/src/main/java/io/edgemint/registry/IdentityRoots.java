package io.edgemint.registry;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The names by which the outside world knows an organisation, of which each belongs to one alone:
 * the {@code iss} of its issuers, the public keys of its certificate authorities and the ARNs of
 * its roles. Were one shared, a credential or a session of the one organisation would pass for the
 * other's.
 */
final class IdentityRoots {
  private static final String ISSUER = "issuer";
  private static final String AUTHORITY = "certificate authority";
  private static final String ROLE = "role";

  private final Set<String> platformIssuers;

  IdentityRoots(Set<String> platformIssuers) {
    this.platformIssuers = Set.copyOf(platformIssuers);
  }

  /** Refuses issuers of the platform that an organisation had before. */
  void checkPlatform(Connection connection) throws SQLException {
    Set<Root> roots =
        platformIssuers.stream().map(iss -> new Root(ISSUER, iss)).collect(Collectors.toSet());
    owners(connection, roots)
        .forEach(
            (root, owner) -> {
              if (root.kind().equals(ISSUER)) {
                throw new RegistryRefused(
                    ("issuer '%s' of the platform belongs to organisation %s: remove it from one of"
                            + " them")
                        .formatted(root.value(), owner));
              }
            });
  }

  /** Gives up everything that organisations claimed. */
  void release(Connection connection, List<Org> orgs) throws SQLException {
    try (Batch delete = new Batch(connection, "DELETE FROM identity_root WHERE org = ?")) {
      for (Org org : orgs) {
        delete.add(org.id().value());
      }
      delete.flush();
    }
  }

  /** Claims everything that the records name, once they stand in the table. */
  void claim(Connection connection, List<Org> orgs) throws SQLException {
    Map<Root, String> claimed = new LinkedHashMap<>();
    for (Org org : orgs) {
      for (Root root : of(org)) {
        refuseIfThePlatforms(root, org.id());
        refuseIfAnothers(root, org.id(), claimed.put(root, org.id().value()));
      }
    }
    Map<Root, String> owners = owners(connection, claimed.keySet());
    for (Map.Entry<Root, String> claim : claimed.entrySet()) {
      refuseIfAnothers(claim.getKey(), new OrgId(claim.getValue()), owners.get(claim.getKey()));
    }
    try (Batch insert =
        new Batch(connection, "INSERT INTO identity_root (kind, value, org) VALUES (?, ?, ?)")) {
      for (Map.Entry<Root, String> claim : claimed.entrySet()) {
        insert.add(claim.getKey().kind(), claim.getKey().value(), claim.getValue());
      }
      insert.flush();
    }
  }

  private void refuseIfThePlatforms(Root root, OrgId org) {
    if (root.kind().equals(ISSUER) && platformIssuers.contains(root.value())) {
      throw new Conflict(
          "organisation %s names issuer '%s', which is the platform's: name one of its own"
              .formatted(org, root.value()));
    }
  }

  private static void refuseIfAnothers(Root root, OrgId org, @Nullable String owner) {
    if (owner != null) {
      throw new Conflict(
          "organisation %s names %s '%s', which belongs to organisation %s: name one of its own"
              .formatted(org, root.kind(), root.value(), owner));
    }
  }

  private static Map<Root, String> owners(Connection connection, Set<Root> roots)
      throws SQLException {
    Map<Root, String> owners = new HashMap<>();
    List<String> values = roots.stream().map(Root::value).distinct().toList();
    for (List<String> part : Batch.parts(values).toList()) {
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT kind, value, org FROM identity_root WHERE kind IN (?, ?, ?) AND value IN (%s)"
                  .formatted(Batch.marks(part)))) {
        // All kinds, for they lead the index.
        select.setString(1, ISSUER);
        select.setString(2, AUTHORITY);
        select.setString(3, ROLE);
        for (int i = 0; i < part.size(); i++) {
          select.setString(i + 4, part.get(i));
        }
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            owners.put(new Root(rows.getString(1), rows.getString(2)), rows.getString(3));
          }
        }
      }
    }
    return owners;
  }

  private static Set<Root> of(Org org) {
    Set<Root> roots = new LinkedHashSet<>();
    for (Issuer issuer : org.issuers()) {
      roots.add(new Root(ISSUER, issuer.iss()));
    }
    for (CertificateAuthority authority : org.authorities()) {
      roots.add(new Root(AUTHORITY, authority.publicKey()));
    }
    for (Backend backend : org.backends()) {
      addRole(roots, backend.upload());
      if (backend.download() instanceof S3Storage storage) {
        addRole(roots, storage);
      }
    }
    for (Destination destination : org.destinations()) {
      addRole(roots, destination.storage());
    }
    return roots;
  }

  private static void addRole(Set<Root> roots, S3Storage storage) {
    if (storage.credentials() instanceof S3Storage.Credentials.Role role) {
      // IAM: names within an account are not told apart by their case.
      roots.add(new Root(ROLE, role.roleArn().toLowerCase(Locale.ROOT)));
    }
  }

  private record Root(String kind, String value) {}
}
