package io.edgemint.sandbox;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What to try in a running sandbox: lines for {@code sh} that need no more than curl and the usual
 * small tools, and what they print.
 */
public final class Guide {
  private static final String BOLD = "\033[1m";
  private static final String PLAIN = "\033[0m";

  /** Takes the link out of an answer. */
  private static final String URL_OF = "sed 's/.*\"url\":\"\\([^\"]*\\)\".*/\\1/'";

  private final World world;
  private final URI edge;
  private final URI admin;
  private final Path from;

  /**
   * Describes a world and the gateway that serves it.
   *
   * @param from the folder in which the lines are pasted; the paths in them begin there
   */
  public Guide(World world, URI edge, URI admin, Path from) {
    this.world = world;
    this.edge = edge;
    this.admin = admin;
    this.from = from.toAbsolutePath();
  }

  /**
   * Something to try.
   *
   * @param title what it shows
   * @param command one line for a shell
   * @param prints what its output contains, in this order
   */
  public record Example(String title, String command, List<String> prints) {}

  /** Everything there is to try, in the order in which it is best told. */
  public List<Example> examples() {
    return Stream.of(links(), downloads(), refusals()).flatMap(List::stream).toList();
  }

  /**
   * The introduction and all examples.
   *
   * @param terminal whether titles may stand out
   */
  public String text(boolean terminal) {
    String before = terminal ? BOLD : "";
    String after = terminal ? PLAIN : "";
    String examples =
        examples().stream()
            .map(e -> before + "# " + e.title() + after + "\n" + e.command() + "\n")
            .collect(Collectors.joining("\n"));
    return """
    The sandbox is up, on this machine alone. Ctrl-C ends it and forgets everything.

      devices ask     %s
      operators ask   %s/metrics
      S3 server       %s
      CloudFront      %s (acme, RSA), %s (globex, ECDSA)
      token issuer    %s
      files           %s

    To try it, paste any of these lines into another terminal, in %s

    """
            .formatted(
                edge,
                admin,
                world.s3().base(),
                world.acmeCdn().base(),
                world.globexCdn().base(),
                world.issuer().base(),
                path(world.files().folder()),
                from)
        + examples;
  }

  private List<Example> links() {
    return List.of(
        new Example(
            "A device of acme gets a link to CloudFront, signed with an RSA key",
            ask("acme-device", Firmware.SMALL),
            List.of("\"url\":\"" + world.acmeCdn().base(), "Key-Pair-Id=", "cloudfront")),
        new Example(
            "The link brings the firmware; its SHA-256 is compared",
            download("acme-device", Firmware.SMALL, Tenant.ACME),
            List.of("OK")),
        new Example(
            "The same path with a token of globex: another organisation's own firmware, through"
                + " CloudFront with an ECDSA key",
            download("globex-device", Firmware.SMALL, Tenant.GLOBEX),
            List.of("OK")),
        new Example(
            "The same for initech, from S3",
            download("initech-device", Firmware.SMALL, Tenant.INITECH),
            List.of("OK")),
        new Example(
            "The same for umbrella, whose own storage is not active yet, from default storage",
            download("umbrella-device", Firmware.SMALL, Tenant.UMBRELLA),
            List.of("OK")),
        new Example(
            "A token of globex's own issuer is as good as one of the platform's",
            download("globex-own-device", Firmware.SMALL, Tenant.GLOBEX),
            List.of("OK")));
  }

  private List<Example> downloads() {
    String part = path(world.files().folder().resolve("part.bin"));
    String resumed = curl("globex-device", "-sfL -C - -o " + part, downloadOf(Firmware.LARGE));
    String begun = curl("globex-device", "-sfL -r 0-999999 -o " + part, downloadOf(Firmware.LARGE));
    return List.of(
        new Example(
            "A name on which careless encoders fail",
            download("initech-device", Firmware.AWKWARD, Tenant.INITECH),
            List.of("OK")),
        new Example(
            "Two links in one request; both files, one after the other",
            batch()
                + " | grep -o '\"url\":\"[^\"]*\"' | cut -d '\"' -f 4 | xargs -n 1 curl -sf"
                + compare(Firmware.sha256(batchBytes())),
            List.of("OK")),
        new Example(
            "A redirect, for clients that cannot read JSON",
            curl("acme-device", "-sfL", downloadOf(Firmware.SMALL))
                + compare(Firmware.SMALL.sha256("acme")),
            List.of("OK")),
        new Example(
            "A download that breaks off and is resumed through a fresh link",
            "rm -f "
                + part
                + "; "
                + begun
                + "; "
                + resumed
                + "; cat "
                + part
                + compare(Firmware.LARGE.sha256("globex")),
            List.of("OK")));
  }

  private List<Example> refusals() {
    return List.of(
        new Example(
            "No token: 401",
            "curl -s -w ' -> %{http_code}\\n' " + linkTo(Firmware.SMALL),
            List.of("token_missing", "-> 401")),
        new Example(
            "globex's own issuer speaks for acme: 401",
            refused("globex-as-acme", Firmware.SMALL),
            List.of("issuer_not_for_org", "-> 401")),
        new Example(
            "A key outside of what the device may read: 403",
            refused("acme-device", Firmware.OUTSIDE),
            List.of("key_not_entitled", "-> 403")));
  }

  private String ask(String token, Firmware firmware) {
    return curl(token, "-s", linkTo(firmware));
  }

  private String refused(String token, Firmware firmware) {
    return curl(token, "-s -w ' -> %{http_code}\\n'", linkTo(firmware));
  }

  private String download(String token, Firmware firmware, Tenant tenant) {
    return "curl -sf \"$("
        + ask(token, firmware)
        + " | "
        + URL_OF
        + ")\""
        + compare(firmware.sha256(tenant.id()));
  }

  private String batch() {
    String keys = "{\"keys\":[\"" + Firmware.SMALL.key() + "\",\"" + Firmware.LARGE.key() + "\"]}";
    return curl("acme-device", "-s -d '" + keys + "'", edge + "/v1/links");
  }

  private static byte[] batchBytes() {
    byte[] small = Firmware.SMALL.bytes("acme");
    byte[] large = Firmware.LARGE.bytes("acme");
    byte[] both = Arrays.copyOf(small, small.length + large.length);
    System.arraycopy(large, 0, both, small.length, large.length);
    return both;
  }

  private String curl(String token, String options, String url) {
    return "curl "
        + options
        + " -H \"Authorization: Bearer $(cat "
        + path(world.files().token(token))
        + ")\" "
        + url;
  }

  /** Linux has one of the tools, macOS the other. */
  private static String compare(String sha256) {
    return " | { sha256sum 2>/dev/null || shasum -a 256; } | grep -q '^"
        + sha256
        + "' && echo OK || echo 'other bytes'";
  }

  private String linkTo(Firmware firmware) {
    return edge + "/v1/links/" + firmware.path();
  }

  private String downloadOf(Firmware firmware) {
    return edge + "/v1/downloads/" + firmware.path();
  }

  private String path(Path file) {
    Path absolute = file.toAbsolutePath();
    return (absolute.startsWith(from) ? from.relativize(absolute) : absolute).toString();
  }
}
