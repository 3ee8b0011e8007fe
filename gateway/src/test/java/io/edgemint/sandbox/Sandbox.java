package io.edgemint.sandbox;

import static io.edgemint.Patience.await;

import io.edgemint.app.Gateway;
import io.edgemint.app.Main;
import io.edgemint.canary.Canaries;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A real gateway in a {@link World}, set up as an operator would: its organisations are applied,
 * probed and activated by the commands that users have.
 */
public final class Sandbox implements AutoCloseable {
  private static final List<Tenant> ACTIVATED = List.of(Tenant.ACME, Tenant.GLOBEX, Tenant.INITECH);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final World world;
  private final Gateway gateway;

  private Sandbox(Ports ports, InstantSource clock, Path folder, Consumer<String> say) {
    try {
      say.accept("Starting S3, CloudFront and the issuers ...");
      Vertx vertx = Vertx.vertx();
      parts.push(() -> await(vertx.close()));
      world = World.start(vertx, ports, clock, folder);
      parts.push(world);
      String settings = world.files().settings().toString();
      say.accept("Applying the organisations ...");
      command("apply", "-s", settings, world.files().orgs().toString());
      for (Tenant tenant : ACTIVATED) {
        say.accept("Probing and activating the backend of " + tenant.id() + " ...");
        command("backend", "validate", "-s", settings, tenant.id(), Tenant.BACKEND);
        command("backend", "activate", "-s", settings, tenant.id(), Tenant.BACKEND);
      }
      gateway = Gateway.start(world.files().settings(), Map.of(), clock, say);
      parts.push(gateway);
      parts.push(() -> Viewer.get(admin() + "/metrics"));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts on free ports, for tests. */
  public static Sandbox start(Path folder, InstantSource clock) {
    return new Sandbox(Ports.FREE, clock, folder, line -> {});
  }

  /** Starts on the ports that people remember, and says what it does. */
  static Sandbox demonstrate(Path folder, Consumer<String> say) {
    return new Sandbox(Ports.remembered(say), InstantSource.system(), folder, say);
  }

  private static void command(String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    int status = Main.run(arguments, out, out);
    Canaries.heard("what commands say", said.toString());
    if (status != 0) {
      throw new IllegalStateException(String.join(" ", arguments) + " failed:\n" + said);
    }
  }

  /** What is outside of the gateway. */
  public World world() {
    return world;
  }

  /** Where devices ask. */
  public URI edge() {
    return URI.create("http://127.0.0.1:" + gateway.edgePort());
  }

  /** Where the operator asks. */
  public URI admin() {
    return URI.create("http://127.0.0.1:" + gateway.adminPort());
  }

  /** What guards the administration. */
  String adminToken() {
    try {
      return Files.readString(world.files().folder().resolve("data/admin.token")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What to try; the paths in it begin in a folder. */
  public Guide guide(Path from) {
    return new Guide(world, edge(), admin(), from);
  }

  /** Where everything is, for tools. */
  JsonObject json() {
    Map<String, String> tokens = world.files().tokens();
    return new JsonObject()
        .put("edge", edge().toString())
        .put("admin", admin().toString())
        .put("s3", world.s3().base().toString())
        .put("cdn", world.acmeCdn().base().toString())
        .put("issuer", world.issuer().base().toString())
        .put("org", Tenant.ACME.id())
        .put("backend", Tenant.BACKEND)
        .put("object", Firmware.SMALL.key())
        .put(
            "tokens",
            new JsonObject()
                .put("device", tokens.get(Tenant.ACME.id() + "-device"))
                .put("publisher", tokens.get("publisher"))
                .put("admin", adminToken())
                .put("viewer", tokens.get("viewer"))
                .put("operator", tokens.get("operator"))
                .put("org_admin", tokens.get("org-admin")));
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        System.getLogger(Sandbox.class.getName())
            .log(System.Logger.Level.WARNING, "while closing: {0}", e.toString());
      }
    }
  }
}
