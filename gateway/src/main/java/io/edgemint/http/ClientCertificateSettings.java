package io.edgemint.http;

import io.edgemint.config.Field;
import io.edgemint.config.Section;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where devices show certificates instead of tokens.
 *
 * @param port the TCP port on which TLS asks for one; 0 takes a free one
 * @param forwarded the header in which listed proxies that end TLS hand them on
 */
public record ClientCertificateSettings(Optional<Integer> port, Optional<Forwarded> forwarded) {
  /** Nowhere. */
  public static final ClientCertificateSettings NONE =
      new ClientCertificateSettings(Optional.empty(), Optional.empty());

  /**
   * A header with a certificate.
   *
   * @param header its name, in lower case
   */
  public record Forwarded(String header, Format format) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,64}");
    private static final Set<String> TAKEN =
        Set.of("authorization", "host", "content-length", "transfer-encoding", "x-forwarded-for");

    /** Keeps the name in lower case; HTTP does not tell case apart. */
    public Forwarded {
      header = header.toLowerCase(Locale.ROOT);
    }

    private static String name(String text) {
      String name = text.toLowerCase(Locale.ROOT);
      if (!NAME.matcher(name).matches() || TAKEN.contains(name)) {
        throw new IllegalArgumentException(
            "must be the name of the proxy's header, such as client-cert or"
                + " x-amzn-mtls-clientcert");
      }
      return name;
    }

    private static Field<Optional<Forwarded>> read(boolean wanted, Section section) {
      Field<Optional<String>> header = section.optional("header", Forwarded::name);
      Format format = section.oneOf("format", Format.RFC9440);
      return section.build(
          () ->
              wanted
                  ? Optional.of(new Forwarded(header.get().orElse("client-cert"), format))
                  : Optional.empty());
    }
  }

  /** How a certificate is written in a header. */
  public enum Format {
    /**
     * A byte sequence of structured fields, and those between it and its root in {@code -chain}.
     */
    RFC9440,
    /** PEM with percent escapes, as nginx and Application Load Balancers write it. */
    PEM_URL_ENCODED
  }

  /** Reads the section {@code edge.client_certificates}; nothing if it is absent. */
  static Field<ClientCertificateSettings> read(Section edge) {
    boolean wanted = edge.has("client_certificates");
    boolean tls = edge.has("tls");
    Section section = edge.section("client_certificates");
    Field<Optional<Integer>> port = section.optional("port", ClientCertificateSettings::port);
    Field<Optional<Forwarded>> forwarded =
        Forwarded.read(section.has("forwarded"), section.section("forwarded"));
    return section.build(
        () -> {
          var read = new ClientCertificateSettings(port.get(), forwarded.get());
          if (wanted && read.equals(NONE)) {
            throw new IllegalArgumentException(
                "names neither a port nor forwarded; add 'port: 8443'");
          }
          if (read.port.isPresent() && !tls) {
            throw new IllegalArgumentException(
                "port needs TLS: add edge.tls, or let a proxy end it and use forwarded");
          }
          return read;
        });
  }

  private static Integer port(String text) {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("must be a port, 0 to 65535");
    }
    return port;
  }
}
