package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.BackendStore.Change;
import io.edgemint.backend.History;
import io.edgemint.registry.AuditReport;
import io.edgemint.registry.RegistrySettings;
import io.edgemint.registry.RegistrySettings.Sqlite;
import io.edgemint.registry.SqlRegistry;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edgemint audit}: shows and verifies who changed what. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Shows and verifies the audit trail of the registry.")
final class AuditCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Reads the whole audit trail, recomputes each link, and holds what is stored against it.",
        "Prints the head, which stands for everything up to it: whoever can write to the database",
        "can write another trail that fits, but none with the same head. So keep it elsewhere and",
        "show it again with --head. Exits 0 if all fits, 1 with the first version that does not."
      })
  int verify(
      @Option(
              names = "--head",
              paramLabel = "VERSION:HASH",
              description = "a head that an earlier run printed, which must be part of the trail")
          @Nullable String head,
      @Mixin SettingsOption settings) {
    AuditReport.Head noted = head == null ? null : parse(head);
    try (SqlRegistry registry = open(settings)) {
      AuditReport report = registry.audit(noted);
      PrintWriter out = spec.commandLine().getOut();
      out.println("%,d rows verified".formatted(report.rows()));
      if (report.flaw() != null) {
        throw new Failure(
            "the audit trail is broken at " + Change.printable(report.flaw().toString()));
      }
      out.println("head " + report.head());
      return 0;
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Prints the newest changes: version, time, who, what, and the organisation.")
  int list(
      @Option(names = "--org", paramLabel = "ORG", description = "of one organisation alone")
          @Nullable String org,
      @Option(
              names = "--count",
              paramLabel = "N",
              defaultValue = "20",
              description = "at most so many (default: ${DEFAULT-VALUE})")
          int count,
      @Mixin SettingsOption settings) {
    try (SqlRegistry registry = open(settings)) {
      for (History.Entry entry :
          registry.entries(
              org == null ? null : BackendCommand.id(org), Long.MAX_VALUE, Math.max(count, 0))) {
        spec.commandLine()
            .getOut()
            .println(
                "%d %s %s %s %s"
                    .formatted(
                        entry.version(),
                        Instant.ofEpochMilli(entry.at()),
                        Change.printable(entry.actor()),
                        Change.printable(entry.action()),
                        entry.org()));
      }
      return 0;
    }
  }

  private static AuditReport.Head parse(String head) {
    try {
      return AuditReport.Head.parse(head);
    } catch (IllegalArgumentException e) {
      throw new Failure("--head " + e.getMessage());
    }
  }

  /** Of a registry that is not there, nothing is made that would verify. */
  private static SqlRegistry open(SettingsOption settings) {
    RegistrySettings place = settings.read().registry();
    if (place instanceof Sqlite(Path file) && Files.notExists(file)) {
      throw new Failure(
          "there is no registry " + file + ": correct registry.file, or restore it from a backup");
    }
    return SqlRegistry.open(place, Set.of(), InstantSource.system());
  }
}
