package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class S3ProxyProcessIT {
  private static final Account ACCOUNT = new Account("AKIA", "secret", "bucket*");

  @Test
  void close_running_endsTheProcess() throws Exception {
    S3ProxyProcess process = S3ProxyProcess.start(null, List.of(ACCOUNT));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), process.port())) {
      assertThat(socket.isConnected()).isTrue();
    }

    process.close();

    assertThat(process.process().isAlive()).isFalse();
  }

  @Test
  void parent_killedHard_takesTheProcessAlong() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = Target.classes().toString();
    Process parent = new ProcessBuilder(java, "-cp", classes, Parent.class.getName()).start();
    try (BufferedReader output = parent.inputReader()) {
      ProcessHandle child = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
      assertThat(child.isAlive()).isTrue();

      parent.destroyForcibly();

      child.onExit().get(30, TimeUnit.SECONDS);
    }
  }

  /** Starts a server and does not stop it. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws InterruptedException {
      S3ProxyProcess process = S3ProxyProcess.start(null, List.of(ACCOUNT));
      System.out.println(process.process().pid());
      Thread.currentThread().join();
    }
  }
}
