package io.edgemint.sandbox;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Runs the sandbox until it is interrupted: what {@code mvn} starts. Works from the root of the
 * repository, and writes only below {@code gateway/target}.
 */
public final class Demo {
  private Demo() {}

  /** Takes no arguments. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path target = Path.of("gateway", "target");
    Files.createDirectories(target);
    Sandbox sandbox = Sandbox.demonstrate(target.resolve("sandbox"), System.out::println);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  sandbox.close();
                  stopped.countDown();
                },
                "shutdown"));
    Files.writeString(target.resolve("sandbox.json"), sandbox.json().encodePrettily() + "\n");
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    System.out.println();
    System.out.print(sandbox.guide(Path.of("")).text(terminal));
    System.out.flush();
    stopped.await();
  }
}
