package io.edgemint.app;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.publisher.GatewayClient;
import io.edgemint.publisher.GatewayClient.Listed;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint list}: shows what is published. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the organisation's objects: bytes, time and key, in the order of keys.",
    footer = {
      "",
      "  edgemint list fw/ --gateway https://gateway.example.com --token-file token",
      "  edgemint list fw/ --json | jq -r .key"
    })
final class ListCommand implements Callable<Integer> {
  private static final JsonMapper JSON = new JsonMapper();

  @Parameters(
      arity = "0..1",
      paramLabel = "PREFIX",
      defaultValue = "",
      description = "what keys begin with (default: all)")
  private String prefix = "";

  @Option(names = "--json", description = "one JSON object a line, for programs")
  private boolean json;

  @Mixin private GatewayOption gateway = new GatewayOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    var progress =
        new ProgressLine(spec.commandLine().getErr(), false, "list", InstantSource.system());
    GatewayClient client = gateway.client();
    String next = null;
    do {
      GatewayClient.Page page = client.list(prefix, next, progress);
      page.objects().forEach(object -> out.println(json ? json(object) : row(object)));
      next = page.next();
    } while (next != null && !out.checkError());
    return 0;
  }

  private static String row(Listed object) {
    return "%15d  %-20s  %s"
        .formatted(object.size(), shown(object.modified()), Change.printable(object.key()));
  }

  private static String shown(@Nullable String modified) {
    return Change.printable(Objects.requireNonNullElse(modified, "-"));
  }

  private static String json(Listed object) {
    ObjectNode line = JSON.createObjectNode().put("key", object.key()).put("size", object.size());
    if (object.modified() != null) {
      line.put("last_modified", object.modified());
    }
    return line.toString();
  }
}
