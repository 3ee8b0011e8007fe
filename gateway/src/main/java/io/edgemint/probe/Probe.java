package io.edgemint.probe;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.Destination;
import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.backend.SignerFactory;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.Courier;
import io.edgemint.bucket.Listing;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.Sessions;
import io.edgemint.outbound.Outbound;
import io.edgemint.probe.Check.Side;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tries the path of a device through a backend: gets in, writes small objects on the upload side,
 * reads them through links that the real signer made, and deletes them again, whatever happened in
 * between. Takes seconds and waits for the network, so never on an event loop.
 */
public final class Probe {
  /** Where everything that probes write lies, below the storage's prefix. */
  public static final String FOLDER = Listing.PROBES;

  /** The step that shows whether a link brings the version that it names. */
  public static final String PIN_A_VERSION = "pin a version";

  private static final long LIFE = 300;

  private final Sessions sessions;
  private final SignerFactory signers;
  private final Courier courier;
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
    this.courier = new Courier(outbound);
    this.clock = clock;
    this.random = random;
  }

  /**
   * Everything that can be tried, in order; each finding is also told as soon as it is there. What
   * hangs on a step that failed is not tried, and not told as a failure either; and of a side that
   * was not read from or written to nothing is told as passed, for that would verify it.
   */
  public List<Check> run(OrgId org, Backend backend, Consumer<Check> progress) {
    Report report = new Report(progress);
    RoleChecks roles = new RoleChecks(sessions, org, random, report);
    DownloadChecks download = new DownloadChecks(signers, org, backend, courier, report, clock);
    TestObject object = TestObject.named(".bin", random);
    BucketRequests bucket = bucket(roles, backend.name(), backend.upload(), report);
    if (bucket == null) {
      onlyKey(download, backend, object);
      return report.checks();
    }
    Cleaner cleaner = new Cleaner(backend.upload(), bucket, courier, clock);
    UploadChecks upload = new UploadChecks(backend.upload(), bucket, courier, report, cleaner);
    if (!upload.findBucket()) {
      onlyKey(download, backend, object);
      return report.checks();
    }
    cleaner.removeLeftovers();
    boolean written = false;
    try {
      written = upload.write(object);
      if (written) {
        upload.readBack(object);
        upload.list(object);
        read(download, upload, roles, backend, object);
      } else {
        onlyKey(download, backend, object);
      }
      ObjectKey inParts = TestObject.named(".parts", random).key();
      new MultipartChecks(bucket, courier, report, cleaner).run(inParts);
      new LifecycleChecks(backend.upload(), report).run(courier.send(bucket.lifecycle()));
    } finally {
      upload.deleteAll(written);
    }
    return report.checks();
  }

  /**
   * Everything that can be tried of a destination, in the same way: it is written to and read back,
   * and never read through a link.
   */
  public List<Check> run(OrgId org, Destination destination, Consumer<Check> progress) {
    Report report = new Report(progress);
    RoleChecks roles = new RoleChecks(sessions, org, random, report);
    S3Storage storage = destination.storage();
    BucketRequests bucket = bucket(roles, destination.name(), storage, report);
    if (bucket == null) {
      return report.checks();
    }
    Cleaner cleaner = new Cleaner(storage, bucket, courier, clock);
    UploadChecks upload = new UploadChecks(storage, bucket, courier, report, cleaner);
    if (!upload.findBucket()) {
      return report.checks();
    }
    cleaner.removeLeftovers();
    TestObject object = TestObject.named(".bin", random);
    boolean written = false;
    try {
      written = upload.write(object);
      if (written) {
        upload.readBack(object);
        upload.list(object);
      }
      ObjectKey inParts = TestObject.named(".parts", random).key();
      new MultipartChecks(bucket, courier, report, cleaner).run(inParts);
      new LifecycleChecks(storage, report).run(courier.send(bucket.lifecycle()));
      new TenantChecks(sessions, courier, clock, report).run(org, destination, object.key());
    } finally {
      upload.deleteAll(written);
    }
    return report.checks();
  }

  /** Requests to the bucket of the upload side, or null if nothing can sign them. */
  private @Nullable BucketRequests bucket(
      RoleChecks roles, String name, S3Storage storage, Report report) {
    Session session = roles.session(Side.UPLOAD, name, storage, LIFE);
    if (session == null) {
      return null;
    }
    try {
      return new BucketRequests(storage, session, clock);
    } catch (IllegalArgumentException e) {
      report.failed(
          Side.UPLOAD,
          "find the bucket's address",
          String.valueOf(e.getMessage()),
          new Diagnosis("address_invalid", "correct the value that is named here"));
      return null;
    }
  }

  private void read(
      DownloadChecks download,
      UploadChecks upload,
      RoleChecks roles,
      Backend backend,
      TestObject object) {
    Signing signing = download.signing();
    if (signing == null) {
      return;
    }
    boolean read = download.read(signing, object);
    download.refusals(signing, object, read);
    if (!read) {
      return;
    }
    if (backend.download() instanceof CloudFront) {
      TestObject plain = TestObject.named("/image", random);
      if (upload.writeAlso(plain, plain.content())) {
        download.otherNames(signing, plain);
      }
    }
    Buffer second = TestObject.bytes(random);
    if (!object.versions().isEmpty() && upload.writeAlso(object, second)) {
      download.versions(signing, object, second);
    }
    if (backend.download() instanceof S3Storage s3
        && s3.credentials() instanceof Role role
        && !role.equals(backend.upload().credentials())) {
      roles.session(Side.DOWNLOAD, backend.name(), s3, LIFE);
    }
  }

  /** Without an object to read there is still the key of a distribution to try. */
  private void onlyKey(DownloadChecks download, Backend backend, TestObject object) {
    if (backend.download() instanceof CloudFront) {
      Signing signing = download.signing();
      if (signing != null) {
        download.tryKey(signing, object.key());
      }
    }
  }
}
