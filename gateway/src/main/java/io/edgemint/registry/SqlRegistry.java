package io.edgemint.registry;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.History;
import io.edgemint.backend.Leases;
import io.edgemint.backend.Nodes;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.LastGoodKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The registry in a SQL database: a SQLite file for gateways on one machine, PostgreSQL for a
 * fleet. Safe on all threads and for several processes; every call may wait for a disk or a
 * network.
 *
 * <p>Each version belongs to one organisation and was allocated inside the transaction that wrote
 * it, so whoever reads everything above a version misses nothing. Tombstones stay for good, so no
 * version is too old to go on from.
 */
public final class SqlRegistry implements BackendStore, Leases, Nodes, History, LastGoodKeys {
  /** How often a registry that was lost while it was told to keep a change is asked what it did. */
  private static final int RECONNECTS = 5;

  private final Database database;
  private final IdentityRoots roots;
  private final InstantSource clock;
  private final Object opening = new Object();
  private volatile boolean opened;

  SqlRegistry(Database database, Set<String> platformIssuers, InstantSource clock) {
    this.database = database;
    this.roots = new IdentityRoots(platformIssuers);
    this.clock = clock;
  }

  /**
   * The registry at the place that the settings name. Nothing is touched before the first use,
   * which makes a SQLite file and its folder if they are not there and brings the tables to their
   * newest form; what fails is tried again by the next use.
   *
   * <p>While that has not worked, every use throws {@link UncheckedIOException} with a message that
   * names the place, or {@link IllegalStateException} if an organisation has claimed an issuer of
   * the platform.
   *
   * @param platformIssuers the {@code iss} of the platform's own issuers, which no organisation may
   *     claim
   */
  public static SqlRegistry open(
      RegistrySettings place, Set<String> platformIssuers, InstantSource clock) {
    return new SqlRegistry(database(place), platformIssuers, clock);
  }

  /** The registry in a SQLite file; see {@link #open}. */
  public static SqlRegistry sqlite(Path path, Set<String> platformIssuers, InstantSource clock) {
    return open(new RegistrySettings.Sqlite(path), platformIssuers, clock);
  }

  static Database database(RegistrySettings place) {
    return switch (place) {
      case RegistrySettings.Sqlite sqlite -> new SqliteFile(sqlite.file());
      case RegistrySettings.Postgres postgres -> new PostgresDatabase(postgres);
    };
  }

  /** The database, once its tables stand and hold nothing that contradicts the settings. */
  private Database database() {
    if (!opened) {
      synchronized (opening) {
        if (!opened) {
          database.migrate();
          database.read(
              connection -> {
                roots.checkPlatform(connection);
                return true;
              });
          opened = true;
        }
      }
    }
    return database;
  }

  @Override
  public Snapshot load() {
    Snapshot.Changes all = database().read(SqlRegistry::everything);
    return Snapshot.of(all.version(), all.chain(), all.changed());
  }

  @Override
  public @Nullable Org org(OrgId id) {
    return database()
        .<@Nullable Org>read(
            connection -> {
              try (PreparedStatement select =
                  connection.prepareStatement("SELECT document FROM org WHERE id = ?")) {
                select.setString(1, id.value());
                try (ResultSet rows = select.executeQuery()) {
                  String document = rows.next() ? rows.getString(1) : null;
                  return document == null ? null : OrgDocument.read(id.value(), document);
                }
              }
            });
  }

  @Override
  public Snapshot.Changes since(Snapshot known) {
    return database()
        .follow(
            connection ->
                continues(connection, known)
                    ? changes(connection, known.version())
                    : everything(connection));
  }

  /**
   * Whether the snapshot is one of this database's past; all pasts begin with the empty one. Where
   * the newest row of the trail was lost, all that can be told is whether the version is the same:
   * otherwise every gateway would load everything at every read.
   */
  private static boolean continues(Connection connection, Snapshot known) throws SQLException {
    if (known.version() == 0) {
      return true;
    }
    String there = AuditTrail.chainAt(connection, known.version());
    return known.chain().equals(there)
        && (!there.isEmpty() || known.version() == OrgTable.version(connection));
  }

  private static Snapshot.Changes everything(Connection connection) throws SQLException {
    long newest = OrgTable.version(connection);
    List<Org> orgs = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement("SELECT id, document FROM org WHERE document IS NOT NULL");
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        orgs.add(OrgDocument.read(rows.getString(1), rows.getString(2)));
      }
    }
    return new Snapshot.Changes(
        newest, AuditTrail.chainAt(connection, newest), true, orgs, List.of());
  }

  private static Snapshot.Changes changes(Connection connection, long version) throws SQLException {
    long newest = OrgTable.version(connection);
    List<Org> changed = new ArrayList<>();
    List<OrgId> deleted = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT id, document FROM org WHERE version > ? ORDER BY version")) {
      select.setLong(1, version);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          String document = rows.getString(2);
          if (document == null) {
            deleted.add(new OrgId(rows.getString(1)));
          } else {
            changed.add(OrgDocument.read(rows.getString(1), document));
          }
        }
      }
    }
    return new Snapshot.Changes(
        newest, AuditTrail.chainAt(connection, newest), false, changed, deleted);
  }

  @Override
  public List<Org> write(List<Org> orgs, List<Org> deleted, Change change) {
    Set<OrgId> ids = new HashSet<>();
    for (Org org : Stream.concat(orgs.stream(), deleted.stream()).toList()) {
      if (!ids.add(org.id())) {
        throw new IllegalArgumentException(
            "organisation " + org.id() + " is written twice at once");
      }
    }
    AtomicReference<OrgTable.@Nullable Written> written = new AtomicReference<>();
    try {
      return database()
          .write(
              connection -> {
                OrgTable.Written done = write(connection, orgs, deleted, change);
                written.set(done);
                return done.orgs();
              });
    } catch (Database.OutcomeUnknown lost) {
      return settled(written.get(), lost);
    }
  }

  private OrgTable.Written write(
      Connection connection, List<Org> orgs, List<Org> deleted, Change change) throws SQLException {
    if (change.lease() != null) {
      LeaseTable.requireHeld(connection, change.lease());
    }
    // All are given up before any is claimed: roots may move within a batch.
    roots.release(connection, deleted);
    roots.release(connection, orgs);
    OrgTable.Written written =
        new OrgTable(connection, clock.millis(), change).write(orgs, deleted);
    roots.claim(connection, written.orgs());
    return written;
  }

  /**
   * What a write came to of which nobody said whether it is kept: the history tells. Asked as a
   * writer, who waits until the lost transaction has ended.
   */
  private List<Org> settled(OrgTable.@Nullable Written written, Database.OutcomeUnknown lost) {
    if (written == null || written.chain().isEmpty()) {
      throw lost;
    }
    for (int attempt = 0; attempt < RECONNECTS; attempt++) {
      boolean kept;
      try {
        kept =
            database.write(
                connection ->
                    written.chain().equals(AuditTrail.chainAt(connection, written.version())));
      } catch (UncheckedIOException away) {
        lost.addSuppressed(away);
        continue;
      }
      if (kept) {
        return written.orgs();
      }
      String message = "the registry was lost before it kept the change: nothing is written";
      throw new UncheckedIOException(message, new IOException(message, lost));
    }
    throw lost;
  }

  @Override
  public @Nullable Lease take(String work, String holder, Duration time) {
    return database()
        .<@Nullable Lease>write(
            connection -> {
              long now = clock.millis();
              return LeaseTable.take(connection, work, holder, now, now + time.toMillis());
            });
  }

  @Override
  public void report(Node node) {
    database()
        .touch(
            connection -> {
              NodeTable.report(connection, node);
              return true;
            });
  }

  @Override
  public List<Node> nodes() {
    return database().read(NodeTable::all);
  }

  @Override
  public void leave(String id) {
    database().touch(connection -> NodeTable.leave(connection, id));
  }

  @Override
  public List<Entry> entries(@Nullable OrgId org, long belowVersion, int limit) {
    return database().read(connection -> AuditTrail.below(connection, org, belowVersion, limit));
  }

  /**
   * Reads the whole audit trail and holds it against itself and what is stored.
   *
   * @param noted a head that was noted before, or null
   */
  public AuditReport audit(AuditReport.@Nullable Head noted) {
    return database().read(connection -> new AuditCheck(connection, noted).run());
  }

  @Override
  public @Nullable String load(String iss) {
    return database()
        .<@Nullable String>read(
            connection -> {
              try (PreparedStatement select =
                  connection.prepareStatement("SELECT jwks FROM issuer_keys WHERE iss = ?")) {
                select.setString(1, iss);
                try (ResultSet rows = select.executeQuery()) {
                  return rows.next() ? rows.getString(1) : null;
                }
              }
            });
  }

  @Override
  public void save(String iss, String jwksJson) {
    database()
        .touch(
            connection -> {
              try (PreparedStatement upsert =
                  connection.prepareStatement(
                      "INSERT INTO issuer_keys (iss, jwks, saved_at) VALUES (?, ?, ?)"
                          + " ON CONFLICT (iss) DO UPDATE"
                          + " SET jwks = excluded.jwks, saved_at = excluded.saved_at")) {
                upsert.setString(1, iss);
                upsert.setString(2, jwksJson);
                upsert.setLong(3, clock.millis());
                return upsert.executeUpdate();
              }
            });
  }

  @Override
  public void close() {
    database.close();
  }
}
