package io.edgemint.loadtest;

import io.edgemint.sandbox.Firmware;
import io.edgemint.sandbox.Sandbox;
import io.edgemint.sandbox.Tenant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Starts the sandbox, here or by {@code main} in a process of its own, and makes tokens for a fleet
 * of one organisation, whose links are signed for CloudFront with an ECDSA key.
 */
final class SandboxServer {
  /** What the devices ask for. */
  static final String KEY = Firmware.SMALL.key();

  static final String PATH = "/v1/links/" + KEY;

  private SandboxServer() {}

  /** Takes the number of devices, and the file to write their tokens to. */
  public static void main(String[] args) throws IOException {
    Sandbox sandbox = start();
    Fleet.warmUp(sandbox.edge().toString(), tokens(sandbox, Fleet.WARM_UP, "warm-"), Fleet.WARM_UP);
    Files.write(Path.of(args[1]), tokens(sandbox, Integer.parseInt(args[0])));
    Child.serve(sandbox.edge().getPort());
    sandbox.close();
    System.exit(0);
  }

  /** A sandbox in a process of its own, asked often before, and a fleet of its devices. */
  static Fleet fleet(int devices) throws Exception {
    Path folder = Files.createDirectories(Path.of("target").toAbsolutePath());
    Path tokens = Files.createTempFile(folder, "tokens", "");
    Child gateway = Child.start(SandboxServer.class, Integer.toString(devices), tokens.toString());
    String address = "http://127.0.0.1:" + gateway.port();
    return new Fleet(address, Fleet.read(tokens, devices), gateway);
  }

  /** A sandbox in this process, with a folder of its own below {@code target}. */
  static Sandbox start() throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "sandboxes").toAbsolutePath());
    return Sandbox.start(Files.createTempDirectory(folder, ""), InstantSource.system());
  }

  /** Tokens of so many devices, one each. */
  static List<String> tokens(Sandbox sandbox, int devices) {
    return tokens(sandbox, devices, "device-");
  }

  private static List<String> tokens(Sandbox sandbox, int devices, String prefix) {
    return IntStream.rangeClosed(1, devices)
        .parallel()
        .mapToObj(number -> claims(prefix + number))
        .map(sandbox.world().issuer()::token)
        .toList();
  }

  private static Map<String, Object> claims(String device) {
    return Map.of("aud", "edgemint", "sub", device, "org", Tenant.GLOBEX.id());
  }
}
