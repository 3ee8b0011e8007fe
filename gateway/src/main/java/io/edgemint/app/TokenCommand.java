package io.edgemint.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.edgemint.app.Main.Failure;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.OrgId;
import io.edgemint.caller.TokenMinter;
import io.edgemint.signing.CryptoProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edgemint token}: signs tokens as an issuer would. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    description = "Signs tokens as an issuer would, for trying things out and for load tests.",
    footer = {
      "",
      "  edgemint token --key issuer.pem --kid k1 --iss https://issuer.example.com \\",
      "    --aud edgemint --org acme --sub device-1",
      "  edgemint token --key issuer.pem --iss https://issuer.example.com --aud edgemint \\",
      "    --orgs orgs.txt --sub device --count 100000 --out tokens"
    })
final class TokenCommand implements Callable<Integer> {
  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description = "a private key as PKCS#8 PEM (RSA, P-256 or Ed25519), or with --hs256 a secret")
  private Path key = Path.of("");

  @Option(names = "--hs256", description = "the key file holds a shared secret")
  private boolean sharedSecret;

  @Option(names = "--ps256", description = "an RSA key signs PS256 instead of RS256")
  private boolean pss;

  @Option(names = "--kid", paramLabel = "ID", description = "the key's id, which the token names")
  private @Nullable String kid;

  @Option(names = "--iss", required = true, paramLabel = "ISSUER", description = "who signs")
  private String iss = "";

  @Option(names = "--aud", required = true, paramLabel = "AUDIENCE", description = "who it is for")
  private List<String> audiences = List.of();

  @Option(names = "--sub", required = true, paramLabel = "SUBJECT", description = "the device")
  private String subject = "";

  @Option(names = "--org", paramLabel = "ORG", description = "the organisation it speaks for")
  private @Nullable String org;

  @Option(
      names = "--orgs",
      paramLabel = "FILE",
      description = {
        "with --count instead of --org: an organisation on each line, in whose turn the tokens"
            + " are made; one that stands there twice gets twice as many"
      })
  private @Nullable Path orgs;

  @Option(names = "--scope", paramLabel = "SCOPE", description = "a scope; may be repeated")
  private List<String> scopes = List.of();

  @Option(
      names = "--entitlement",
      paramLabel = "PREFIX",
      description = "a prefix of keys that it may read; may be repeated (default: the org's own)")
  private List<String> entitlement = List.of();

  @Option(
      names = "--life",
      paramLabel = "SECONDS",
      defaultValue = "3600",
      description = "how long it lives (default: ${DEFAULT-VALUE} seconds)")
  private long life = 3600;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "how many, one a line, with subjects SUBJECT-1, SUBJECT-2 and so on")
  private @Nullable Integer count;

  @Option(names = "--out", paramLabel = "FILE", description = "where to (default: standard output)")
  private @Nullable Path out;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try {
      TokenMinter minter = minter();
      TokenMinter.Content content =
          new TokenMinter.Content(
              iss,
              Set.copyOf(audiences),
              subject,
              org == null ? null : new OrgId(org),
              Set.copyOf(scopes),
              entitlement.isEmpty() ? null : new Entitlement(entitlement),
              Duration.ofSeconds(life),
              Issuer.ClaimNames.DEFAULT);
      long now = InstantSource.system().instant().getEpochSecond();
      write(tokens(minter, content, now));
      return 0;
    } catch (IllegalArgumentException e) {
      throw new Failure(e.getMessage());
    } catch (IOException e) {
      throw new Failure("cannot read or write " + e.getMessage());
    }
  }

  private Iterator<String> tokens(TokenMinter minter, TokenMinter.Content content, long now)
      throws IOException {
    if (count != null && count < 1) {
      throw new Failure("--count is a number from 1 on, not " + count);
    }
    if (orgs != null) {
      if (count == null || org != null) {
        throw new Failure("--orgs goes with --count and without --org");
      }
      return minter.mint(content, orgs(orgs), now, count).iterator();
    }
    return count == null
        ? List.of(minter.mint(content, now)).iterator()
        : minter.mint(content, now, count).iterator();
  }

  private static List<OrgId> orgs(Path file) throws IOException {
    List<OrgId> all =
        Files.readAllLines(file).stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .map(OrgId::new)
            .toList();
    if (all.isEmpty()) {
      throw new Failure(file + " names no organisation; write one on each line");
    }
    return all;
  }

  private TokenMinter minter() throws IOException {
    // The JDK's own takes nine times as long, and load tests take a hundred thousand tokens.
    CryptoProvider.install(CryptoProvider.Choice.AUTO);
    if (sharedSecret) {
      return TokenMinter.ofSecret(withoutLineBreak(Files.readAllBytes(key)), kid);
    }
    return TokenMinter.ofPrivateKey(Files.readString(key, StandardCharsets.US_ASCII), kid, pss);
  }

  /** The gateway, too, reads a secret without the line break at the end of its file. */
  private static byte[] withoutLineBreak(byte[] secret) {
    int length = secret.length;
    if (length > 0 && secret[length - 1] == '\n') {
      length--;
      if (length > 0 && secret[length - 1] == '\r') {
        length--;
      }
    }
    return Arrays.copyOf(secret, length);
  }

  private void write(Iterator<String> tokens) throws IOException {
    if (out == null) {
      tokens.forEachRemaining(spec.commandLine().getOut()::println);
      return;
    }
    try (PrintWriter file = new PrintWriter(Channels.newWriter(created(out), UTF_8))) {
      tokens.forEachRemaining(file::println);
    }
  }

  /** Tokens let in whoever reads them, so a new file is its owner's alone. */
  private static WritableByteChannel created(Path file) throws IOException {
    return Files.newByteChannel(
        file,
        Set.of(CREATE, TRUNCATE_EXISTING, WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }
}
