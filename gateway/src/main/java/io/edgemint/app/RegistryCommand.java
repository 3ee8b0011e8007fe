package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.registry.AuditReport;
import io.edgemint.registry.RegistryMove;
import io.edgemint.registry.RegistrySettings.Postgres;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edgemint registry}: looks after the place where organisations are kept. */
@Command(
    name = "registry",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Looks after the place where organisations are kept.")
final class RegistryCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Command(
      name = "move",
      mixinStandardHelpOptions = true,
      description = {
        "Takes a registry from its SQLite file to the PostgreSQL database that the settings name.",
        "Verifies the audit trail of the file, copies organisations, identity roots, audit trail",
        "and issuers' last keys in one transaction, verifies the copy row by row, and leaves word",
        "in the file, which nobody can change or follow from then on. A run that was cut is run",
        "again. Exits 0 if the registry is in PostgreSQL, 1 if nothing has changed."
      },
      footer = {
        "",
        "In this order, with links for devices at every moment:",
        "  1. write registry.postgresql into a copy of the settings, and run check-config on it",
        "  2. edgemint registry move -s new.yaml --from data/registry.db",
        "     the gateway goes on serving what it knows; changes are refused from here on",
        "  3. restart the gateway with new.yaml, then add others with the same settings and key",
        "     file; one that was forgotten warns that the registry has moved, and its",
        "     gateway_registry_age_seconds grows",
        "  4. keep the file until the first backup of PostgreSQL, then delete it"
      })
  int move(
      @Option(
              names = "--from",
              required = true,
              paramLabel = "FILE",
              description = "the SQLite file, which no gateway follows afterwards")
          Path from,
      @Mixin SettingsOption settings) {
    PrintWriter out = spec.commandLine().getOut();
    if (!(settings.read().registry() instanceof Postgres target)) {
      throw new Failure(
          settings.file() + " name no registry.postgresql: write there where the registry goes");
    }
    AuditReport.Head head =
        new RegistryMove(from, target, InstantSource.system(), out::println).run();
    out.println("moved: " + target + ", head " + head);
    out.println("Restart the gateways with these settings; " + from + " is closed for good.");
    return 0;
  }
}
