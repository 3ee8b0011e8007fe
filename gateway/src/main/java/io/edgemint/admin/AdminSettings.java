package io.edgemint.admin;

import io.edgemint.backend.Issuer;
import io.edgemint.config.Field;
import io.edgemint.config.Section;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the operator is answered, and who is let in.
 *
 * @param host the address to listen on
 * @param port the TCP port; 0 takes a free one
 * @param tokenFile the file of a token that allows everything; made if it is not there
 * @param bootstrapToken whether that token counts
 * @param issuers who signs tokens of administrators
 */
public record AdminSettings(
    String host, int port, Path tokenFile, boolean bootstrapToken, List<Issuer> issuers) {
  /** Copies the list. */
  public AdminSettings {
    issuers = List.copyOf(issuers);
  }

  /**
   * Reads the section {@code admin}; by default loopback alone, port 8081, and the token in the
   * file.
   *
   * @param issuer reads an issuer of the platform
   */
  public static Field<AdminSettings> read(
      Section section, Function<Section, Field<Issuer>> issuer) {
    String host = section.string("host", "127.0.0.1");
    int port = section.integer("port", 8081, 0, 65_535);
    Path tokenFile = section.file("token_file", "data/admin.token");
    boolean bootstrapToken = section.oneOf("bootstrap_token", Switch.ON) == Switch.ON;
    List<Field<Issuer>> issuers = section.sections("issuers").stream().map(issuer).toList();
    if (!bootstrapToken && issuers.isEmpty()) {
      section.problem(
          "bootstrap_token",
          "is off and admin.issuers names nobody, so nobody gets in; name an issuer or write 'on'");
    }
    return section.build(
        () -> {
          List<Issuer> all = issuers.stream().map(Field::get).toList();
          if (all.stream().map(Issuer::iss).distinct().count() != all.size()) {
            throw new IllegalArgumentException("issuers: two have the same 'issuer'; keep one");
          }
          return new AdminSettings(host, port, tokenFile, bootstrapToken, all);
        });
  }

  /**
   * Refuses an issuer of administrators that devices' tokens could come from: one of the same name
   * must mean other audiences.
   *
   * @param devices the platform's issuers of devices
   * @throws IllegalArgumentException with the issuer and what to do
   */
  public AdminSettings requireApartFrom(List<Issuer> devices) {
    for (Issuer own : issuers) {
      for (Issuer other : devices) {
        if (own.iss().equals(other.iss())
            && !Collections.disjoint(own.audiences(), other.audiences())) {
          throw new IllegalArgumentException(
              "admin.issuers: %s stands under 'issuers' with the same audience, so that devices' tokens would count here; give administrators an audience of their own"
                  .formatted(own.iss()));
        }
      }
    }
    return this;
  }

  /** Who is let in, in one sentence. */
  public String waysIn() {
    String byIssuers =
        issuers.isEmpty()
            ? ""
            : "by tokens of "
                + issuers.stream().map(Issuer::iss).sorted().collect(Collectors.joining(", "));
    String byFile = bootstrapToken ? "by the token in " + tokenFile : "";
    return "Administrators get in "
        + Stream.of(byIssuers, byFile)
            .filter(way -> !way.isEmpty())
            .collect(Collectors.joining(", and "))
        + (bootstrapToken ? "." : "; the token file does not count.");
  }

  private enum Switch {
    ON,
    OFF
  }
}
