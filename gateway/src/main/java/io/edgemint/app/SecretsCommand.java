package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.registry.KeyCensus;
import io.edgemint.registry.KeyCensus.Usage;
import io.edgemint.registry.Rewrap;
import io.edgemint.vault.Vault;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint secrets}: changes the key-encryption key, and says which one is needed. */
@Command(
    name = "secrets",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Changes the key that seals the registry's secrets, without a failed request.",
    footer = {
      "",
      "A rotation:",
      "  edgemint secrets new-key data/kek-2.key    make the key; copy the file to every gateway",
      "  secrets.previous_key_files: [data/kek-2.key]          on every gateway, and restart it",
      "  secrets.key_file: data/kek-2.key, the old one in previous_key_files      the same again",
      "  edgemint secrets rewrap                    puts the secrets under the new key",
      "  edgemint secrets status                    says when the old key may go"
    })
final class SecretsCommand {
  private static final int BATCHES_PER_LINE = 10;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Command(
      name = "new-key",
      mixinStandardHelpOptions = true,
      description = {
        "Makes a file with a fresh key-encryption key, readable by its owner alone, and prints the",
        "key's id. Never overwrites a file."
      })
  int newKey(@Parameters(paramLabel = "FILE", description = "where the key is put") Path file) {
    try {
      String id = Vault.newKey(file);
      spec.commandLine().getOut().println("%s: key %s. Back it up.".formatted(file, id));
      return 0;
    } catch (IOException e) {
      throw new Failure(e.getMessage());
    }
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = {
        "Says how many secrets of the registry need which key-encryption key, where each key lies,",
        "and when an old one may go. Exits 0 if every key that is needed is here, 1 if not."
      })
  int status(@Mixin SettingsOption settings) {
    return settings.with(
        foundation -> {
          KeyCensus census = foundation.keyCensus();
          tell(census);
          return census.missing().isEmpty() ? 0 : 1;
        });
  }

  @Command(
      name = "rewrap",
      mixinStandardHelpOptions = true,
      description = {
        "Puts the data key of every sealed secret under secrets.key_file. The encrypted secrets"
            + " stay as they",
        "are. May be interrupted, and run again, at any time, while gateways serve and others"
            + " write.",
        "Exits 0 if every secret is under that key, 1 if some are left: those that no key here"
            + " opens."
      })
  int rewrap(
      @Option(
              names = "--rate",
              paramLabel = "N",
              defaultValue = "200",
              description =
                  "organisations per second; gateways open the keys of each one again"
                      + " (default: ${DEFAULT-VALUE})")
          int rate,
      @Option(names = "--dry-run", description = "try every secret, and write nothing")
          boolean dryRun,
      @Mixin SettingsOption settings) {
    if (rate < 1) {
      throw new Failure("--rate is at least 1 organisation per second");
    }
    return settings.with(
        foundation -> {
          Rewrap rewrap =
              new Rewrap(foundation.registry(), foundation.vault(), SettingsOption.actor());
          Rewrap.Result result =
              dryRun ? rewrap.rehearse() : rewrap.run(progress -> pace(progress, rate));
          return tell(result, dryRun);
        });
  }

  /** Slowly enough that gateways open the new records' keys in passing. */
  private void pace(Rewrap.Progress progress, int rate) {
    if (progress.orgs() % (BATCHES_PER_LINE * Rewrap.BATCH) == 0 || progress.left() == 0) {
      spec.commandLine()
          .getOut()
          .println(
              "%d secrets of %d organisations, %d organisations to come"
                  .formatted(progress.secrets(), progress.orgs(), progress.left()));
    }
    if (progress.left() > 0) {
      try {
        Thread.sleep(1000L * Rewrap.BATCH / rate);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Failure("interrupted; run it again, it goes on from here");
      }
    }
  }

  private int tell(Rewrap.Result result, boolean dryRun) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    out.println(
        "%s: %d secrets of %d organisations"
            .formatted(dryRun ? "Would re-wrap" : "Re-wrapped", result.secrets(), result.orgs()));
    for (Rewrap.Stuck each : result.stuck()) {
      err.println(
          "left as it is: %s of %s/%s: %s"
              .formatted(
                  each.purpose().kind(),
                  each.purpose().org(),
                  each.purpose().backend(),
                  each.reason()));
    }
    if (dryRun) {
      out.println("Nothing was written (--dry-run).");
      return result.stuck().isEmpty() ? 0 : 1;
    }
    tell(result.census());
    return result.done() ? 0 : 1;
  }

  private void tell(KeyCensus census) {
    PrintWriter out = spec.commandLine().getOut();
    boolean seals = true;
    for (Usage key : census.held()) {
      out.println(
          "%-16s %7d secrets  %-5s  %s"
              .formatted(key.keyId(), key.secrets(), seals ? "seals" : "opens", key.file()));
      seals = false;
    }
    for (Usage key : census.missing()) {
      out.println(
          "%-16s %7d secrets  NOT HERE, needed by %s"
              .formatted(key.keyId(), key.secrets(), key.someOrgs()));
    }
    census.held().stream().skip(1).forEach(key -> out.println(fate(key)));
  }

  private static String fate(Usage previous) {
    return previous.secrets() > 0
        ? "%s is needed; 'edgemint secrets rewrap' makes it spare".formatted(previous.file())
        : ("No secret of the registry needs %s: it may leave secrets.previous_key_files once every"
                + " gateway seals under the new key and has followed the registry since (snapshot"
                + " files on disk are sealed too, and rewritten then). Keep the file as long as"
                + " backups of the registry from before are kept.")
            .formatted(previous.file());
  }
}
