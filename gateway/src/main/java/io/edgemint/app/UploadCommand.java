package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.publisher.FileSource;
import io.edgemint.publisher.Journal;
import io.edgemint.publisher.Order;
import io.edgemint.publisher.Published;
import io.edgemint.publisher.PublishingFailed;
import io.edgemint.publisher.Uploader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint upload}: publishes files through a gateway. */
@Command(
    name = "upload",
    mixinStandardHelpOptions = true,
    description = {
      "Uploads files, and the files below folders, to the organisation's storage. Their bytes go"
          + " straight to the storage, by links that the gateway signs; their SHA-256 is signed"
          + " with them and compared at the end.",
      "",
      "What was interrupted is resumed by the same command. Objects are never overwritten: the same"
          + " bytes again are fine, others are refused."
    },
    footer = {
      "",
      "The token is read from a file or the environment and never from an argument, which other"
          + " users of the machine could see. Its scope is publish.",
      "",
      "  export EDGEMINT_GATEWAY=https://gateway.example.com",
      "  edgemint upload build/2.0.bin --prefix fw/ --token-file token",
      "  edgemint upload build/2.0.bin --key fw/stable/2.0.bin --token-file token",
      "  edgemint upload dist/ --prefix fw/2.0/ --token-file token",
      "  edgemint upload --abort build/2.0.bin --prefix fw/ --token-file token",
      "",
      "On standard output: one line a file with key, bytes, SHA-256, time and rate.",
      "Exit codes: 0 all are there, 1 one failed or more, 2 the command line was not understood."
    })
final class UploadCommand implements Callable<Integer> {

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "files or folders")
  private List<Path> files = List.of();

  /** Those that nobody has named, but that lie in folders. */
  private final Set<Path> found = new HashSet<>();

  @ArgGroup private @Nullable Naming naming;

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      defaultValue = "application/octet-stream",
      description = "the media type that devices get (default: ${DEFAULT-VALUE})")
  private String contentType = "";

  @Mixin private ParallelOption parallel = new ParallelOption();

  @Option(
      names = "--force-restart",
      description = "begin anew instead of resuming, and end what was begun")
  private boolean afresh;

  @Option(
      names = "--abort",
      description =
          "end uploads of these files that were begun, and leave nothing of them; what has arrived"
              + " whole stays, and 'edgemint delete' removes it")
  private boolean abort;

  @Mixin private GatewayOption gateway = new GatewayOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** How keys follow from files. */
  static final class Naming {
    @Option(names = "--key", paramLabel = "KEY", description = "the key of the one file")
    private @Nullable String key;

    @Option(
        names = "--prefix",
        paramLabel = "PREFIX",
        description = {
          "what keys begin with, such as fw/; the file's name follows, or its path below a folder"
        })
    private @Nullable String prefix;
  }

  @Override
  public Integer call() throws InterruptedException {
    Map<String, Path> byKey = keys();
    var uploader =
        new Uploader(gateway.client(), Journal.ofUser(System.getenv()), parallel.number());
    return abort ? abort(uploader, byKey) : upload(uploader, byKey);
  }

  private int upload(Uploader uploader, Map<String, Path> byKey) throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    boolean terminal = ProgressLine.onTerminal(System.getenv());
    Thread advice = new Thread(() -> advise(err));
    Runtime.getRuntime().addShutdownHook(advice);
    int failed = 0;
    try {
      for (Map.Entry<String, Path> each : byKey.entrySet()) {
        var progress = new ProgressLine(err, terminal, each.getKey(), InstantSource.system());
        try {
          upload(uploader, each.getKey(), each.getValue(), progress);
        } catch (PublishingFailed e) {
          progress.clear();
          if (e.hopeless()) {
            throw e;
          }
          err.println("edgemint: " + Change.printable(each.getKey() + ": " + e.getMessage()));
          failed++;
        }
      }
    } finally {
      silence(advice);
    }
    if (failed > 0 && byKey.size() > 1) {
      err.println("edgemint: %d of %d files failed".formatted(failed, byKey.size()));
    }
    return failed == 0 ? 0 : 1;
  }

  private void upload(Uploader uploader, String key, Path file, ProgressLine progress)
      throws InterruptedException {
    Instant began = Instant.now();
    Published published;
    try {
      FileSource source =
          found.contains(file)
              ? FileSource.found(file, contentType)
              : FileSource.of(file, contentType);
      published = uploader.upload(Order.of(key), source, afresh, progress);
    } catch (IOException e) {
      throw new PublishingFailed("cannot read " + reason(e));
    }
    Duration time = Duration.between(began, Instant.now());
    progress.clear();
    spec.commandLine().getOut().println(line(published, time));
  }

  private static String line(Published published, Duration time) {
    String how =
        published.alreadyThere()
            ? "already there"
            : String.format(
                Locale.ROOT,
                "in %.1f s, %s/s",
                time.toMillis() / 1000.0,
                ProgressLine.bytes(ProgressLine.rate(published.size(), time)));
    return "%s %d bytes, sha256 %s, %s"
        .formatted(Change.printable(published.key()), published.size(), published.sha256(), how);
  }

  private int abort(Uploader uploader, Map<String, Path> byKey) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    for (Map.Entry<String, Path> each : byKey.entrySet()) {
      var progress =
          new ProgressLine(
              spec.commandLine().getErr(), false, each.getKey(), InstantSource.system());
      String name = FileSource.nameOf(each.getValue());
      int ended = uploader.abort(Order.of(each.getKey()), name, progress);
      out.println(
          Change.printable(each.getKey())
              + (ended == 0 ? ": nothing is to be ended" : ": the upload is ended"));
    }
    return 0;
  }

  /** Said when somebody interrupts; what was sent is kept. */
  private static void advise(PrintWriter err) {
    err.println();
    err.println(
        "edgemint: interrupted; the same command resumes where it was, and with --abort it ends the"
            + " upload");
    err.flush();
  }

  private static void silence(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is being said already.
    }
  }

  /** What is uploaded under which key, in the order of the command line. */
  private Map<String, Path> keys() {
    String key = naming == null ? null : naming.key;
    Map<String, Path> byKey = new LinkedHashMap<>();
    if (key != null) {
      if (files.size() != 1 || Files.isDirectory(files.getFirst())) {
        throw usage("--key is for one file; --prefix names several");
      }
      byKey.put(key, files.getFirst());
      return byKey;
    }
    String prefix = naming == null || naming.prefix == null ? "" : naming.prefix;
    for (Path file : files) {
      if (Files.isDirectory(file)) {
        for (Path one : below(file)) {
          add(byKey, prefix + relative(file, one), one);
          found.add(one);
        }
      } else {
        add(byKey, prefix + name(file), file);
      }
    }
    if (byKey.isEmpty()) {
      throw new Failure("there are no files in " + files.getFirst());
    }
    return byKey;
  }

  private static void add(Map<String, Path> byKey, String key, Path file) {
    if (key.indexOf('\uFFFD') >= 0) {
      throw new Failure(file + ": its name is not UTF-8, or LANG names no UTF-8 locale");
    }
    Path other = byKey.putIfAbsent(key, file);
    if (other != null) {
      throw new Failure("%s and %s would both be %s".formatted(other, file, key));
    }
  }

  private String name(Path file) {
    Path name = file.getFileName();
    if (name == null) {
      throw usage(file + " has no name");
    }
    return name.toString();
  }

  private static String relative(Path folder, Path file) {
    return folder.relativize(file).toString().replace(folder.getFileSystem().getSeparator(), "/");
  }

  /** Symbolic links in a folder are not followed: they may lead anywhere. */
  private static List<Path> below(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new Failure("cannot read the folder " + folder);
    }
  }

  private static String reason(IOException failure) {
    String message = failure.getMessage();
    return failure instanceof NoSuchFileException ? message + ": no such file" : "" + message;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
