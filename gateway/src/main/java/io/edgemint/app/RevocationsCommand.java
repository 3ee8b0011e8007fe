package io.edgemint.app;

import io.edgemint.backend.Revocations;
import io.edgemint.onboarding.Order;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint revocations}: shows what an organisation has withdrawn. */
@Command(
    name = "revocations",
    mixinStandardHelpOptions = true,
    description = "Shows what 'revoke' has withdrawn, one a line.")
final class RevocationsCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ORG", description = "the organisation's id")
  private String org = "";

  @Mixin private SettingsOption settings = new SettingsOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    return settings.with(
        foundation -> {
          Order order = Order.of(SettingsOption.actor());
          Revocations standing =
              foundation.revoker().standing(BackendCommand.id(org), order).revocations();
          if (standing.everything()) {
            out.println("everything");
          }
          standing.subjects().stream().sorted().forEach(it -> out.println("subject " + it));
          standing.keyPrefixes().forEach(it -> out.println("key prefix " + it));
          if (standing.equals(Revocations.NONE)) {
            out.println("nothing is revoked");
          }
          return 0;
        });
  }
}
