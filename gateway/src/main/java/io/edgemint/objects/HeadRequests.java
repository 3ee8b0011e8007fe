package io.edgemint.objects;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.Courier;
import io.edgemint.bucket.Listing;
import io.edgemint.bucket.Xml;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.SessionHandle;
import io.edgemint.credentials.Sessions;
import io.edgemint.objects.StoredObject.DigestState;
import io.edgemint.outbound.Outbound;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Learns of objects by HEAD requests, as the session that reads them for devices. */
public final class HeadRequests implements ObjectSource {
  /** Metadata in which publishers declare an object's digest. */
  public static final String DECLARED = "x-amz-meta-edgemint-sha256";

  /** Devices may wait for it. */
  private static final Duration DEADLINE = Duration.ofSeconds(4);

  private static final Set<String> ARCHIVES = Set.of("GLACIER", "DEEP_ARCHIVE");
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern ETAG = Pattern.compile("(W/)?\"[!#-~]{0,200}\"");
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9._-]{1,1024}");

  private final Sessions sessions;
  private final Courier courier;
  private final InstantSource clock;

  // Nobody else holds the sessions of an upload side, and each new one is a call to STS.
  private final Cache<Way, SessionHandle> handles =
      Caffeine.newBuilder()
          .maximumSize(10_000)
          .expireAfterAccess(Duration.ofMinutes(30))
          .executor(Runnable::run)
          .build();

  /** Asks as the sessions that read, through the guard of customers' addresses. */
  public HeadRequests(Sessions sessions, Outbound outbound, InstantSource clock) {
    this.sessions = sessions;
    this.courier = new Courier(outbound, 64 * 1024, DEADLINE);
    this.clock = clock;
  }

  @Override
  public ObjectFact ask(
      OrgId org, String backend, S3Storage storage, ObjectKey key, @Nullable String version) {
    BucketRequests bucket;
    try {
      SessionHandle handle =
          handles.get(
              new Way(org, backend, storage),
              way -> sessions.of(way.org, way.backend, way.storage));
      Session current = handle.current();
      Session session = current == null ? Courier.await(handle.renewed(0)) : current;
      bucket = new BucketRequests(storage, session, clock);
    } catch (Refused | IllegalArgumentException e) {
      return new ObjectFact.Unlearnt(String.valueOf(e.getMessage()), true);
    }
    Answer head = courier.send(bucket.facts(key, version));
    return switch (head.status()) {
      case 200 -> new ObjectFact.Found(stored(key, head));
      case 404 -> ObjectFact.Missing.IT;
      // That of a delete marker, and that of what is no version at all (HeadObject, API reference).
      case 400, 405 -> version == null ? unlearnt(head, false) : ObjectFact.Missing.IT;
      case 403 -> version == null ? denied(bucket, storage, key, head) : unlearnt(head, false);
      default -> unlearnt(head, head.status() == 0 || head.status() >= 500);
    };
  }

  /**
   * S3 says of what is missing that it may not be read, unless it may be listed too, and a role
   * that may list below a prefix alone may not do so for a HEAD, which names none.
   */
  private ObjectFact denied(
      BucketRequests bucket, S3Storage storage, ObjectKey key, Answer denial) {
    Answer list = courier.send(bucket.first(key));
    if (list.status() != 200) {
      return unlearnt(denial, false);
    }
    Xml found = Xml.of(list.body());
    if (!found.isNamed("ListBucketResult")) {
      return unlearnt(denial, false);
    }
    try {
      // Whatever else begins like the key comes after it.
      return found.key("Key", found.isEncoded()).equals(storage.prefix() + key.value())
          ? unlearnt(denial, false)
          : ObjectFact.Missing.IT;
    } catch (Listing.Failed e) {
      return unlearnt(denial, false);
    }
  }

  private static ObjectFact unlearnt(Answer answer, boolean everywhere) {
    return new ObjectFact.Unlearnt(answer.seen(), everywhere);
  }

  /** Reads the headers of a HEAD. */
  static StoredObject stored(ObjectKey key, Answer head) {
    String computed = checksum(head);
    String declared = head.header(DECLARED).filter(it -> HEX.matcher(it).matches()).orElse(null);
    String storageClass = head.header("x-amz-storage-class").orElse(null);
    return new StoredObject(
        key,
        head.header("content-length").map(HeadRequests::number).orElse(0L),
        head.header("etag").filter(it -> ETAG.matcher(it).matches()).orElse(null),
        head.header("x-amz-version-id").filter(HeadRequests::isVersion).orElse(null),
        computed == null ? declared : computed,
        computed == null ? DigestState.DECLARED : DigestState.VERIFIED,
        storageClass,
        head.header("last-modified").flatMap(HeadRequests::date).orElse(null),
        archived(head, storageClass));
  }

  /**
   * That of the whole object, which S3 has computed itself; a checksum of checksums ends with the
   * number of parts ("Checking object integrity", Amazon S3 user guide).
   */
  private static @Nullable String checksum(Answer head) {
    String checksum = head.header("x-amz-checksum-sha256").orElse(null);
    if (checksum == null
        || checksum.length() != 44
        || !head.header("x-amz-checksum-type").orElse("FULL_OBJECT").equals("FULL_OBJECT")) {
      return null;
    }
    try {
      byte[] digest = Base64.getDecoder().decode(checksum);
      return digest.length == 32 ? HexFormat.of().formatHex(digest) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** "Restoring an archived object", Amazon S3 user guide; Intelligent-Tiering has the status. */
  private static boolean archived(Answer head, @Nullable String storageClass) {
    boolean away =
        (storageClass != null && ARCHIVES.contains(storageClass))
            || head.header("x-amz-archive-status").isPresent();
    return away && !head.header("x-amz-restore").orElse("").contains("ongoing-request=\"false\"");
  }

  /**
   * "null" is what S3 calls the version of an object from before the bucket kept any. What an
   * address cannot carry as it is, no device can ask for.
   */
  private static boolean isVersion(String text) {
    return !text.equals("null") && VERSION.matcher(text).matches();
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Optional<Instant> date(String text) {
    try {
      return Optional.of(
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private record Way(OrgId org, String backend, S3Storage storage) {}
}
