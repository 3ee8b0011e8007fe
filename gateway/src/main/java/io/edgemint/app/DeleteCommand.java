package io.edgemint.app;

import io.edgemint.backend.BackendStore.Change;
import io.edgemint.publisher.GatewayClient;
import io.edgemint.publisher.PublishingFailed;
import java.io.Console;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint delete}: takes objects away. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description =
        "Deletes objects of the organisation. Links that devices have lead to nothing from then on,"
            + " except where a CDN still keeps the bytes. Exits 1 if one was not there.",
    footer = {
      "",
      "  edgemint delete fw/1.0.bin --gateway https://gateway.example.com --token-file token"
    })
final class DeleteCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "KEY", description = "their keys, whole")
  private List<String> keys = List.of();

  @Option(
      names = {"-y", "--yes"},
      description = "do not ask")
  private boolean yes;

  @Mixin private GatewayOption gateway = new GatewayOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    GatewayClient client = gateway.client();
    if (!yes && !agreed(System.console())) {
      out.println("nothing is deleted");
      return 1;
    }
    var progress = new ProgressLine(err, false, "delete", InstantSource.system());
    boolean all = true;
    for (String key : keys) {
      try {
        boolean wasThere = client.delete(key, progress);
        all &= wasThere;
        out.println(Change.printable(key) + (wasThere ? ": deleted" : ": there is no such object"));
      } catch (PublishingFailed e) {
        if (e.hopeless()) {
          throw e;
        }
        err.println("edgemint: " + Change.printable(key + ": " + e.getMessage()));
        all = false;
      }
    }
    return all ? 0 : 1;
  }

  private boolean agreed(@Nullable Console console) {
    if (console == null || !console.isTerminal()) {
      throw new ParameterException(
          spec.commandLine(), "nobody can be asked here; give --yes to delete");
    }
    String answer = console.readLine("Delete %s? [y/N] ", what());
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
  }

  private String what() {
    return keys.size() == 1 ? Change.printable(keys.getFirst()) : keys.size() + " objects";
  }
}
