package io.edgemint.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.function.Consumer;

/** The ports that the parts of the sandbox ask for; 0 takes a free one. */
record Ports(int edge, int admin, int s3, int issuer, int acmeCdn, int globexCdn) {
  /** Free ones everywhere, so that any number of sandboxes run side by side. */
  static final Ports FREE = new Ports(0, 0, 0, 0, 0, 0);

  /** The ones that people remember, 8080 and following; free ones in place of those in use. */
  static Ports remembered(Consumer<String> say) {
    return new Ports(
        unlessTaken(8080, say),
        unlessTaken(8081, say),
        unlessTaken(8082, say),
        unlessTaken(8083, say),
        unlessTaken(8084, say),
        unlessTaken(8085, say));
  }

  static int unlessTaken(int port, Consumer<String> say) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      say.accept("Port " + port + " is taken, another one takes its place.");
      return 0;
    }
  }
}
