package io.edgemint.registry;

import io.edgemint.config.Field;
import io.edgemint.config.Secret;
import io.edgemint.config.Section;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Where the registry is kept; its text names the place, and no secret. */
public sealed interface RegistrySettings {
  /** Reads the section {@code registry}. */
  static Field<RegistrySettings> read(Section section) {
    Path file = section.file("file", "data/registry.db");
    if (!section.has("postgresql")) {
      return section.build(() -> new Sqlite(file));
    }
    if (section.has("file")) {
      section.problem(
          "postgresql", "stands beside 'file', and a registry has one place; delete one of them");
    }
    return Postgres.read(section.section("postgresql"));
  }

  /** A SQLite file, for gateways on one machine. */
  record Sqlite(Path file) implements RegistrySettings {
    @Override
    public String toString() {
      return file.toString();
    }
  }

  /**
   * A PostgreSQL database, for a fleet.
   *
   * @param password asked for each new connection, so that it can be changed in its file; throws
   *     {@link IllegalArgumentException} if it cannot be read then
   * @param rootCertificate in PEM; without it, the authorities that Java trusts
   */
  record Postgres(
      String host,
      int port,
      String database,
      String user,
      Optional<Supplier<Secret>> password,
      SslMode sslMode,
      Optional<Path> rootCertificate)
      implements RegistrySettings {

    /** Reads the section {@code registry.postgresql}. */
    static Field<RegistrySettings> read(Section section) {
      Field<String> host = section.field("host", Postgres::host);
      int port = section.integer("port", 5432, 1, 65_535);
      String database = section.string("database", "edgemint");
      String user = section.string("user", "edgemint");
      Field<Optional<Supplier<Secret>>> password = section.optionalSecretSource("password");
      Supplier<SslMode> sslMode =
          section.has("sslmode")
              ? section.word("sslmode", SslMode.class)::get
              : () -> isLoopback(host.get()) ? SslMode.PREFER : SslMode.VERIFY_FULL;
      Field<Optional<Path>> root = rootCertificate(section);
      return section.<RegistrySettings>build(
          () ->
              new Postgres(
                  host.get(), port, database, user, password.get(), sslMode.get(), root.get()));
    }

    private static Field<Optional<Path>> rootCertificate(Section section) {
      if (!section.has("root_certificate")) {
        return section.build(Optional::empty);
      }
      Field<Path> file = section.file("root_certificate");
      return section.build(() -> Optional.of(file.get()));
    }

    private static String host(String text) {
      if (text.isEmpty() || !text.matches("[A-Za-z0-9._:-]+")) {
        throw new IllegalArgumentException(
            "is no host; write one name or address, and the port under 'port'");
      }
      return text;
    }

    private static boolean isLoopback(String host) {
      return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    @Override
    public String toString() {
      return "PostgreSQL " + database + " at " + host + ":" + port;
    }
  }

  /** How far a connection to PostgreSQL is encrypted and the server's name proven. */
  enum SslMode {
    DISABLE,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL;

    /** As PostgreSQL's own clients write it. */
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
