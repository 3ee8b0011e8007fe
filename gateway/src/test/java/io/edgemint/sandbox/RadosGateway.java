package io.edgemint.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Ceph's RADOS Gateway, an S3, STS and IAM of others' making: one monitor, one store that keeps
 * objects in memory, and the gateway, all on loopback and as they come in Debian's packages {@code
 * ceph-mon}, {@code ceph-osd} and {@code radosgw}. Its tenants stand for accounts, so that two of
 * them can own buckets of the same name.
 */
final class RadosGateway implements AutoCloseable {
  /** The one region in which its buckets lie. */
  static final String REGION = "eu-central-1";

  private static final Duration START = Duration.ofSeconds(60);
  private static final int STORE_STARTS = 5;

  private final Deque<Daemon> daemons = new ArrayDeque<>();
  private final Path folder;
  private final int port = freePort();
  private final int monitorPort = freePort();

  private RadosGateway(Path folder, List<String> hostNames) {
    this.folder = folder;
    try {
      requireInstalled();
      Files.createDirectories(folder);
      for (String part : List.of("mon", "osd", "rgw", "run")) {
        Files.createDirectories(folder.resolve(part));
      }
      String cluster = UUID.randomUUID().toString();
      Files.writeString(configuration(), settings(cluster));
      startMonitor(cluster);
      startStore();
      nameZone(hostNames);
      startGateway();
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts one; it takes some five seconds.
   *
   * @param folder an empty one for all that it writes
   * @param hostNames the names at which it is reached; in front of them stand buckets
   * @throws IllegalStateException if it is not installed or does not answer within a minute
   */
  static RadosGateway start(Path folder, List<String> hostNames) {
    return new RadosGateway(folder.toAbsolutePath(), hostNames);
  }

  /** The port on 127.0.0.1 where it speaks HTTP. */
  int port() {
    return port;
  }

  /** Makes a user who may do everything in an account. */
  void addUser(String account, String name, String accessKeyId, String secretAccessKey) {
    admin(
        "user",
        "create",
        "--tenant=" + account,
        "--uid=" + name,
        "--display-name=" + name,
        "--access-key=" + accessKeyId,
        "--secret-key=" + secretAccessKey,
        "--caps=roles=*;user-policy=*");
  }

  private void startMonitor(String cluster) {
    String map = folder.resolve("monmap").toString();
    String address = "[v1:127.0.0.1:" + monitorPort + "]";
    run("monmaptool", "--create", "--fsid", cluster, "--addv", "a", address, map);
    String[] monitor = {"ceph-mon", "-c", configuration().toString(), "-i", "a"};
    run(words(monitor, "--mkfs", "--monmap", map));
    Daemon daemon =
        daemon("mon", words(monitor, "-f", "--public-addr", "127.0.0.1:" + monitorPort));
    awaits(daemon, () -> ceph("-s").status == 0);
  }

  /** A store that speaks to the monitor before it has the map of monitors is refused, and ends. */
  private void startStore() {
    String id = UUID.randomUUID().toString();
    String[] store = {"ceph-osd", "-c", configuration().toString(), "-i", "0"};
    requireDone(ceph("osd", "new", id));
    run(words(store, "--mkfs", "--osd-uuid", id));
    for (int start = 1; ; start++) {
      Daemon daemon = daemon("osd", words(store, "-f"));
      try {
        awaits(daemon, () -> ceph("osd", "stat").output.contains("1 up"));
        return;
      } catch (IllegalStateException e) {
        if (start == STORE_STARTS) {
          throw e;
        }
      }
    }
  }

  /** It takes a host name that it does not know for the name of a bucket. */
  private void nameZone(List<String> hostNames) throws IOException {
    Path zone = folder.resolve("zonegroup.json");
    admin("user", "list");
    String names = '"' + String.join("\",\"", hostNames) + '"';
    Files.writeString(
        zone,
        admin("zonegroup", "get")
            .replaceFirst("\"api_name\": \"[^\"]*\"", "\"api_name\": \"" + REGION + '"')
            .replaceFirst("\"hostnames\": \\[]", "\"hostnames\": [" + names + "]"));
    admin("zonegroup", "set", "--infile", zone.toString());
  }

  private void startGateway() {
    Daemon daemon =
        daemon(
            "rgw", List.of("radosgw", "-c", configuration().toString(), "-f", "-n", "client.rgw"));
    awaits(daemon, this::answers);
  }

  private boolean answers() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Daemon daemon(String name, List<String> command) {
    Daemon daemon = Daemon.start(folder.resolve(name + ".out"), command);
    daemons.push(daemon);
    return daemon;
  }

  private static void awaits(Daemon daemon, BooleanSupplier ready) {
    long end = System.nanoTime() + START.toNanos();
    while (!ready.getAsBoolean()) {
      if (!daemon.isAlive()) {
        throw daemon.failure("ended as it started");
      }
      if (System.nanoTime() > end) {
        throw daemon.failure("is not ready within " + START.toSeconds() + " s");
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Outcome ceph(String... arguments) {
    String[] ceph = {"ceph", "-c", configuration().toString(), "--connect-timeout", "10"};
    return outcome(words(ceph, arguments));
  }

  private String admin(String... arguments) {
    String[] admin = {"radosgw-admin", "-c", configuration().toString(), "-n", "client.rgw"};
    return requireDone(outcome(words(admin, arguments)));
  }

  private void run(String... command) {
    run(List.of(command));
  }

  private void run(List<String> command) {
    requireDone(outcome(command));
  }

  private String requireDone(Outcome outcome) {
    if (outcome.status != 0) {
      throw new IllegalStateException(
          outcome.command + " failed; see " + errors() + "\n" + outcome.output);
    }
    return outcome.output;
  }

  private Path errors() {
    return folder.resolve("commands.err");
  }

  private Outcome outcome(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(errors().toFile()))
              .start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Outcome(command.getFirst(), -1, "it does not end");
      }
      return new Outcome(String.join(" ", command), process.exitValue(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> words(String[] first, String... rest) {
    return Stream.concat(Stream.of(first), Stream.of(rest)).toList();
  }

  private static void requireInstalled() {
    List<String> missing = new ArrayList<>(List.of("ceph", "ceph-mon", "ceph-osd", "radosgw"));
    for (String place : System.getenv("PATH").split(":", -1)) {
      missing.removeIf(program -> Files.isExecutable(Path.of(place, program)));
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "RADOS Gateway cannot run, for these are missing: "
              + missing
              + "; install Debian's packages ceph-mon, ceph-osd and radosgw");
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path configuration() {
    return folder.resolve("ceph.conf");
  }

  /** Where the package keeps what its store loads: below the folder of the machine's kind. */
  private static Path storeClasses() throws IOException {
    try (Stream<Path> kinds = Files.list(Path.of("/usr/lib"))) {
      return kinds
          .map(kind -> kind.resolve("rados-classes"))
          .filter(Files::isDirectory)
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no rados-classes below /usr/lib"));
    }
  }

  private String settings(String cluster) throws IOException {
    return """
    [global]
    fsid = %1$s
    mon host = [v1:127.0.0.1:%2$d]
    monmap = %4$s/monmap
    public addr = 127.0.0.1
    cluster addr = 127.0.0.1
    ms bind ipv6 = false
    ms bind msgr2 = false
    auth cluster required = none
    auth service required = none
    auth client required = none
    mon allow pool size one = true
    mon max pg per osd = 1000
    osd pool default size = 1
    osd pool default min size = 1
    osd pool default pg num = 1
    osd pool default pgp num = 1
    osd pool default pg autoscale mode = off
    osd crush chooseleaf type = 0
    run dir = %4$s/run
    admin socket =
    log file = %4$s/$name.log
    mon cluster log file = %4$s/cluster.log
    crash dir = %4$s/run
    [mon]
    mon data = %4$s/mon
    mon data avail warn = 1
    mon data avail crit = 1
    paxos propose interval = 0.05
    paxos min wait = 0.01
    [osd]
    osd data = %4$s/osd
    osd objectstore = memstore
    memstore device bytes = 4294967296
    osd class dir = %5$s
    osd class load list = *
    osd class default list = *
    [client]
    keyring = /dev/null
    [client.rgw]
    rgw data = %4$s/rgw
    rgw frontends = beast endpoint=127.0.0.1:%3$d
    rgw enable apis = s3, sts, iam
    rgw trust forwarded https = true
    rgw s3 auth use sts = true
    rgw sts key = 0123456789abcdef
    rgw sts min session duration = 1
    rgw enable usage log = false
    rgw enable gc threads = false
    rgw enable lc threads = false
    rgw enable quota threads = false
    rgw run sync thread = false
    rgw thread pool size = 64
    rgw override bucket index max shards = 1
    """
        .formatted(cluster, monitorPort, port, folder, storeClasses());
  }

  @Override
  public void close() {
    while (!daemons.isEmpty()) {
      daemons.pop().close();
    }
  }

  private record Outcome(String command, int status, String output) {}
}
