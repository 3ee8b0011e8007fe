package io.edgemint.app;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint serve}: answers devices until it is told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Answers devices until it gets SIGTERM or SIGINT.",
      "Then /readyz says 503, and for the time of edge.drain every answer is its connection's"
          + " last; requests under way are answered, and the exit code is 0. A second signal ends"
          + " at once."
    })
final class ServeCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "SETTINGS",
      defaultValue = "config/edgemint.yaml",
      description = "the settings file (default: ${DEFAULT-VALUE})")
  private Path settings = Path.of("config/edgemint.yaml");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (Gateway gateway =
        Gateway.start(settings, System.getenv(), InstantSource.system(), out::println)) {
      StopSignals signals = StopSignals.install();
      out.println("Ready.");
      signals.await();
      out.println("Stopping; a second signal ends at once.");
      gateway.drain();
    }
    out.println("Stopped.");
    return 0;
  }
}
