package io.edgemint.app;

import io.edgemint.backend.Org;
import io.edgemint.onboarding.OrgFile;
import io.edgemint.setup.PlatformSetup;
import io.edgemint.vault.VaultSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint check-config}: says what is wrong with settings and organisations' files. */
@Command(
    name = "check-config",
    mixinStandardHelpOptions = true,
    description = {
      "Reads settings, and organisations' files if any are named, and reports every problem at"
          + " once.",
      "Changes nothing and reaches nobody. Exits 0 if all is well, 1 if not."
    })
final class CheckConfigCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "SETTINGS",
      defaultValue = "config/edgemint.yaml",
      description = "the settings file (default: ${DEFAULT-VALUE})")
  private Path file = Path.of("config/edgemint.yaml");

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ORGS",
      description = "files of organisations, or folders of them")
  private List<Path> orgs = List.of();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Settings settings = Settings.read(file, System.getenv());
    out.println(file + ": good");
    out.println("  devices  " + settings.edge().host() + ":" + settings.edge().port());
    out.println("  operator " + settings.admin().host() + ":" + settings.admin().port());
    out.println("  " + settings.admin().waysIn());
    out.println("  registry " + settings.registry());
    VaultSettings vault = settings.vault();
    out.println(
        "  secrets  %s%s"
            .formatted(
                vault.keyFile(),
                Files.exists(vault.keyFile())
                    ? ""
                    : " (not there; made at the first start, while the registry holds no"
                        + " secrets)"));
    vault.previousKeyFiles().forEach(file -> out.println("           " + file + " (only opens)"));
    settings.issuers().forEach(issuer -> out.println("  issuer   " + issuer.iss()));
    if (settings.issuers().isEmpty()) {
      out.println("  warning: there is no issuer, so nobody gets in");
    }
    if (settings.defaultStorage().isEmpty()) {
      out.println("  warning: there is no default storage");
    }
    // Checking opens no vault: the secrets stay in memory and are forgotten.
    OrgFile.Reader reader = settings.orgFiles(new PlatformSecrets());
    List<Org> read =
        OrgFiles.read(orgs, reader, System.getenv()).stream().map(OrgFile::org).toList();
    for (Org org : read) {
      out.println("organisation %s: good, %d backends".formatted(org.id(), org.backends().size()));
    }
    int middleRoles = PlatformSetup.middleRoles(read).size();
    if (PlatformSetup.nearsQuota(middleRoles)) {
      out.println("  warning: " + PlatformSetup.quotaWarning(middleRoles));
    }
    return 0;
  }
}
