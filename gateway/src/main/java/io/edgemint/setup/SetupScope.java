package io.edgemint.setup;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Destination;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials;
import io.edgemint.backend.S3Storage.Encryption;
import io.edgemint.credentials.Partition;
import io.edgemint.signing.S3Address;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What set-up documents are about: one role and one bucket, every value held against a grammar that
 * knows no wildcard or variable of IAM.
 *
 * @param kind what it is for: {@code backend} or {@code destination}
 * @param name what everything that is made is called, unique within the account
 * @param revision of the backend; a role may have to do for two of them during a switch
 * @param mark the same as a statement id, which takes letters and digits alone
 * @param account the account of the role, in which the bucket is expected too
 * @param rolePath the path of the role, slash first and last
 * @param storage where publishers write; devices read there too, or behind a distribution
 * @param accelerate whether links of a side go through Transfer Acceleration
 * @param key the key that encrypts what is uploaded, or null if S3's own does
 * @param standbyBucket the bucket that may serve in the place of the first, or null
 */
record SetupScope(
    OrgId org,
    String kind,
    String backend,
    String name,
    int revision,
    String mark,
    Partition partition,
    String account,
    String roleArn,
    String rolePath,
    String roleName,
    String principalArn,
    String externalId,
    S3Storage storage,
    boolean accelerate,
    @Nullable SetupKey key,
    @Nullable String standbyBucket) {

  private static final String DESTINATION = "destination";

  /** "IAM and AWS STS quotas", IAM user guide: a role's name has 64 characters at most. */
  private static final Pattern ROLE =
      Pattern.compile("arn:(aws[a-z-]*):iam::([0-9]{12}):role(/(?:[\\w+=,.@/-]*/)?)([^/]{1,64})");

  private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]+");

  /** Roles and users: a session's own ARN ends with the session. */
  private static final Pattern PRINCIPAL =
      Pattern.compile("arn:(aws[a-z-]*):iam::[0-9]{12}:(?:role|user)/[\\w+=,.@/-]{1,576}");

  /** STS API reference, AssumeRole: the grammar of {@code ExternalId}. */
  private static final Pattern EXTERNAL_ID = Pattern.compile("[\\w+=,.@:/-]{2,1224}");

  /** As in the policies of sessions: ASCII without what IAM reads as a wildcard or a variable. */
  private static final Pattern PREFIX = Pattern.compile("[ -~&&[^\"*?$\\\\{}]]*");

  /**
   * Reads the scope of a backend.
   *
   * @throws IllegalArgumentException if it has nothing to set up this way; the message names the
   *     field and the fix
   */
  static SetupScope of(OrgId org, Backend backend, String principalArn, String externalId) {
    SetupScope scope =
        new Subject("backend", backend.name(), backend.revision(), backend.upload(), "upload.s3")
            .scope(org, principalArn, externalId);
    requireOneStorage(backend, backend.upload());
    return scope.with(
        accelerates(backend), backend.standby() == null ? null : backend.standby().bucket());
  }

  /**
   * Reads the scope of a destination.
   *
   * @throws IllegalArgumentException as for a backend
   */
  static SetupScope of(OrgId org, Destination destination, String principalArn, String externalId) {
    return new Subject(
            DESTINATION, destination.name(), destination.revision(), destination.storage(), "s3")
        .scope(org, principalArn, externalId);
  }

  private SetupScope with(boolean accelerates, @Nullable String standby) {
    return new SetupScope(
        org,
        kind,
        backend,
        name,
        revision,
        mark,
        partition,
        account,
        roleArn,
        rolePath,
        roleName,
        principalArn,
        externalId,
        storage,
        accelerates,
        key,
        standby);
  }

  /** Whether it takes archives and serves no device. */
  boolean delivers() {
    return kind.equals(DESTINATION);
  }

  /**
   * What a set-up is read from.
   *
   * @param field where its storage stands in a file
   */
  private record Subject(String kind, String name, int revision, S3Storage storage, String field) {
    SetupScope scope(OrgId org, String principalArn, String externalId) {
      require(
          storage.endpoint().uri() == null,
          field
              + ".endpoint: set-up is for Amazon S3, and %s is not; set it up by its own manual"
                  .formatted(storage.endpoint().uri()));
      if (!(storage.credentials() instanceof Credentials.Role role)) {
        throw new IllegalArgumentException(
            field
                + ".credentials: set-up makes a role that the gateway assumes, and none is named;"
                + " write role: arn:aws:iam::123456789012:role/NAME");
      }
      S3Address.of(storage);
      require(
          PREFIX.matcher(storage.prefix()).matches(),
          field + ".prefix: it cannot stand in a policy; use ASCII without any of \" * ? $ \\ { }");
      Partition partition = Partition.of(storage.region());
      Matcher arn = ROLE.matcher(role.roleArn());
      require(
          arn.matches() && NAME.matcher(arn.group(4)).matches(),
          field
              + ".credentials.role: not the ARN of a role whose name has at most 64 characters; it"
              + " looks like arn:aws:iam::123456789012:role/NAME");
      requirePartition(field + ".credentials.role", arn.group(1), partition, storage);
      Matcher principal = PRINCIPAL.matcher(principalArn);
      require(
          principal.matches(),
          "principal: the gateway's own role or user is named by its ARN, not by that of a session;"
              + " it looks like arn:aws:iam::123456789012:role/NAME");
      requirePartition("principal", principal.group(1), partition, storage);
      require(
          EXTERNAL_ID.matcher(externalId).matches(),
          "external id: it has 2 to 1,224 characters of A-Z a-z 0-9 and _+=,.@:/-; issue another");
      return new SetupScope(
          org,
          kind,
          name,
          "edgemint-" + org + '-' + name,
          revision,
          mark(org.value()) + 'Z' + mark(name),
          partition,
          arn.group(2),
          role.roleArn(),
          arn.group(3),
          arn.group(4),
          principalArn,
          externalId,
          storage,
          storage.endpoint().accelerate(),
          storage.encryption() instanceof Encryption.SseKms kms
              ? SetupKey.of(kms.keyId(), storage, partition, arn.group(2))
              : null,
          null);
    }
  }

  /** Devices must find below the one prefix what publishers put below the other. */
  private static void requireOneStorage(Backend backend, S3Storage upload) {
    if (!(backend.download() instanceof S3Storage download)) {
      return;
    }
    require(
        download.endpoint().uri() == null,
        "download.s3.endpoint: set-up is for Amazon S3, and %s is not; remove 'endpoint'"
            .formatted(download.endpoint().uri()));
    requireSame("bucket", download.bucket(), upload.bucket());
    requireSame("region", download.region(), upload.region());
    requireSame("prefix", download.prefix(), upload.prefix());
    require(
        download.credentials().equals(upload.credentials()),
        "download.s3.credentials: set-up makes one role, and the sides name different ones; name"
            + " the upload side's role and 'via', or leave 'download' out");
  }

  private static void requireSame(String field, String download, String upload) {
    require(
        download.equals(upload),
        "download.s3.%s: devices would read at '%s' and publishers write at '%s'; set-up makes one bucket for both, so name the same or leave 'download' out"
            .formatted(field, download, upload));
  }

  private static void requirePartition(
      String field, String named, Partition partition, S3Storage storage) {
    require(
        named.equals(partition.id()),
        "%s: it lies in the partition %s, and %s in %s; roles are not assumed across partitions, so name one that begins with arn:%s:"
            .formatted(field, named, storage.region(), partition.id(), partition.id()));
  }

  private static boolean accelerates(Backend backend) {
    return backend.upload().endpoint().accelerate()
        || (backend.download() instanceof S3Storage s3 && s3.endpoint().accelerate());
  }

  /** The only other character of these names is the hyphen, and capitals are free. */
  private static String mark(String name) {
    return name.replace('-', 'X');
  }

  static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  /**
   * What the names of the role's policies begin with: those of the next revision stand beside those
   * of the one that serves.
   */
  String policies() {
    return name + '-' + revision;
  }

  /** The ARN of the bucket. */
  String bucketArn() {
    return "arn:" + partition.id() + ":s3:::" + storage.bucket();
  }

  /** The ARN of every object below the prefix. */
  String objectsArn() {
    return bucketArn() + '/' + storage.prefix() + '*';
  }
}
