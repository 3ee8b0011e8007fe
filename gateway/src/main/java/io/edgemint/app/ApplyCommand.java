package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.onboarding.Apply;
import io.edgemint.onboarding.OrgFile;
import io.edgemint.registry.KeyCensus;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint apply}: writes organisations into the registry. */
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    description = {
      "Writes what files describe into the registry, all at once or not at all.",
      "Changes only what they name, never a verification state, never a key that stands."
    })
final class ApplyCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "ORGS",
      description = "files of organisations, or folders of them")
  private List<Path> places = List.of();

  @Option(
      names = "--prune",
      description = "delete organisations that no file names, and issuers that theirs does not")
  private boolean prune;

  @Option(names = "--dry-run", description = "say what would be done, and do nothing")
  private boolean dryRun;

  @Mixin private SettingsOption settings = new SettingsOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (prune && places.stream().noneMatch(Files::isDirectory)) {
      throw new Failure(
          "--prune deletes every organisation that no file names: name the folder of all files");
    }
    return settings.with(this::apply);
  }

  private int apply(Foundation foundation) {
    PrintWriter out = spec.commandLine().getOut();
    KeyCensus secrets = foundation.keyCensus();
    if (secrets.locked()) {
      spec.commandLine()
          .getErr()
          .println(
              "warning: none of the registry's %d sealed secrets can be opened with %s; those in the files are sealed anew"
                  .formatted(secrets.secrets(), foundation.vault().keys().values()));
    }
    List<OrgFile> files = OrgFiles.read(places, foundation.orgFiles(), System.getenv());
    Apply apply = new Apply(foundation.registry(), foundation.secrets(), InstantSource.system());
    for (Apply.Result result : apply.run(files, prune, dryRun, SettingsOption.actor())) {
      out.println(result.org() + ": " + result.outcome().name().toLowerCase(Locale.ROOT));
      result.changes().forEach(change -> out.println("  " + change));
    }
    if (dryRun) {
      out.println("Nothing was written (--dry-run).");
    }
    return 0;
  }
}
