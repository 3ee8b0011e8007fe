package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Revocation;
import io.edgemint.onboarding.Order;
import io.edgemint.onboarding.Revoker;
import io.edgemint.onboarding.Revoker.Reach;
import io.edgemint.onboarding.Revoker.Wish;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint revoke}: withdraws what an organisation's devices may read. */
@Command(
    name = "revoke",
    mixinStandardHelpOptions = true,
    description = {
      "Stops links for a device, for keys that begin in one way, or for a whole organisation,"
          + " within two seconds",
      "on every gateway that reaches the registry. Links that were made before live to their end.",
      "Acts on the registry itself, so that no gateway need run."
    })
final class RevokeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ORG", description = "the organisation's id")
  private String org = "";

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  /** Exactly one of these. */
  static final class What {
    @Option(
        names = "--subject",
        paramLabel = "SUBJECT",
        description = "a device, by the sub of its tokens")
    private @Nullable String subject;

    @Option(
        names = "--key-prefix",
        paramLabel = "PREFIX",
        description = "all keys that begin so; end it with a slash to mean a folder")
    private @Nullable String keyPrefix;

    @Option(names = "--everything", description = "whatever anybody asks for")
    private boolean everything;

    private Revocation revocation() {
      if (subject != null) {
        return new Revocation.Subject(subject);
      }
      if (keyPrefix != null) {
        return new Revocation.KeyPrefix(keyPrefix);
      }
      if (everything) {
        return new Revocation.Everything();
      }
      throw new IllegalArgumentException("name what is revoked");
    }
  }

  @Option(names = "--lift", description = "end the revocation instead")
  private boolean lift;

  @Option(names = "--reason", paramLabel = "TEXT", description = "why, for the audit trail")
  private String reason = "";

  @Option(names = "--dry-run", description = "say what would be done, and do nothing")
  private boolean dryRun;

  @Mixin private SettingsOption settings = new SettingsOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Wish wish;
    try {
      wish = new Wish(what.revocation(), lift, reason);
    } catch (IllegalArgumentException e) {
      throw new Failure(e.getMessage());
    }
    OrgId id = BackendCommand.id(org);
    return settings.with(foundation -> run(foundation.revoker(), id, wish));
  }

  private int run(Revoker revoker, OrgId id, Wish wish) {
    PrintWriter out = spec.commandLine().getOut();
    Order order = new Order(SettingsOption.actor(), null, dryRun);
    Revoker.Done done = revoker.change(id, wish, order);
    String what = wish.revocation().words();
    out.println(
        "%s: %s %s"
            .formatted(
                id,
                what,
                done.changed()
                    ? (lift ? "is lifted" : "is revoked")
                    : (lift ? "was not revoked" : "was revoked before")));
    if (!lift) {
      out.println(
          "Links that were made before end by %s.".formatted(revoker.linksUntil(done.org())));
    }
    if (dryRun) {
      out.println("Nothing was written (--dry-run).");
      return 0;
    }
    List<Reach> reach = revoker.reach(done.org().version(), true);
    if (reach.isEmpty()) {
      out.println("No gateway has reported itself; each knows of it when it starts.");
    }
    for (Reach each : reach) {
      out.println("  " + line(each));
    }
    return 0;
  }

  private static String line(Reach reach) {
    String gateway = "gateway %s (%s) ".formatted(reach.node().host(), reach.node().id());
    return gateway
        + switch (reach.state()) {
          case REACHED -> "knows of it";
          case BEHIND ->
              "does not know of it yet: it serves from version " + reach.node().version();
          case SILENT ->
              "has been silent for %d seconds: if it runs, it serves from version %d"
                  .formatted(reach.silence(), reach.node().version());
        };
  }
}
