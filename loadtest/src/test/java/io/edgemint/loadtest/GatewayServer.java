package io.edgemint.loadtest;

import io.edgemint.app.Gateway;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * A gateway alone in a process of its own, as it is in production: beside it in one JVM, the
 * sandbox's servers would make call sites of Netty and Vert.x slower that here have one target.
 */
final class GatewayServer {
  /** The access key id of the gateway's own identity. */
  static final String IDENTITY = "AKIAGATEWAY";

  /** Has the gateway's clock stand still, so that no link turns old and no fact. */
  static final String STOPPED_CLOCK = "--stopped-clock";

  private GatewayServer() {}

  /**
   * Takes the settings file, whose scalars the environment overrides as ever, and {@link
   * #STOPPED_CLOCK} if that is meant.
   */
  public static void main(String[] args) throws IOException {
    // As whom STS is asked, where anybody's role is assumed.
    System.setProperty("aws.accessKeyId", IDENTITY);
    System.setProperty("aws.secretAccessKey", "secret");
    InstantSource clock =
        List.of(args).contains(STOPPED_CLOCK)
            ? InstantSource.fixed(Instant.now())
            : InstantSource.system();
    try (Gateway gateway = Gateway.start(Path.of(args[0]), System.getenv(), clock, line -> {})) {
      Child.serve(gateway.edgePort());
    }
    System.exit(0);
  }
}
