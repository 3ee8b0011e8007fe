package io.edgemint.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that runs until it is closed, or until this process ends, however it ends: a shell in
 * between kills it by its id when nobody holds the other end of its standard input any longer.
 */
final class Daemon implements AutoCloseable {
  private static final String LIFELINE =
      """
      exec 3<&0
      "$@" </dev/null 3<&- &
      child=$!
      { read -r _ <&3; kill -9 "$child"; } 2>/dev/null &
      keeper=$!
      wait "$child"
      status=$?
      kill "$keeper" 2>/dev/null
      exit "$status"
      """;

  private static final long STOP_SECONDS = 10;

  private final String name;
  private final Process process;
  private final Path log;

  private Daemon(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Starts a program whose output is added to a log. */
  static Daemon start(Path log, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(bound(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new Daemon(command.getFirst(), process, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command with the shell before it; the program ends as standard input does. */
  static List<String> bound(List<String> command) {
    List<String> words = new ArrayList<>(List.of("sh", "-c", LIFELINE, "sh"));
    words.addAll(command);
    return words;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** A failure that tells the end of the log. */
  IllegalStateException failure(String what) {
    try (Stream<String> lines = Files.lines(log)) {
      List<String> all = lines.toList();
      String end = String.join("\n", all.subList(Math.max(0, all.size() - 20), all.size()));
      return new IllegalStateException(name + " " + what + "; the end of " + log + ":\n" + end);
    } catch (IOException | UncheckedIOException e) {
      return new IllegalStateException(name + " " + what, e);
    }
  }

  @Override
  public void close() {
    end(process);
  }

  /** Ends a program that was started by a bound command. */
  static void end(Process process) {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
