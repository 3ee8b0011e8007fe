package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.Org;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint explain}: says what a device would get, and why. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Says which backend would answer for a key, why, what limits the life of a link, and what"
          + " ails",
      "the organisation. Never makes a link. A running gateway answers the same for itself at",
      "GET /admin/v1/orgs/ORG/explain?key=KEY, with the state of its sessions."
    })
final class ExplainCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ORG", description = "the organisation's id")
  private String org = "";

  @Parameters(paramLabel = "KEY", description = "the key, not percent-encoded")
  private String key = "";

  @Option(names = "--subject", description = "the device that would ask")
  private @Nullable String subject;

  @Mixin private SettingsOption settings = new SettingsOption();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    return settings.with(
        foundation -> {
          Org standing = foundation.registry().org(BackendCommand.id(org));
          if (standing == null) {
            throw new Failure("there is no organisation '" + org + "'; apply its file first");
          }
          spec.commandLine()
              .getOut()
              .println(foundation.explain().explain(standing, key, subject).encodePrettily());
          return 0;
        });
  }
}
