package io.edgemint.sandbox;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An operator's folder in the {@link RadosWorld}, and the commands as the operator gives them: each
 * one is the launcher in a process of its own, which never outlives this one.
 */
public final class RadosSite implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final RadosWorld world;
  private final Path folder;
  private final IssuerServer issuer;
  private final List<Process> serving = new ArrayList<>();
  private final AwsKey identity;
  private @Nullable URI operator;

  /** Makes a folder of a name of its own, without any organisation. */
  public RadosSite(RadosWorld world, String name) {
    this(world, name, world.platform().key(), "");
  }

  /**
   * Makes one of a gateway with another identity than the platform's owner.
   *
   * @param identity with which it asks STS
   * @param settings what stands in its settings besides
   */
  RadosSite(RadosWorld world, String name, AwsKey identity, String settings) {
    this.world = world;
    this.identity = identity;
    this.folder = world.folder().resolve(name);
    this.issuer = IssuerServer.start(world.vertx(), 0, InstantSource.system());
    write("edgemint.yaml", settings() + settings);
  }

  private String settings() {
    return """
    edge: {host: 127.0.0.1, port: 0, drain: 0s}
    admin: {port: 0}
    # One device asks without a pause, of a gateway that shares its machine.
    traffic:
      lag: 10s
      device_requests: 1000000/s
      device_signatures: 1000000/s
      org_requests: 1000000/s
      org_signatures: 1000000/s
    issuers:
      - issuer: %s
        audiences: [edgemint]
        algorithms: [ES256]
        keys: {jwks_url: "%s"}
    outbound:
      allow: [%s]
    """
        .formatted(issuer.base(), issuer.jwks(), world.network());
  }

  /**
   * Writes the file of an organisation with one backend, {@code prod}, whose bucket is reached by a
   * role.
   *
   * @param credentials what stands below {@code credentials}, on one line
   */
  public void addOrg(String org, String bucket, String region, String prefix, String credentials) {
    write(
        "orgs/" + org + ".yaml",
        """
        org: %s
        policy: {entitlement: [fw/]}
        backends:
          - name: prod
            upload:
              s3: {bucket: %s, region: %s, prefix: '%s', credentials: %s}
        """
            .formatted(org, bucket, region, prefix, credentials));
  }

  /** Writes the file of an organisation with one destination, {@code archive}, and no backend. */
  void addDestination(String org, String bucket, String prefix, String credentials) {
    write(
        "orgs/" + org + ".yaml",
        """
        org: %s
        policy: {entitlement: ['']}
        destinations:
          - name: archive
            s3: {bucket: %s, region: %s, prefix: '%s', credentials: %s}
        """
            .formatted(org, bucket, RadosWorld.REGION, prefix, credentials));
  }

  /** {@code edgemint destination validate} of the destination of an organisation. */
  Outcome validateDestination(String org) {
    return edgemint("destination", "validate", "-s", settingsFile(), org, "archive");
  }

  /** A token of a device. */
  public String token(String org) {
    return issuer.token(
        IssuerServer.Algorithm.ES256,
        Map.of("aud", List.of("edgemint"), "sub", "device-1", "org", org));
  }

  /** A token of who publishes for an organisation. */
  String publisherToken(String org) {
    return issuer.token(
        Map.of("aud", List.of("edgemint"), "sub", "ci", "org", org, "scope", "publish"));
  }

  /** {@code edgemint apply} of all organisations. */
  public Outcome apply() {
    return edgemint("apply", "-s", settingsFile(), folder.resolve("orgs").toString());
  }

  /** {@code edgemint backend validate} of the backend of an organisation. */
  public Outcome validate(String org) {
    return edgemint("backend", "validate", "-s", settingsFile(), org, "prod");
  }

  /** {@code edgemint backend activate} of the backend of an organisation. */
  public Outcome activate(String org) {
    return edgemint("backend", "activate", "-s", settingsFile(), org, "prod");
  }

  /** What {@code edgemint platform setup} writes for the platform's own account. */
  JsonObject platformSetup() {
    return new JsonObject(
        edgemint("platform", "setup", "--format", "json", "-s", settingsFile()).said());
  }

  /** With which its gateway asks STS. */
  AwsKey identity() {
    return identity;
  }

  /** Runs any command to its end. */
  public Outcome edgemint(String... arguments) {
    Process process = start(arguments);
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the command does not end: " + said);
      }
      return new Outcome(process.exitValue(), said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      Daemon.end(process);
    }
  }

  /** {@code edgemint serve}, until this is closed; gives where devices ask. */
  public URI serve() {
    Process process = start("serve", settingsFile());
    serving.add(process);
    BufferedReader output = process.inputReader();
    var said = new StringBuilder();
    URI devices = null;
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        said.append(line).append('\n');
        if (line.startsWith("Devices: ")) {
          devices = URI.create(line.substring("Devices: ".length()));
        } else if (line.startsWith("Operator: ")) {
          operator = URI.create(line.substring("Operator: ".length()));
        } else if (line.equals("Ready.") && devices != null) {
          // Read to its end, for a full pipe would hold the gateway up.
          Thread.startVirtualThread(() -> output.lines().forEach(rest -> {}));
          return devices;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("the gateway ended: " + said);
  }

  /** The administration of the gateway that was started last. */
  RadosAdmin admin() {
    try {
      return new RadosAdmin(
          Objects.requireNonNull(operator, "nothing serves"),
          Files.readString(folder.resolve("data/admin.token")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process start(String... arguments) {
    try {
      return command(world.jvmOptions(), arguments).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A command, by the launcher, as the gateway's identity; {@link Daemon#end} ends it. */
  ProcessBuilder command(List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>(List.of(Target.built("edgemint").toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(Daemon.bound(command));
    builder.environment().put("EDGEMINT_JAVA", System.getProperty("java.home"));
    builder.environment().put("EDGEMINT_JAVA_OPTS", String.join(" ", jvmOptions));
    builder.environment().putAll(identity.environment());
    return builder;
  }

  String settingsFile() {
    return folder.resolve("edgemint.yaml").toString();
  }

  private void write(String name, String text) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    serving.forEach(Daemon::end);
    issuer.close();
  }

  /**
   * What a command did.
   *
   * @param said its output and its errors
   */
  public record Outcome(int status, String said) {}
}
