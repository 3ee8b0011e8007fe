package io.edgemint.probe;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Download;
import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.SignerFactory;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.Courier;
import io.edgemint.probe.Check.Side;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a device can read through a link that the real signer made, and that nobody can read
 * without one.
 */
final class DownloadChecks {
  private static final long LIFE = 300;
  private static final long BACKDATE = 15;

  /** How long ago the expired link ended: more than two clocks may differ. */
  private static final long EXPIRED = 300;

  /** CloudFront API reference: the id of a key group is a UUID, that of a public key is not. */
  private static final Pattern KEY_GROUP =
      Pattern.compile("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final SignerFactory signers;
  private final OrgId org;
  private final Backend backend;
  private final Courier courier;
  private final Report report;
  private final InstantSource clock;

  DownloadChecks(
      SignerFactory signers,
      OrgId org,
      Backend backend,
      Courier courier,
      Report report,
      InstantSource clock) {
    this.signers = signers;
    this.org = org;
    this.backend = backend;
    this.courier = courier;
    this.report = report;
    this.clock = clock;
  }

  /** What signs on the download side, or null if nothing can. */
  @Nullable Signing signing() {
    String step = "sign a link";
    if (backend.download() instanceof CloudFront cdn && isKeyGroup(cdn)) {
      report.failed(
          Side.DOWNLOAD,
          step,
          "the key id is a UUID",
          new Diagnosis(
              "key_group_id",
              "write the id of the public key (K...), not that of the key group: CloudFront >"
                  + " Key management > Public keys, or 'aws cloudfront list-public-keys'"));
      return null;
    }
    try {
      return signing(backend.download());
    } catch (Refused | IllegalArgumentException e) {
      report.failed(
          Side.DOWNLOAD,
          step,
          String.valueOf(e.getMessage()),
          new Diagnosis(
              "signer_unusable",
              "correct the signing key or the credentials of the download side"));
      return null;
    }
  }

  private Signing signing(Download side) {
    return Courier.await(signers.signer(org, backend.name(), side).renewed(LIFE));
  }

  private static boolean isKeyGroup(CloudFront cdn) {
    SigningKey key = cdn.activeKey();
    return key != null && key.id() != null && KEY_GROUP.matcher(key.id()).matches();
  }

  /**
   * Asks the distribution for what is not there: even so it tells whether it knows the key. Only
   * failures are told, for nothing else is proved.
   */
  void tryKey(Signing signing, ObjectKey key) {
    Answer answer = get(link(signing, key, null));
    Diagnosis unknown = Diagnosis.inconclusive();
    Diagnosis found = CloudFrontAnswers.diagnose(answer, backend, unknown);
    boolean fromBehind = CloudFrontAnswers.isFromOrigin(answer) || answer.status() == 404;
    if (!answer.succeeded() && !fromBehind && !found.equals(unknown)) {
      report.failed(Side.DOWNLOAD, "ask with a signed link", answer.seen(), found);
    }
  }

  /** Reads an object whole and in part; tells whether its bytes come. */
  boolean read(Signing signing, TestObject object) {
    String step = "read it through a link";
    URI link = link(signing, object.key(), null);
    Answer whole = get(link);
    if (!whole.succeeded() || !whole.hasBytes(object.content())) {
      report.failed(Side.DOWNLOAD, step, whole.seen(), notRead(whole, object));
      return false;
    }
    if (UploadChecks.isArchived(whole)) {
      report.failed(Side.DOWNLOAD, step, whole.seen(), Diagnosis.archived());
      return false;
    }
    report.passed(Side.DOWNLOAD, step, whole.seen());
    range(link, object);
    return true;
  }

  private void range(URI link, TestObject object) {
    String step = "read a range";
    Answer part = courier.get(link, Map.of("Range", "bytes=100-199"));
    if (part.status() == 206 && part.hasBytes(object.content().getBuffer(100, 200))) {
      report.passed(Side.DOWNLOAD, step, part.seen());
      return;
    }
    Diagnosis ignored =
        new Diagnosis(
            "range_ignored", "let range requests through: devices resume a download with them");
    report.failed(Side.DOWNLOAD, step, part.seen(), Diagnosis.of(part, ignored));
  }

  private Diagnosis notRead(Answer answer, TestObject object) {
    if (answer.succeeded()) {
      return new Diagnosis(
          "bytes_differ", "check that the download side leads to the same bucket and prefix");
    }
    if (backend.download() instanceof CloudFront cdn) {
      boolean away = answer.refused() || answer.status() == 404;
      Diagnosis path = away ? otherPath(cdn, object) : null;
      return path == null ? CloudFrontAnswers.diagnose(answer, backend, readFailed()) : path;
    }
    Diagnosis denied =
        new Diagnosis(
            "read_denied",
            "allow s3:GetObject below the prefix (with SSE-KMS also kms:Decrypt) to whoever signs;"
                + " no Deny of the bucket's policy may hit it");
    Diagnosis missing =
        new Diagnosis(
            "object_not_found", "check that the download side leads to the same bucket and prefix");
    return Diagnosis.of(
        answer, answer.refused() ? denied : answer.status() == 404 ? missing : readFailed());
  }

  private static Diagnosis readFailed() {
    return new Diagnosis("read_failed", "check what stands between devices and the bucket");
  }

  /** Whether the object is found under another path: the origin adds the prefix, or it should. */
  private @Nullable Diagnosis otherPath(CloudFront cdn, TestObject object) {
    if (!cdn.pathPrefix().isEmpty() && reads(cdn.withPathPrefix(""), object)) {
      return new Diagnosis(
          "double_prefix",
          "remove 'path_prefix: %s', or the distribution's origin path: both stand before the key"
              .formatted(cdn.pathPrefix()));
    }
    String prefix = backend.upload().prefix();
    if (!cdn.pathPrefix().equals(prefix) && reads(cdn.withPathPrefix(prefix), object)) {
      return new Diagnosis(
          "path_prefix_missing",
          "write 'path_prefix: %s' on the download side: the origin does not add it"
              .formatted(prefix));
    }
    return null;
  }

  private boolean reads(CloudFront other, TestObject object) {
    Answer answer = get(link(signing(other), object.key(), null));
    return answer.succeeded() && answer.hasBytes(object.content());
  }

  /**
   * Asks without a signature, with another and with an expired one. A refusal proves something only
   * if the signed link is served; what is served without is told in any case.
   */
  void refusals(Signing signing, TestObject object, boolean read) {
    URI link = link(signing, object.key(), null);
    mustNotRead("read it without a signature", "unsigned_served", unsigned(link), read);
    mustNotRead("read it with another signature", "tampered_served", tampered(link), read);
    mustNotRead("read it with an expired link", "expired_served", expired(signing, object), read);
  }

  private void mustNotRead(String step, String code, URI uri, boolean read) {
    Answer answer = get(uri);
    if (answer.succeeded()) {
      report.failed(Side.DOWNLOAD, step, answer.seen(), served(code));
    } else if (answer.refused() && read) {
      report.passed(Side.DOWNLOAD, step, answer.seen());
    } else if (read) {
      report.failed(
          Side.DOWNLOAD, step, answer.seen(), Diagnosis.of(answer, Diagnosis.inconclusive()));
    }
  }

  private Diagnosis served(String code) {
    return new Diagnosis(
        code,
        backend.download() instanceof CloudFront
            ? "restrict viewer access of the behaviour that answers here (also the default one) to"
                + " the trusted key group, and answer 403 with 403, not with an error page"
            : "block public access to the bucket, and let whoever answers here check signatures");
  }

  /** Guides restrict {@code *.bin} alone; keys of other names must be read and refused as well. */
  void otherNames(Signing signing, TestObject object) {
    String step = "read a name without .bin";
    URI link = link(signing, object.key(), null);
    Answer signed = get(link);
    if (!signed.succeeded() || !signed.hasBytes(object.content())) {
      Diagnosis blocked =
          new Diagnosis(
              "name_blocked",
              "serve every name below the prefix: no behaviour or WAF rule for *.bin alone");
      report.failed(Side.DOWNLOAD, step, signed.seen(), Diagnosis.of(signed, blocked));
      return;
    }
    report.passed(Side.DOWNLOAD, step, signed.seen());
    mustNotRead("read that without a signature", "unsigned_name_served", unsigned(link), true);
  }

  /** Reads two versions of one object, each of which must bring its own bytes. */
  void versions(Signing signing, TestObject object, Buffer second) {
    String step = Probe.PIN_A_VERSION;
    Answer old = get(link(signing, object.key(), object.versions().getFirst()));
    Answer young = get(link(signing, object.key(), object.versions().getLast()));
    if (old.succeeded()
        && old.hasBytes(object.content())
        && young.succeeded()
        && young.hasBytes(second)) {
      report.passed(Side.DOWNLOAD, step, old.seen());
      return;
    }
    boolean ignored = old.succeeded() && young.succeeded();
    report.warned(
        Side.DOWNLOAD,
        step,
        ignored ? "both links bring the same bytes" : (old.succeeded() ? young : old).seen(),
        new Diagnosis(
            "unpinnable",
            backend.download() instanceof CloudFront
                ? "to pin versions, forward the query string 'versionId' in the cache policy, and"
                    + " allow the distribution s3:GetObjectVersion"
                : "to pin versions, allow s3:GetObjectVersion below the prefix"));
  }

  private Answer get(URI uri) {
    return courier.get(uri, Map.of());
  }

  private URI link(Signing signing, ObjectKey key, @Nullable String version) {
    long now = clock.millis() / 1000;
    long date = Math.max(now - BACKDATE, signing.notBefore());
    return URI.create(signing.link(key, version, date, Math.min(now + LIFE, signing.notAfter())));
  }

  private URI expired(Signing signing, TestObject object) {
    long end = clock.millis() / 1000 - EXPIRED;
    return URI.create(signing.link(object.key(), null, end - LIFE, end));
  }

  private static URI unsigned(URI link) {
    return URI.create(link.toString().split("\\?", 2)[0]);
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
}
