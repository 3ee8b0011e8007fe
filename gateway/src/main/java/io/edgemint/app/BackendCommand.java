package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.Backend;
import io.edgemint.backend.OrgId;
import io.edgemint.onboarding.Check;
import io.edgemint.onboarding.Onboarding;
import io.edgemint.onboarding.Probe;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint backend}: brings an organisation's own storage into service. */
@Command(
    name = "backend",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Brings an organisation's own storage into service, step by step.")
final class BackendCommand {
  private static final String ACTOR = "command line";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description = {
        "Tries the path of a device: writes a test object, reads it through a signed link, whole"
            + " and",
        "in part, makes sure that it cannot be read without, and deletes it.",
        "Exits 0 if both sides of the backend are verified, 1 if not."
      })
  int validate(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend's name") String backend,
      @Mixin SettingsOption settings) {
    PrintWriter out = spec.commandLine().getOut();
    return settings.with(
        foundation -> {
          Onboarding.Findings findings =
              onboarding(foundation).validate(id(org), backend, ACTOR, check -> tell(out, check));
          Backend now = findings.backend();
          out.println(
              "%s/%s revision %d: upload %s, download %s"
                  .formatted(
                      org,
                      backend,
                      now.revision(),
                      Onboarding.word(now.uploadSide()),
                      Onboarding.word(now.downloadSide())));
          return now.verified() ? 0 : 1;
        });
  }

  @Command(
      name = "activate",
      mixinStandardHelpOptions = true,
      description =
          "Lets the newest revision of a backend serve, once both of its sides are verified.")
  int activate(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend's name") String backend,
      @Mixin SettingsOption settings) {
    PrintWriter out = spec.commandLine().getOut();
    return settings.with(
        foundation -> {
          Backend now = onboarding(foundation).activate(id(org), backend, ACTOR);
          out.println("%s/%s revision %d: active".formatted(org, backend, now.revision()));
          return 0;
        });
  }

  private static void tell(PrintWriter out, Check check) {
    String mark = check.passed() ? "ok  " : "FAIL";
    out.println("%s %s (%s)".formatted(mark, check.step(), check.seen()));
    if (!check.passed()) {
      out.println("     " + check.code() + ": " + check.fix());
    }
  }

  private static Onboarding onboarding(Foundation foundation) {
    Probe probe =
        new Probe(
            foundation.sessions(),
            foundation.signers(),
            foundation.outbound(),
            InstantSource.system(),
            new SecureRandom());
    return new Onboarding(foundation.registry(), probe);
  }

  private static OrgId id(String text) {
    try {
      return new OrgId(text);
    } catch (IllegalArgumentException e) {
      throw new Failure(text + ": " + e.getMessage());
    }
  }
}
