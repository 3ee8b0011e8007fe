package io.edgemint.registry;

import io.edgemint.registry.RegistrySettings.Postgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A PostgreSQL of one test, which is killed, stopped and copied. */
final class OwnServer implements AutoCloseable {
  private final Path folder;
  private EmbeddedPostgres server;

  OwnServer(Path folder) throws IOException {
    this.folder = folder;
    this.server = begin();
  }

  private EmbeddedPostgres begin() throws IOException {
    // As PostgreSQL is set by default, and not as for tests that never kill it.
    return EmbeddedPostgres.builder()
        .setDataDirectory(folder)
        .setCleanDataDirectory(false)
        .setServerConfig("fsync", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("synchronous_commit", "on")
        .setPGStartupWait(PostgresServer.PATIENCE)
        .start();
  }

  int port() {
    return server.getPort();
  }

  Postgres place() {
    return PostgresServer.at(port(), "postgres");
  }

  /** Starts again on the same data, at another port. */
  void start() throws IOException {
    server = begin();
  }

  /** Ends in good order. */
  void stop() throws IOException {
    server.close();
  }

  /** Ends every process of the server at once. */
  void kill() throws Exception {
    for (long pid : pids()) {
      signal("-KILL", pid);
    }
    server.close();
  }

  /** The server says nothing any more, but its connections stay. */
  void hang() throws Exception {
    for (long pid : pids()) {
      signal("-STOP", pid);
    }
  }

  void wake() throws Exception {
    for (long pid : pids().reversed()) {
      signal("-CONT", pid);
    }
  }

  private List<Long> pids() throws IOException {
    long pid = Long.parseLong(Files.readAllLines(folder.resolve("postmaster.pid")).getFirst());
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
    return Stream.concat(Stream.of(postmaster), postmaster.descendants())
        .map(ProcessHandle::pid)
        .toList();
  }

  private static void signal(String signal, long pid) throws Exception {
    new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor(10, TimeUnit.SECONDS);
  }

  /** A copy of the data, which a stopped server leaves whole. */
  void copyTo(Path other) throws Exception {
    Process copy = new ProcessBuilder("cp", "-a", folder + "/.", other.toString()).start();
    if (!copy.waitFor(60, TimeUnit.SECONDS) || copy.exitValue() != 0) {
      throw new IOException("the copy failed");
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
