package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.Org;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.setup.PlatformSetup;
import java.io.PrintWriter;
import java.util.Collection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edgemint platform}: prepares the platform's own account. */
@Command(
    name = "platform",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Prepares the platform's own AWS account.")
final class PlatformCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** In which language the documents are written. */
  enum Format {
    TERRAFORM,
    CLI,
    JSON
  }

  @Command(
      name = "setup",
      mixinStandardHelpOptions = true,
      description = {
        "Writes what the platform's account needs so that the gateway can assume the roles of all",
        "organisations in the registry: the policy of the gateway's own role (sessions.identity),",
        "and each role in between (sessions.platform_role), which trusts the gateway alone and may",
        "assume its organisation's role and nothing else. Changes nothing and reaches nobody."
      },
      footer = {
        "",
        "An organisation can trust only a role that exists, so:",
        "  edgemint apply config/orgs                     its file names its role",
        "  edgemint platform setup > edgemint.tf          apply this with Terraform, or",
        "  edgemint platform setup --format cli | sh      with the AWS CLI",
        "  edgemint backend validate acme prod            once the organisation trusts the role",
        "",
        "Run it again after organisations came or changed; roles that nobody needs any longer are",
        "deleted by Terraform, and by hand with the AWS CLI."
      })
  int setup(
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              defaultValue = "terraform",
              description = "terraform, cli (a shell script) or json (default: ${DEFAULT-VALUE})")
          Format format,
      @Mixin SettingsOption settings) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    return settings.with(
        foundation -> {
          PlatformSetup setup =
              setup(foundation.sessionSettings(), foundation.registry().load().orgs());
          out.print(
              switch (format) {
                case TERRAFORM -> setup.terraform();
                case CLI -> setup.cli();
                case JSON -> setup.json();
              });
          out.flush();
          setup.warnings().forEach(warning -> err.println("warning: " + warning));
          return 0;
        });
  }

  private static PlatformSetup setup(SessionSettings sessions, Collection<Org> orgs) {
    try {
      return new PlatformSetup(sessions, orgs);
    } catch (IllegalStateException e) {
      throw new Failure(e.getMessage());
    }
  }
}
