package io.edgemint.app;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.onboarding.Order;
import io.edgemint.onboarding.SigningKeyRotation;
import io.edgemint.onboarding.SigningKeyRotation.NewKey;
import io.edgemint.onboarding.SigningKeyRotation.Promotion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgemint key}: changes the keys of a distribution without a failed link. */
@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Changes the keys that sign for an organisation's CloudFront distribution, without a failed"
          + " link:",
      "add one, register its public half with CloudFront, promote it, and retire the old one when",
      "the last of its links has ended."
    })
final class KeyCommand {
  private static final Order ORDER = Order.of(SettingsOption.actor());

  @Spec private CommandSpec spec = CommandSpec.create();

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Adds a key that waits, and prints its public half for CloudFront.",
        "It is made here, and its private half never leaves, unless --import names one."
      })
  int add(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend's name") String backend,
      @Parameters(paramLabel = "NAME", description = "what the key is called") String name,
      @Option(
              names = "--algorithm",
              defaultValue = "ECDSA_P256",
              description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
          KeyAlgorithm algorithm,
      @Option(
              names = "--hash",
              defaultValue = "SHA256",
              description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
          Hash hash,
      @Option(names = "--import", paramLabel = "FILE", description = "a private key in PEM")
          @Nullable Path imported,
      @Mixin SettingsOption settings) {
    CharBuffer pem = imported == null ? null : read(imported);
    try {
      SigningKey key =
          with(
              settings,
              it ->
                  it.add(
                      BackendCommand.id(org),
                      backend,
                      new NewKey(name, algorithm, hash, pem),
                      ORDER));
      PrintWriter out = spec.commandLine().getOut();
      out.println(
          "%s/%s: key %s waits. Register this public key with CloudFront,"
              .formatted(org, backend, name));
      out.println("add it to the key group of the distribution, then run");
      out.println("  edgemint key register %s %s %s K...".formatted(org, backend, name));
      out.println(key.publicKey().strip());
      return 0;
    } finally {
      if (pem != null) {
        Arrays.fill(pem.array(), '\0');
      }
    }
  }

  @Command(
      name = "register",
      mixinStandardHelpOptions = true,
      description = "Notes the id that CloudFront gave to the public half of a key.")
  int register(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend's name") String backend,
      @Parameters(paramLabel = "NAME", description = "what the key is called") String name,
      @Parameters(paramLabel = "ID", description = "the public key's id (K...)") String id,
      @Mixin SettingsOption settings) {
    with(settings, it -> it.register(BackendCommand.id(org), backend, name, id, ORDER));
    spec.commandLine()
        .getOut()
        .println("%s/%s: key %s is registered as %s".formatted(org, backend, name, id));
    return 0;
  }

  @Command(
      name = "promote",
      mixinStandardHelpOptions = true,
      description = {
        "Tries a waiting key along the path of a device and, if all of it works, lets it sign.",
        "Exits 0 if the key signs now, 1 if not."
      })
  int promote(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend's name") String backend,
      @Parameters(paramLabel = "NAME", description = "what the key is called") String name,
      @Mixin SettingsOption settings) {
    PrintWriter out = spec.commandLine().getOut();
    Promotion promotion =
        with(
            settings,
            it ->
                it.promote(
                    BackendCommand.id(org),
                    backend,
                    name,
                    ORDER,
                    check -> BackendCommand.tell(out, check)));
    out.println(
        "%s/%s: key %s %s"
            .formatted(org, backend, name, promotion.promoted() ? "signs now" : "is not promoted"));
    return promotion.promoted() ? 0 : 1;
  }

  @Command(
      name = "retire",
      mixinStandardHelpOptions = true,
      description = "Lets go of a key for good: one that waits, or one whose last link has ended.")
  int retire(
      @Parameters(paramLabel = "ORG", description = "the organisation's id") String org,
      @Parameters(paramLabel = "BACKEND", description = "the backend's name") String backend,
      @Parameters(paramLabel = "NAME", description = "what the key is called") String name,
      @Mixin SettingsOption settings) {
    with(
        settings,
        it -> {
          it.retire(BackendCommand.id(org), backend, name, ORDER);
          return true;
        });
    spec.commandLine()
        .getOut()
        .println(
            "%s/%s: key %s is gone; take its public half out of the key group"
                .formatted(org, backend, name));
    return 0;
  }

  private static <T> T with(SettingsOption settings, Function<SigningKeyRotation, T> task) {
    return settings.with(
        foundation -> {
          try {
            return task.apply(foundation.rotation());
          } catch (IllegalArgumentException e) {
            throw new Failure(e.getMessage());
          }
        });
  }

  private static CharBuffer read(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      CharBuffer text = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
      Arrays.fill(bytes, (byte) 0);
      return text;
    } catch (IOException e) {
      throw new Failure(file + " cannot be read");
    }
  }
}
