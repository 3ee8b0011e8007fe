package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.delivery.Delivery;
import io.edgemint.delivery.JobName;
import io.edgemint.publisher.GatewayClient;
import io.edgemint.publisher.Journal;
import io.edgemint.publisher.Published;
import io.edgemint.publisher.PublishingFailed;
import io.edgemint.publisher.Uploader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint deliver}: sends a folder as archives into a destination. */
@Command(
    name = "deliver",
    mixinStandardHelpOptions = true,
    description = {
      "Delivers a folder as tar archives into an organisation's destination: JOB/NAME_JOB.tar, or",
      "JOB/NAME_part1_JOB.tar and so on over a size limit, each an archive by itself, and last of",
      "all JOB/NAME_JOB.manifest.json: where it is, the delivery is whole.",
      "Nothing is written to this machine's disk. What was interrupted is resumed by the same",
      "command. Symbolic links and whatever is no file are refused."
    },
    footer = {
      "",
      "The token needs the scope deliver, and an entitlement to the job's keys.",
      "",
      "  edgemint deliver run/ --job 4711 --destination archive --name logs \\",
      "      --gateway https://gateway.example.com --token-file token",
      "  edgemint deliver run/ --job 4711 --destination archive --name logs --cancel ...",
      "",
      "Exit codes: 0 the delivery is whole, 1 it is not, 2 the command line was not understood."
    })
final class DeliverCommand implements Callable<Integer> {
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,12})(|KiB|MiB|GiB|TiB)");

  @Parameters(paramLabel = "DIR", description = "the folder")
  private Path folder = Path.of("");

  @Option(names = "--job", required = true, paramLabel = "ID", description = "the job's id")
  private String job = "";

  @Option(
      names = "--destination",
      required = true,
      paramLabel = "NAME",
      description = "the destination's name")
  private String destination = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "what the archives are called (default: as the folder)")
  private @Nullable String name;

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      defaultValue = "4GiB",
      description = "the most an archive has, in bytes or KiB, MiB, GiB (default: 4GiB)")
  private String maxSize = "4GiB";

  @Mixin private ParallelOption parallel = new ParallelOption();

  @Option(
      names = "--cancel",
      description = "remove what was delivered so far, and end what was begun")
  private boolean cancel;

  @Option(names = "--force", description = "with --cancel, remove a whole delivery too")
  private boolean force;

  @Mixin private GatewayOption gateway = new GatewayOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    if (force && !cancel) {
      throw usage("--force goes together with --cancel");
    }
    long limit = limit();
    JobName names = names();
    try {
      return cancel ? cancel(delivery(names)) : deliver(delivery(names), limit);
    } catch (PublishingFailed e) {
      throw new Failure(e.getMessage());
    }
  }

  private Delivery delivery(JobName names) {
    PrintWriter err = spec.commandLine().getErr();
    boolean terminal = ProgressLine.onTerminal(System.getenv());
    GatewayClient client = gateway.client();
    Map<String, String> environment = System.getenv();
    return new Delivery(
        client,
        new Uploader(client, Journal.ofUser(environment), parallel.number()),
        Journal.stateFolder(environment).resolve("deliveries"),
        client.address(),
        destination,
        names,
        InstantSource.system(),
        key -> new ProgressLine(err, terminal, key, InstantSource.system()));
  }

  private int deliver(Delivery delivery, long limit) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    List<Published> delivered = delivery.deliver(folder, limit);
    for (Published each : delivered) {
      out.println(
          "%s %d bytes, sha256 %s%s"
              .formatted(
                  each.key(),
                  each.size(),
                  each.sha256(),
                  each.alreadyThere() ? ", already there" : ""));
    }
    if (delivered.isEmpty()) {
      out.println("job " + job + " had been delivered before; nothing was sent");
    }
    return 0;
  }

  private int cancel(Delivery delivery) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    List<String> removed = delivery.cancel(force);
    removed.forEach(key -> out.println(key + ": removed"));
    if (removed.isEmpty()) {
      out.println("nothing of job " + job + " was there");
    }
    return 0;
  }

  private JobName names() {
    try {
      return new JobName(job, name == null ? folderName() : name);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private String folderName() {
    try {
      Path own = folder.toRealPath().getFileName();
      return own == null ? "" : own.toString();
    } catch (IOException e) {
      throw new Failure(folder + ": no such folder");
    }
  }

  private long limit() {
    Matcher size = SIZE.matcher(maxSize);
    if (size.matches()) {
      long unit =
          switch (size.group(2).toLowerCase(Locale.ROOT)) {
            case "kib" -> 1L << 10;
            case "mib" -> 1L << 20;
            case "gib" -> 1L << 30;
            case "tib" -> 1L << 40;
            default -> 1;
          };
      double bytes = (double) Long.parseLong(size.group(1)) * unit;
      if (bytes >= Delivery.LEAST_LIMIT && bytes <= Delivery.MOST_LIMIT) {
        return (long) bytes;
      }
    }
    throw usage("--max-size is from 10KiB to 5TiB, such as 4GiB or 500000000");
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
