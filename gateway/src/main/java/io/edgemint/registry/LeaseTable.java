package io.edgemint.registry;

import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.Leases.Lease;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The leases within one writing transaction. */
final class LeaseTable {
  private LeaseTable() {}

  /**
   * Takes a lease that is free, over, or the holder's own.
   *
   * @param now epoch milliseconds
   * @param until epoch milliseconds
   */
  static @Nullable Lease take(
      Connection connection, String work, String holder, long now, long until) throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            "INSERT INTO lease (work, holder, until, number) VALUES (?, ?, ?, 1)"
                + " ON CONFLICT (work) DO UPDATE SET until = excluded.until,"
                + " number = lease.number"
                + " + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END,"
                + " holder = excluded.holder"
                + " WHERE lease.holder = excluded.holder OR lease.until <= ? OR lease.until > ?"
                + " RETURNING number")) {
      upsert.setString(1, work);
      upsert.setString(2, holder);
      upsert.setLong(3, until);
      upsert.setLong(4, now);
      // A time that is far off was set by a clock that has been turned back since.
      upsert.setLong(5, until + (until - now));
      try (ResultSet rows = upsert.executeQuery()) {
        return rows.next() ? new Lease(work, holder, rows.getLong(1)) : null;
      }
    }
  }

  /**
   * Refuses what a process writes that has lost its lease. The number alone would not tell: after a
   * fail-over to a database that lagged, another may get one that was given out before.
   */
  static void requireHeld(Connection connection, Lease lease) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT number, holder FROM lease WHERE work = ?")) {
      select.setString(1, lease.work());
      try (ResultSet rows = select.executeQuery()) {
        boolean held =
            rows.next()
                && rows.getLong(1) == lease.number()
                && rows.getString(2).equals(lease.holder());
        if (!held) {
          throw new Conflict(
              "the work '%s' has gone to another process: nothing is written"
                  .formatted(lease.work()));
        }
      }
    }
  }
}
