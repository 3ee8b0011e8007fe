package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.CertificateAuthority.Subject;
import io.edgemint.backend.Org;
import io.edgemint.caller.AuthorityHealth;
import io.edgemint.onboarding.AuthorityRegistration;
import io.edgemint.onboarding.AuthorityRegistration.Challenge;
import io.edgemint.onboarding.AuthorityRegistration.NewAuthority;
import io.edgemint.onboarding.Order;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint ca}: the authorities whose client certificates let devices in. */
@Command(
    name = "ca",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Registers the certificate authorities of an organisation, whose client certificates let its",
      "devices in: ask for a challenge, sign its nonce with the authority's key, and add it."
    })
final class AuthorityCommand {
  private static final Order ORDER = Order.of(SettingsOption.actor());

  @Spec private CommandSpec spec = CommandSpec.create();

  @Command(
      name = "challenge",
      mixinStandardHelpOptions = true,
      description = "Prints what the authority has to sign, and how.")
  int challenge(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "FILE", description = "the authority's certificate in PEM")
          Path certificate,
      @Mixin SettingsOption settings) {
    Challenge made =
        with(settings, it -> it.challenge(BackendCommand.id(org), read(certificate), ORDER));
    PrintWriter out = spec.commandLine().getOut();
    out.println("# Where the authority's key is, before " + made.expiresAt() + ":");
    out.println(
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null"
            + " -subj /CN="
            + made.nonce()
            + " -out proof.csr");
    out.println(
        "openssl x509 -req -in proof.csr -CA %s -CAkey KEY -CAcreateserial -days 1 -sha256 -out proof.pem"
            .formatted(certificate));
    out.println("# Then, here:");
    out.println(
        "edgemint ca add %s NAME %s --proof proof.pem --challenge %s"
            .formatted(org, certificate, made.challenge()));
    return 0;
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Adds an authority that has signed the nonce, or renews its certificate.")
  int add(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "NAME", description = "what the authority is called") String name,
      @Parameters(paramLabel = "FILE", description = "the authority's certificate in PEM")
          Path certificate,
      @Option(
              names = "--proof",
              required = true,
              paramLabel = "FILE",
              description = "the certificate over the nonce in PEM")
          Path proof,
      @Option(names = "--challenge", required = true, description = "what the challenge printed")
          String challenge,
      @Option(
              names = "--subject",
              defaultValue = "CN",
              description =
                  "where certificates name the device: ${COMPLETION-CANDIDATES} (default:"
                      + " ${DEFAULT-VALUE})")
          Subject subject,
      @Option(names = "--crl", paramLabel = "FILE", description = "its revocation list in PEM")
          @Nullable Path crl,
      @Mixin SettingsOption settings) {
    NewAuthority wanted =
        new NewAuthority(
            name,
            read(certificate),
            challenge,
            read(proof),
            subject,
            crl == null ? null : read(crl));
    with(settings, it -> it.put(BackendCommand.id(org), wanted, ORDER));
    return say("%s: certificate authority %s lets devices in".formatted(org, name));
  }

  @Command(
      name = "crl",
      mixinStandardHelpOptions = true,
      description = "Replaces the revocation list of an authority.")
  int crl(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "NAME", description = "what the authority is called") String name,
      @Parameters(paramLabel = "FILE", description = "the revocation list in PEM") Path crl,
      @Mixin SettingsOption settings) {
    with(settings, it -> it.putCrl(BackendCommand.id(org), name, read(crl), ORDER));
    return say("%s: certificate authority %s has a new revocation list".formatted(org, name));
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Prints the authorities of an organisation.")
  int list(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Mixin SettingsOption settings) {
    Org standing =
        settings
            .with(it -> Optional.ofNullable(it.registry().org(BackendCommand.id(org))))
            .orElseThrow(
                () -> new Failure("there is no organisation '" + org + "'; apply its file first"));
    for (CertificateAuthority authority : standing.authorities()) {
      say(
          "%s %s SHA256:%s%s"
              .formatted(
                  authority.name(),
                  authority.subject().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                  authority.publicKey(),
                  authority.crl() == null ? "" : " with a revocation list"));
      AuthorityHealth.problem(authority, Instant.now()).ifPresent(this::say);
    }
    return 0;
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Removes an authority: its certificates let nobody in any more.")
  int remove(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "NAME", description = "what the authority is called") String name,
      @Mixin SettingsOption settings) {
    with(settings, it -> it.remove(BackendCommand.id(org), name, ORDER));
    return say("%s: certificate authority %s is gone".formatted(org, name));
  }

  private int say(String line) {
    spec.commandLine().getOut().println(line);
    return 0;
  }

  private static <T> T with(SettingsOption settings, Function<AuthorityRegistration, T> task) {
    return settings.with(
        foundation -> {
          try {
            return task.apply(foundation.authorities());
          } catch (IllegalArgumentException e) {
            throw new Failure(e.getMessage());
          }
        });
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new Failure(file + " cannot be read, or is no text");
    }
  }
}
