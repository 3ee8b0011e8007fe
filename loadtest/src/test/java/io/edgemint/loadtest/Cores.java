package io.edgemint.loadtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The two cores of a measurement: one for the server alone, and one for whoever asks it. */
final class Cores {
  /** Where servers run once they are measured. */
  static final int SERVER = 0;

  /** Both, as taskset(1) lists them. */
  static final String BOTH = "0,1";

  private static final int CLIENT = 1;

  private Cores() {}

  /** Moves all threads of this process to the other core; servers say where they run. */
  static void moveClient() throws IOException, InterruptedException {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw new IllegalStateException("this takes two cores: one for the server, one for devices");
    }
    move(ProcessHandle.current(), CLIENT);
  }

  /**
   * Moves all threads of servers to theirs, once they are warm: until then their compilers may use
   * both.
   */
  static void moveServers(List<ProcessHandle> servers) throws IOException {
    try {
      for (ProcessHandle server : servers) {
        move(server, SERVER);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * Seconds for which each core has had nothing to do since the machine started, in ticks of 10 ms
   * (proc_stat(5)). What the kernel does for connections is charged to no process.
   */
  static Idle idle() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/stat"));
    return new Idle(idle(lines, SERVER), idle(lines, CLIENT));
  }

  private static double idle(List<String> lines, int core) {
    String[] ticks =
        lines.stream()
            .filter(line -> line.startsWith("cpu" + core + " "))
            .findFirst()
            .orElseThrow()
            .split(" ", -1);
    return (Long.parseLong(ticks[4]) + Long.parseLong(ticks[5])) / 100.0;
  }

  /** Seconds of the server's core, and of the client's. */
  record Idle(double server, double client) {
    /** The share of some seconds since then for which the server's core was busy, from 0 to 1. */
    double serverBusy(Idle before, double seconds) {
      return 1 - (server - before.server) / seconds;
    }

    /** The same of the client's. */
    double clientBusy(Idle before, double seconds) {
      return 1 - (client - before.client) / seconds;
    }
  }

  private static void move(ProcessHandle process, int core)
      throws IOException, InterruptedException {
    String pid = Long.toString(process.pid());
    int exit =
        new ProcessBuilder("taskset", "-a", "-c", "-p", Integer.toString(core), pid)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IllegalStateException("taskset cannot move process " + pid + " to core " + core);
    }
  }
}
