package io.edgemint.loadtest;

import java.io.IOException;

/** The two cores of a measurement: one for the server alone, and one for whoever asks it. */
final class Cores {
  /** Where servers run. */
  static final int SERVER = 0;

  private static final int CLIENT = 1;

  private Cores() {}

  /** Moves all threads of this process to the other core; servers say where they run. */
  static void moveClient() throws IOException, InterruptedException {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw new IllegalStateException("this takes two cores: one for the server, one for devices");
    }
    String self = Long.toString(ProcessHandle.current().pid());
    int exit =
        new ProcessBuilder("taskset", "-a", "-c", "-p", Integer.toString(CLIENT), self)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IllegalStateException("taskset cannot move this process to core " + CLIENT);
    }
  }
}
