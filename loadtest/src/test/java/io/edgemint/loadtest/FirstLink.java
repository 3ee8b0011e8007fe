package io.edgemint.loadtest;

import io.edgemint.loadtest.Site.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Measures from the start of the launcher until a device has its link, after {@code edgemint
 * prepare} has been run once. The registry is there and migrated, and the first start, which brings
 * the files into the page cache, does not count.
 */
@Command(
    name = "start",
    sortOptions = false,
    description = "Measures from the start of the launcher until a device has its link.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:it takes no longer than asked", "1:it does, or an error"})
final class FirstLink implements Callable<Integer> {
  @Parameters(paramLabel = "LAUNCHER", description = "gateway/target/edgemint")
  private Path launcher = Path.of("edgemint");

  @Option(names = "--at-most", description = "seconds that are asked for", defaultValue = "1.5")
  private double atMost;

  @Option(names = "--starts", description = "how often", defaultValue = "11")
  private int starts;

  private FirstLink() {}

  /** Exits with the code that the usage names. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new FirstLink()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    prepare();
    var site = new Site(Storage.P256, false, List.of(), List.of());
    String token = site.tokens("device", 1).getFirst();
    double[] seconds = new double[starts];
    double[] cpu = new double[starts];
    for (int i = -1; i < starts; i++) {
      long begun = System.nanoTime();
      try (Launched gateway = Launched.start(launcher, site.settings());
          var device = new KeepAlive(gateway.port(), Site.PATH, token)) {
        device.exchange();
        double taken = (System.nanoTime() - begun) / 1e9;
        double used = Cpu.now(gateway.process()).server();
        if (i >= 0) {
          seconds[i] = taken;
          cpu[i] = used;
        }
        System.out.printf(
            Locale.ROOT,
            "%2d: %.2f s, %.2f s of CPU time%s%n",
            i + 1,
            taken,
            used,
            i < 0 ? ", not counted" : "");
      }
    }
    var figures = new Figures("From the start of the launcher to the first link");
    Arrays.sort(seconds);
    Arrays.sort(cpu);
    figures.judged(
        "until the first link, median",
        String.format(Locale.ROOT, "%.2f s", seconds[starts / 2]),
        spread(seconds),
        String.format(Locale.ROOT, "at most %.1f s", atMost),
        seconds[starts / 2] <= atMost);
    figures.told(
        "CPU time of the gateway by then, median",
        String.format(Locale.ROOT, "%.2f s", cpu[starts / 2]),
        spread(cpu));
    return figures.print();
  }

  /** Does what users do once after an installation. */
  private void prepare() throws IOException, InterruptedException {
    var builder = new ProcessBuilder("timeout", "300", launcher.toString(), "prepare").inheritIO();
    builder.environment().put("EDGEMINT_JAVA", System.getProperty("java.home"));
    if (builder.start().waitFor() != 0) {
      throw new IOException(launcher + " prepare failed");
    }
  }

  private static String spread(double[] sorted) {
    return String.format(
        Locale.ROOT,
        "%d starts from %.2f to %.2f",
        sorted.length,
        sorted[0],
        sorted[sorted.length - 1]);
  }
}
