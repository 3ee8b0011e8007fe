package io.edgemint.registry;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

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

  /** A contradiction between the settings and the registry, which an operator resolves. */
  static final class PlatformIssuerTaken extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private PlatformIssuerTaken(String message) {
      super(message);
    }
  }

  /** Refuses issuers of the platform that an organisation had before. */
  void checkPlatform(Connection connection) throws SQLException {
    for (String iss : platformIssuers) {
      String owner = owner(connection, new Root(ISSUER, iss));
      if (!owner.isEmpty()) {
        throw new PlatformIssuerTaken(
            "issuer '%s' of the platform belongs to organisation %s: remove it from one of them"
                .formatted(iss, owner));
      }
    }
  }

  /** Gives up everything that an organisation claimed. */
  void release(Connection connection, OrgId org) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM identity_root WHERE org = ?")) {
      delete.setString(1, org.value());
      delete.executeUpdate();
    }
  }

  /** Claims everything that the record names, once it stands in the table. */
  void claim(Connection connection, Org org) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO identity_root (kind, value, org) VALUES (?, ?, ?)")) {
      for (Root root : of(org)) {
        refuseIfTaken(connection, root, org.id());
        insert.setString(1, root.kind());
        insert.setString(2, root.value());
        insert.setString(3, org.id().value());
        insert.executeUpdate();
      }
    }
  }

  private void refuseIfTaken(Connection connection, Root root, OrgId org) throws SQLException {
    if (root.kind().equals(ISSUER) && platformIssuers.contains(root.value())) {
      throw new Conflict(
          "organisation %s names issuer '%s', which is the platform's: name one of its own"
              .formatted(org, root.value()));
    }
    String owner = owner(connection, root);
    if (!owner.isEmpty()) {
      throw new Conflict(
          "organisation %s names %s '%s', which belongs to organisation %s: name one of its own"
              .formatted(org, root.kind(), root.value(), owner));
    }
  }

  private static String owner(Connection connection, Root root) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT org FROM identity_root WHERE kind = ? AND value = ?")) {
      select.setString(1, root.kind());
      select.setString(2, root.value());
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getString(1) : "";
      }
    }
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
