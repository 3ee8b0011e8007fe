package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.SignerFactory;
import io.edgemint.credentials.Sessions;
import io.edgemint.onboarding.Check.Side;
import io.edgemint.outbound.Call;
import io.edgemint.outbound.Outbound;
import io.edgemint.outbound.OutboundFailure;
import io.edgemint.outbound.Reply;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tries the path of a device through a backend: writes a small object on the upload side, reads it
 * through a link that the real signer made, and deletes it again, whatever happened in between.
 * Takes seconds and waits for the network, so never on an event loop.
 */
public final class Probe {
  private static final String FOLDER = "edgemint-probe/";
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final long LIFE = 300;
  private static final long BACKDATE = 15;
  private static final int SIZE = 1024;
  private static final int MAX_ANSWER = 64 * 1024;

  private final Sessions sessions;
  private final SignerFactory signers;
  private final Outbound outbound;
  private final InstantSource clock;
  private final RandomGenerator random;

  /** Probes with the sessions and signers that also serve. */
  public Probe(
      Sessions sessions,
      SignerFactory signers,
      Outbound outbound,
      InstantSource clock,
      RandomGenerator random) {
    this.sessions = sessions;
    this.signers = signers;
    this.outbound = outbound;
    this.clock = clock;
    this.random = random;
  }

  /** Everything that can be tried, in order; each finding is also told as soon as it is there. */
  public List<Check> run(OrgId org, Backend backend, Consumer<Check> progress) {
    return new Run(org, backend, progress).all();
  }

  private final class Run {
    private final OrgId org;
    private final Backend backend;
    private final Consumer<Check> progress;
    private final List<Check> checks = new ArrayList<>();
    private final byte[] content = new byte[SIZE];
    private final ObjectKey key;

    private Run(OrgId org, Backend backend, Consumer<Check> progress) {
      this.org = org;
      this.backend = backend;
      this.progress = progress;
      random.nextBytes(content);
      String name = HexFormat.of().toHexDigits(random.nextLong());
      this.key = (ObjectKey) ObjectKey.of(FOLDER + name + ".bin");
    }

    private List<Check> all() {
      try (StorageWriter writer = writer()) {
        if (writer != null) {
          boolean written = write(writer);
          try {
            if (written) {
              read();
            }
          } finally {
            // Also when the write seemed to fail: its answer may have been lost on the way.
            delete(writer, written);
          }
        }
      }
      return List.copyOf(checks);
    }

    private @Nullable StorageWriter writer() {
      try {
        return new StorageWriter(
            backend.upload(),
            await(sessions.toProbe(org, backend.name(), backend.upload(), FOLDER).renewed(LIFE)));
      } catch (Refused | IllegalArgumentException e) {
        note(
            Check.failed(
                Side.UPLOAD,
                "get a session for the upload side",
                "session_unavailable",
                String.valueOf(e.getMessage()),
                "check the credentials, the role's trust policy and its external id " + org));
        return null;
      }
    }

    private boolean write(StorageWriter writer) {
      String step = "write a test object";
      Answer answer = send(writer.put(key, content.length), Buffer.buffer(content));
      if (answer.status() == 200) {
        note(Check.passed(Side.UPLOAD, step, answer.seen()));
        return true;
      }
      note(
          Check.failed(
              Side.UPLOAD,
              step,
              "write_failed",
              answer.seen(),
              "allow s3:PutObject below the prefix, and check bucket, region and encryption"));
      return false;
    }

    private void read() {
      URI link = link();
      if (link == null) {
        return;
      }
      Answer whole = get(link, Map.of());
      boolean same = whole.status() == 200 && whole.hasBytes(content);
      note(
          same
              ? Check.passed(Side.DOWNLOAD, "read it through a link", whole.seen())
              : Check.failed(
                  Side.DOWNLOAD,
                  "read it through a link",
                  whole.status() == 200 ? "bytes_differ" : "read_failed",
                  whole.seen(),
                  "check that the download side leads to the same bucket and prefix, and that the"
                      + " key id belongs to this key (a new key takes minutes to spread)"));
      if (!same) {
        return;
      }
      Answer part = get(link, Map.of("Range", "bytes=100-199"));
      note(
          part.status() == 206 && part.hasBytes(Arrays.copyOfRange(content, 100, 200))
              ? Check.passed(Side.DOWNLOAD, "read a range", part.seen())
              : Check.failed(
                  Side.DOWNLOAD,
                  "read a range",
                  "range_ignored",
                  part.seen(),
                  "let range requests through: devices resume with them"));
      mustNotRead(
          "read it without a signature",
          "unsigned_served",
          URI.create(link.toString().split("\\?", 2)[0]),
          "require signed requests: block public access, and restrict viewer access of the"
              + " distribution's behaviour to the key group");
      mustNotRead(
          "read it with another signature",
          "tampered_served",
          tampered(link),
          "let whoever answers here check signatures; at the moment any will do");
    }

    private void mustNotRead(String step, String code, URI uri, String fix) {
      Answer answer = get(uri, Map.of());
      boolean refused = answer.status() == 401 || answer.status() == 403;
      note(
          refused
              ? Check.passed(Side.DOWNLOAD, step, answer.seen())
              : Check.failed(Side.DOWNLOAD, step, code, answer.seen(), fix));
    }

    private @Nullable URI link() {
      String step = "sign a link";
      try {
        Signing signing =
            await(signers.signer(org, backend.name(), backend.download()).renewed(LIFE));
        long now = clock.millis() / 1000;
        long date = Math.max(now - BACKDATE, signing.notBefore());
        long expiry = Math.min(now + LIFE, signing.notAfter());
        return URI.create(signing.link(key, null, date, expiry));
      } catch (Refused | IllegalArgumentException e) {
        note(
            Check.failed(
                Side.DOWNLOAD,
                step,
                "signer_unusable",
                String.valueOf(e.getMessage()),
                "correct the signing key or the credentials of the download side"));
        return null;
      }
    }

    private void delete(StorageWriter writer, boolean written) {
      Answer answer = send(writer.delete(key), null);
      boolean gone = answer.status() == 204 || answer.status() == 200 || answer.status() == 404;
      if (!written) {
        return;
      }
      note(
          gone
              ? Check.passed(Side.UPLOAD, "delete it", answer.seen())
              : Check.failed(
                  Side.UPLOAD,
                  "delete it",
                  "delete_failed",
                  answer.seen(),
                  "allow s3:DeleteObject below the prefix, and delete " + key + " by hand"));
    }

    private Answer get(URI uri, Map<String, String> headers) {
      return send(new StorageWriter.Signed("GET", uri, headers), null);
    }

    private Answer send(StorageWriter.Signed request, @Nullable Buffer body) {
      Call call =
          new Call(
              request.method(),
              request.uri(),
              request.headers(),
              body,
              MAX_ANSWER,
              DEADLINE,
              false);
      try {
        return new Answer(await(outbound.send(call)), "");
      } catch (OutboundFailure e) {
        return new Answer(null, String.valueOf(e.getMessage()));
      }
    }

    private void note(Check check) {
      checks.add(check);
      progress.accept(check);
    }
  }

  /** The link with one character in the middle of its signature changed. */
  static URI tampered(URI link) {
    String text = link.toString();
    int from = text.indexOf("Signature=") + "Signature=".length();
    int end = text.indexOf('&', from);
    int middle = (from + (end < 0 ? text.length() : end)) / 2;
    // Both digits occur in base64 and in hexadecimal.
    char other = text.charAt(middle) == '0' ? '1' : '0';
    return URI.create(text.substring(0, middle) + other + text.substring(middle + 1));
  }

  /** An HTTP answer, or why there is none. */
  private record Answer(@Nullable Reply reply, String failure) {
    int status() {
      return reply == null ? 0 : reply.status();
    }

    boolean hasBytes(byte[] expected) {
      return reply != null && Arrays.equals(reply.body().getBytes(), expected);
    }

    String seen() {
      return reply == null ? failure : "HTTP " + reply.status();
    }
  }

  /** Waits on the calling thread; refusals and failures come out as themselves. */
  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
