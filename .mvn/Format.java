import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks that the sources under the given folders have google-java-format's layout, or gives it to
 * them with {@code --replace} as the first argument. Exits with 1 and names what differs.
 */
final class Format {
  private static final String MEND = "mvn -q -N -Pformat verify";

  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean replace = args[0].equals("--replace");
    List<String> command = new ArrayList<>();
    command.addAll(replace ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    for (String folder : List.of(args).subList(1, args.length)) {
      command.addAll(sources(Path.of(folder)));
    }
    var out = new PrintWriter(System.out, true);
    var err = new PrintWriter(System.err, true);
    int status = new Main(out, err, System.in).format(command.toArray(String[]::new));
    if (status != 0 && !replace) {
      err.println("The files above are not formatted. To mend them: " + MEND);
    }
    System.exit(status);
  }

  private static List<String> sources(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toString).filter(file -> file.endsWith(".java")).toList();
    }
  }
}
