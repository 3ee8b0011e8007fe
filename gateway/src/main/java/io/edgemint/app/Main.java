package io.edgemint.app;

import io.edgemint.backend.BackendStore.Change;
import io.edgemint.config.InvalidSettings;
import io.edgemint.publisher.PublishingFailed;
import io.edgemint.registry.RegistryRefused;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;

/** The command line. */
@Command(
    name = "edgemint",
    description =
        "Mints short-lived signed links to firmware, from each organisation's own storage.",
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      CheckConfigCommand.class,
      ApplyCommand.class,
      BackendCommand.class,
      CopyCommand.class,
      DestinationCommand.class,
      KeyCommand.class,
      SecretsCommand.class,
      AuthorityCommand.class,
      ExplainCommand.class,
      RevokeCommand.class,
      RevocationsCommand.class,
      PlatformCommand.class,
      RegistryCommand.class,
      AuditCommand.class,
      TokenCommand.class,
      UploadCommand.class,
      ListCommand.class,
      DeleteCommand.class,
      DeliverCommand.class,
      PrepareCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "A first round:",
      "  edgemint check-config config/edgemint.yaml   says what is wrong, all at once",
      "  edgemint apply config/orgs                   writes organisations into the registry",
      "  edgemint backend setup acme prod             prints what to apply in the AWS account",
      "  edgemint backend validate acme prod          tries the whole path of a device",
      "  edgemint copy acme prod                      brings it what devices can read now",
      "  edgemint backend activate acme prod          lets the backend serve",
      "  edgemint serve config/edgemint.yaml          answers devices",
      "  edgemint upload build/2.0.bin --prefix fw/   publishes through a gateway, wherever it"
          + " runs",
      "",
      "Exit codes: 0 done, 1 refused or failed, 2 the command line was not understood."
    })
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments, writer(System.out), writer(System.err)));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  /** Runs one command and gives its exit code. */
  public static int run(String[] arguments, PrintWriter out, PrintWriter err) {
    readLoggingSettings();
    return commands(arguments)
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(explained())
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(arguments);
  }

  /**
   * The command that is named, or all of them where none is. To build all takes a fifth of the time
   * in which a gateway is to have started.
   */
  static CommandLine commands(String... arguments) {
    Command all = Main.class.getAnnotation(Command.class);
    for (Class<?> each : all.subcommands()) {
      String name = each.getAnnotation(Command.class).name();
      // Help is given on the others.
      if (arguments.length > 0 && arguments[0].equals(name) && each != HelpCommand.class) {
        return new CommandLine(CommandSpec.create().name(all.name())).addSubcommand(name, each);
      }
    }
    return new CommandLine(new Main());
  }

  /** What a user did wrong is told in words; only a fault of ours shows where it happened. */
  private static IExecutionExceptionHandler explained() {
    return (failure, command, result) -> {
      PrintWriter err = command.getErr();
      if (failure instanceof Failure
          || failure instanceof InvalidSettings
          || failure instanceof PublishingFailed
          || failure instanceof RegistryRefused
          || failure instanceof UncheckedIOException) {
        err.println("edgemint: " + shown(String.valueOf(failure.getMessage())));
      } else {
        err.println("edgemint: this is a fault of the program, please report it:");
        failure.printStackTrace(err);
      }
      return CommandLine.ExitCode.SOFTWARE;
    };
  }

  /** A gateway or a file's name may have put anything into it, such as a terminal's commands. */
  private static String shown(String message) {
    return message
        .lines()
        .map(Change::printable)
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static void readLoggingSettings() {
    if (System.getProperty("java.util.logging.config.file") != null) {
      return;
    }
    try (InputStream settings = Main.class.getResourceAsStream("/logging.properties")) {
      LogManager.getLogManager().readConfiguration(settings);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A command that could not do what it was asked, told in one message without a stack trace. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(@Nullable String message) {
      super(message, null, false, false);
    }
  }

  /** The version that the build wrote down. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"edgemint " + text()};
    }

    static String text() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "development" : version;
    }
  }
}
