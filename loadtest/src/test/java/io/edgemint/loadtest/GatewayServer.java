package io.edgemint.loadtest;

import io.edgemint.app.Gateway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The whole gateway as {@code edgemint serve} runs it, with tokens for devices that may ask it. */
final class GatewayServer {
  private GatewayServer() {}

  /** Takes the number of event loops, of devices, and the file to write their tokens to. */
  public static void main(String[] args) throws Exception {
    Site site = Site.prepare(Integer.parseInt(args[0]));
    List<String> tokens = site.tokens(Integer.parseInt(args[1])).toList();
    Files.write(Path.of(args[2]), tokens);
    try (Gateway gateway = site.start()) {
      Child.serve(gateway.edgePort());
    }
  }
}
