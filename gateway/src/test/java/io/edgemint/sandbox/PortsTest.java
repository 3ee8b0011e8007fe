package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void unlessTaken_portInUse_isAnyOtherWithANote() throws IOException {
    List<String> said = new ArrayList<>();
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();

      assertThat(Ports.unlessTaken(port, said::add)).isZero();
      assertThat(said).singleElement().asString().contains("Port " + port + " is taken");
    }
  }

  @Test
  void unlessTaken_portFree_isThatPort() throws IOException {
    int port;
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = other.getLocalPort();
    }
    List<String> said = new ArrayList<>();

    assertThat(Ports.unlessTaken(port, said::add)).isEqualTo(port);
    assertThat(said).isEmpty();
  }
}
