package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.bucket.Listing;
import io.edgemint.onboarding.Filling;
import io.edgemint.publisher.Journal;
import io.edgemint.transfer.StorageCopy;
import io.edgemint.transfer.StorageCopy.Place;
import io.edgemint.transfer.StorageCopy.Wishes;
import io.edgemint.transfer.Tally;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint copy}: fills a backend before it is activated. */
@Command(
    name = "copy",
    mixinStandardHelpOptions = true,
    description = {
      "Fills a backend with what the storage now serving the organisation holds, so that",
      "'edgemint backend activate' finds nothing missing.",
      "",
      "The source is the active backend's bucket, or the organisation's part of default storage;"
          + " the target",
      "is the newest revision of BACKEND, whose upload side must be verified. Objects pass through"
          + " the memory",
      "of this process, 8 MiB at a time. What is there already is left alone: after a break, run it"
          + " again.",
      "Objects of the same key that differ are named and left, unless --replace is given.",
      "",
      "Kept are content type, cache and content headers and user metadata, but no tags, ACLs or"
          + " older versions;",
      "the target's encryption applies. A SHA-256 that was declared at publishing is checked.",
      "Exits 0 if the backend holds everything, 1 if something was not copied."
    },
    footer = {
      "",
      "Example, from default storage into acme's own bucket:",
      "  edgemint backend validate acme prod",
      "  edgemint copy acme prod --dry-run",
      "  edgemint copy acme prod",
      "  edgemint backend activate acme prod"
    })
final class CopyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "ORG", description = "the organisation's id")
  private String org = "";

  @Parameters(paramLabel = "BACKEND", description = "the backend's name")
  private String backend = "";

  @Option(
      names = {"-n", "--dry-run"},
      description = "say what would be copied, and write nothing")
  private boolean dryRun;

  @Mixin private ParallelOption parallel = new ParallelOption();

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      defaultValue = "",
      description = "only keys that begin so")
  private String prefix = "";

  @Option(names = "--replace", description = "write over objects of the backend that differ")
  private boolean replace;

  @Mixin private SettingsOption settings = new SettingsOption();

  @Override
  public Integer call() {
    OrgId id = BackendCommand.id(org);
    return settings.with(foundation -> run(foundation, id));
  }

  private int run(Foundation foundation, OrgId id) {
    PrintWriter out = spec.commandLine().getOut();
    Filling filling = foundation.filling(id, backend);
    if (filling.isDone()) {
      out.println("%s/%s serves already; there is nothing to copy".formatted(org, backend));
      return 0;
    }
    var screen =
        new CopyScreen(out, ProgressLine.onTerminal(System.getenv()), InstantSource.system());
    try {
      StorageCopy copy =
          StorageCopy.between(
              foundation.sessions(),
              foundation.outbound(),
              InstantSource.system(),
              new Place(id, filling.source().backend(), filling.source().storage()),
              new Place(id, backend, filling.target().upload()),
              Journal.stateFolder(System.getenv()).resolve("copies"),
              new Wishes(prefix, parallel.number(), replace, dryRun),
              screen::say);
      return run(copy, screen, out) ? 0 : 1;
    } catch (IllegalArgumentException e) {
      throw new Failure(e.getMessage());
    }
  }

  private boolean run(StorageCopy copy, CopyScreen screen, PrintWriter out) {
    boolean done = false;
    screen.watch(copy.tally());
    try {
      done = copy.run();
      return done;
    } catch (Listing.Failed | Refused e) {
      throw new Failure(e.getMessage());
    } catch (IOException e) {
      throw new Failure(
          "what is begun cannot be remembered below XDG_STATE_HOME: " + e.getMessage());
    } finally {
      screen.end();
      out.println(summary(copy.tally(), done));
    }
  }

  private String summary(Tally tally, boolean done) {
    String what =
        dryRun
            ? "to copy %d objects, %s"
                .formatted(tally.objectsToCopy(), ProgressLine.bytes(tally.bytesToCopy()))
            : "copied %d objects, %s".formatted(tally.copied(), ProgressLine.bytes(tally.bytes()));
    StringBuilder all =
        new StringBuilder(
            "%s/%s: %s; %d were there".formatted(org, backend, what, tally.present()));
    if (tally.unfit() > 0) {
      all.append(", %d passed over whose names no link can lead to".formatted(tally.unfit()));
    }
    if (tally.different() > 0) {
      all.append(", %d differ".formatted(tally.different()));
    }
    if (tally.failed() > 0) {
      all.append(", %d NOT copied".formatted(tally.failed()));
    }
    return all.append(done ? "" : "; not complete").toString();
  }
}
