package io.edgemint.app;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint serve}: answers devices until it is told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Answers devices until it gets SIGTERM or SIGINT.")
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
    CountDownLatch stopped = new CountDownLatch(1);
    Gateway gateway =
        Gateway.start(settings, System.getenv(), InstantSource.system(), out::println);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  gateway.close();
                  stopped.countDown();
                },
                "shutdown"));
    out.println("Ready.");
    stopped.await();
    return 0;
  }
}
