package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.publisher.GatewayClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The gateway and the token, for commands of publishers, which need no settings file. */
final class GatewayOption {
  @Option(
      names = "--gateway",
      paramLabel = "URL",
      description = "where the gateway answers devices (default: EDGEMINT_GATEWAY)")
  private @Nullable String gateway;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "holds the publisher's token; read again for each call, so that it may be renewed"
              + " meanwhile (default: the token in EDGEMINT_TOKEN)")
  private @Nullable Path tokenFile;

  @Option(
      names = "--insecure-http",
      description = "send the token to http:// beyond this machine, since something else encrypts")
  private boolean insecureHttp;

  /** What calls the gateway. */
  GatewayClient client() {
    String address = gateway == null ? System.getenv("EDGEMINT_GATEWAY") : gateway;
    if (address == null || address.isBlank()) {
      throw new Failure("which gateway? Give --gateway URL or set EDGEMINT_GATEWAY");
    }
    return GatewayClient.of(address.strip(), token(), insecureHttp);
  }

  private Supplier<String> token() {
    Path file = tokenFile;
    if (file != null) {
      return () -> read(file);
    }
    String token = System.getenv("EDGEMINT_TOKEN");
    if (token == null || token.isBlank()) {
      throw new Failure(
          "no token: give --token-file FILE or set EDGEMINT_TOKEN; it needs the scope of what is"
              + " asked for, such as publish");
    }
    return () -> token;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new Failure(file + ": no such token file");
    } catch (IOException e) {
      throw new Failure(file + ": cannot read the token");
    }
  }
}
