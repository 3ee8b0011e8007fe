package io.edgemint.app;

import io.edgemint.app.BackendCommand.SetupFormat;
import io.edgemint.backend.Destination;
import io.edgemint.onboarding.Destinations;
import io.edgemint.onboarding.Onboarding;
import io.edgemint.onboarding.Order;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint destination}: prepares the buckets into which archives are delivered. */
@Command(
    name = "destination",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Prepares the buckets into which an organisation's job archives are delivered.")
final class DestinationCommand {
  private static final Order ORDER = Order.of(SettingsOption.actor());

  @Spec private CommandSpec spec = CommandSpec.create();

  @Command(
      name = "setup",
      mixinStandardHelpOptions = true,
      description = {
        "Prints what the organisation applies in its AWS account: the role that is assumed, what it"
            + " may do",
        "below the prefix, and the bucket's settings. There is nothing to edit."
      })
  int setup(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "DESTINATION", description = "its name") String destination,
      @Option(
              names = "--format",
              defaultValue = "CLI",
              description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
          SetupFormat format,
      @Mixin SettingsOption settings) {
    PrintWriter out = spec.commandLine().getOut();
    return settings.with(
        foundation -> {
          out.println(
              format.of(
                  foundation.setup().ofDestination(BackendCommand.id(org), destination, ORDER)));
          return 0;
        });
  }

  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description = {
        "Tries what a delivery does: assumes the role and makes sure that nobody else can, writes a"
            + " test",
        "object, begins an upload in parts, and removes both again.",
        "Exits 0 if the destination is verified, 1 if not."
      })
  int validate(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "DESTINATION", description = "its name") String destination,
      @Mixin SettingsOption settings) {
    PrintWriter out = spec.commandLine().getOut();
    return settings.with(
        foundation -> {
          Destinations.Findings findings =
              foundation
                  .destinations()
                  .validate(
                      BackendCommand.id(org),
                      destination,
                      ORDER,
                      check -> BackendCommand.tell(out, check));
          out.println(org + "/" + line(findings.destination()));
          return findings.destination().verified() ? 0 : 1;
        });
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the destinations of an organisation.")
  int list(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Mixin SettingsOption settings) {
    PrintWriter out = spec.commandLine().getOut();
    return settings.with(
        foundation -> {
          for (Destination each : foundation.destinations().all(BackendCommand.id(org), ORDER)) {
            out.println(
                "%s, s3://%s/%s"
                    .formatted(line(each), each.storage().bucket(), each.storage().prefix()));
          }
          return 0;
        });
  }

  private static String line(Destination destination) {
    return "%s revision %d: %s"
        .formatted(
            destination.name(),
            destination.revision(),
            Onboarding.word(destination.verification()));
  }
}
