package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.Backend;
import io.edgemint.backend.OrgId;
import io.edgemint.onboarding.Onboarding;
import io.edgemint.onboarding.Order;
import io.edgemint.probe.Check;
import io.edgemint.setup.Setup;
import java.io.PrintWriter;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint backend}: brings an organisation's own storage into service. */
@Command(
    name = "backend",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Brings an organisation's own storage into service, step by step.")
final class BackendCommand {
  private static final Order ORDER = Order.of(SettingsOption.actor());

  @Spec private CommandSpec spec = CommandSpec.create();

  @Command(
      name = "setup",
      mixinStandardHelpOptions = true,
      description = {
        "Prints what the organisation applies in its AWS account: policies, bucket settings and,"
            + " with CloudFront,",
        "keys and distribution. Everything is filled in; there is nothing to edit."
      })
  int setup(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend's name") String backend,
      @Option(
              names = "--format",
              defaultValue = "CLI",
              description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
          SetupFormat format,
      @Mixin SettingsOption settings) {
    PrintWriter out = spec.commandLine().getOut();
    return settings.with(
        foundation -> {
          out.println(format.of(foundation.setup().of(id(org), backend, ORDER)));
          return 0;
        });
  }

  /** The forms of what an organisation applies. */
  enum SetupFormat {
    JSON,
    CLI,
    TERRAFORM;

    String of(Setup setup) {
      return switch (this) {
        case JSON -> setup.json();
        case CLI -> setup.cli();
        case TERRAFORM -> setup.terraform();
      };
    }
  }

  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description = {
        "Tries the path of a device: assumes the role and makes sure that nobody else can, writes"
            + " a",
        "test object, reads it through a signed link, makes sure that it cannot be read without,"
            + " and",
        "deletes it.",
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
              foundation.onboarding().validate(id(org), backend, ORDER, check -> tell(out, check));
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
      @Option(
              names = "--accept-missing",
              description = "although objects may be missing that devices can read now")
          boolean acceptMissing,
      @Mixin SettingsOption settings) {
    return switched(settings, org, it -> it.activate(id(org), backend, acceptMissing, ORDER));
  }

  @Command(
      name = "rollback",
      mixinStandardHelpOptions = true,
      description =
          "Lets the revision serve again that served before this backend. Once more, and it is"
              + " back.")
  int rollback(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend that serves") String backend,
      @Mixin SettingsOption settings) {
    return switched(settings, org, it -> it.rollback(id(org), backend, ORDER));
  }

  @Command(
      name = "suspend",
      mixinStandardHelpOptions = true,
      description = {
        "Lets devices get 503 instead of links of a backend, until 'resume'.",
        "Links that were made before live to their end."
      })
  int suspend(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend that serves") String backend,
      @Mixin SettingsOption settings) {
    return switched(settings, org, it -> it.suspend(id(org), backend, true, ORDER));
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Lets a suspended backend serve again.")
  int resume(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend that serves") String backend,
      @Mixin SettingsOption settings) {
    return switched(settings, org, it -> it.suspend(id(org), backend, false, ORDER));
  }

  @Command(
      name = "failover",
      mixinStandardHelpOptions = true,
      description = "Leads devices to the standby of a backend, or back.")
  int failover(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend that serves") String backend,
      @Option(names = "--back", description = "to the first bucket again") boolean back,
      @Mixin SettingsOption settings) {
    return switched(settings, org, it -> it.failover(id(org), backend, !back, ORDER));
  }

  /** Switches, and says what serves now. */
  private int switched(SettingsOption settings, String org, Function<Onboarding, Backend> order) {
    PrintWriter out = spec.commandLine().getOut();
    return settings.with(
        foundation -> {
          Backend now = order.apply(foundation.onboarding());
          out.println(
              "%s/%s revision %d: active%s%s"
                  .formatted(
                      org,
                      now.name(),
                      now.revision(),
                      now.service().suspended() ? ", suspended" : "",
                      now.service().failedOver() ? ", standby serves" : ""));
          return 0;
        });
  }

  static void tell(PrintWriter out, Check check) {
    String mark = check.warning() ? "warn" : check.passed() ? "ok  " : "FAIL";
    out.println("%s %s (%s)".formatted(mark, check.step(), check.seen()));
    if (!check.fix().isEmpty()) {
      out.println("     " + check.code() + ": " + check.fix());
    }
  }

  static OrgId id(String text) {
    try {
      return new OrgId(text);
    } catch (IllegalArgumentException e) {
      throw new Failure(text + ": " + e.getMessage());
    }
  }
}
