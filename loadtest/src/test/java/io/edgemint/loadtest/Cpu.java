package io.edgemint.loadtest;

import java.io.IOException;

/**
 * Seconds of CPU time that a server and this process have used, as {@code /proc/PID/stat} says, in
 * ticks of 10 ms.
 */
record Cpu(double wall, double server, double client) {
  /**
   * Since each began.
   *
   * @throws IOException if the server has ended
   */
  static Cpu now(ProcessHandle server) throws IOException {
    return new Cpu(System.nanoTime() / 1e9, seconds(server), seconds(ProcessHandle.current()));
  }

  private static double seconds(ProcessHandle process) throws IOException {
    return process
            .info()
            .totalCpuDuration()
            .orElseThrow(() -> new IOException("process " + process.pid() + " has ended"))
            .toNanos()
        / 1e9;
  }

  /** What was used since. */
  Cpu minus(Cpu before) {
    return new Cpu(wall - before.wall, server - before.server, client - before.client);
  }
}
