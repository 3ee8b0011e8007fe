package io.edgemint.onboarding;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials;
import io.edgemint.backend.S3Storage.Encryption;
import io.edgemint.backend.S3Storage.Endpoint;
import io.edgemint.backend.Secrets;
import io.edgemint.config.Field;
import io.edgemint.config.Secret;
import io.edgemint.config.Section;
import io.edgemint.credentials.Partition;
import io.edgemint.credentials.PlatformRole;
import io.edgemint.credentials.RoleArn;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.signing.S3Address;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the word {@code s3} of a backend or of default storage. */
final class S3Reader {
  /** "Bucket naming rules", Amazon S3 user guide. */
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  private static final Pattern ADDRESS = Pattern.compile("[0-9]+(\\.[0-9]+){3}");
  private static final Pattern REGION = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private static final List<String> RESPONSE_HEADERS =
      List.of(
          "cache-control",
          "content-disposition",
          "content-encoding",
          "content-language",
          "content-type",
          "expires");

  private final Secrets secrets;
  private final Predicate<String> listed;
  private final SessionSettings sessions;

  /**
   * Seals what it reads.
   *
   * @param listed tells whether the operator listed a host with its port, so that it may be reached
   *     without TLS
   * @param sessions which roles of the platform lead to those of organisations
   */
  S3Reader(Secrets secrets, Predicate<String> listed, SessionSettings sessions) {
    this.secrets = secrets;
    this.listed = listed;
    this.sessions = sessions;
  }

  /**
   * A storage of an organisation's backend, or of default storage where {@code ownIdentity} is
   * allowed.
   */
  Field<S3Storage> read(Section section, OrgId org, String backend, boolean ownIdentity) {
    Field<String> bucket = section.field("bucket", S3Reader::bucket);
    Field<String> region = section.field("region", S3Reader::region);
    Field<Optional<String>> prefix = section.optional("prefix", S3Reader::prefix);
    Field<Optional<URI>> endpoint = section.optional("endpoint", this::endpoint);
    boolean pathStyle = section.flag("path_style", false);
    boolean dualStack = section.flag("dual_stack", false);
    boolean fips = section.flag("fips", false);
    boolean accelerate = section.flag("accelerate", false);
    Field<Encryption> encryption = encryption(section);
    Field<Credentials> credentials =
        credentials(section.section("credentials"), org, backend, ownIdentity);
    Duration ttl = section.duration("ttl", Lives.DEFAULT, Lives.LEAST, Lives.LONGEST);
    SortedMap<String, String> response = response(section.section("response"));
    return section.build(
        () -> {
          S3Storage storage =
              new S3Storage(
                  bucket.get(),
                  region.get(),
                  prefix.get().orElse(""),
                  new Endpoint(endpoint.get().orElse(null), pathStyle, dualStack, fips, accelerate),
                  credentials.get(),
                  encryption.get(),
                  ttl,
                  response);
          check(storage);
          return storage;
        });
  }

  /**
   * Refuses a storage that no link can lead to.
   *
   * @throws IllegalArgumentException with the field and the fix
   */
  static void check(S3Storage storage) {
    checkCredentials(storage);
    // What has no address would only be noticed when the first link is signed.
    S3Address.of(storage);
  }

  private static void checkCredentials(S3Storage storage) {
    switch (storage.credentials()) {
      case Credentials.StaticKey key when storage.endpoint().uri() == null ->
          throw new IllegalArgumentException(
              "a static key is for a custom endpoint alone; for Amazon S3 name a role");
      case Credentials.Role role -> {
        if (storage.ttl().compareTo(Lives.LONGEST_THROUGH_ROLE) > 0) {
          throw new IllegalArgumentException(
              "ttl cannot be kept: a session of a role lives one hour, so write at most 2640s");
        }
        checkPartition("role", role.roleArn(), storage.region());
        if (role.via() != null) {
          checkPartition("via", role.via(), storage.region());
        }
      }
      case Credentials.StaticKey key -> {}
      case Credentials.Ambient ambient -> {}
    }
  }

  private static void checkPartition(String field, String arn, String region) {
    String start = "arn:" + Partition.of(region).id() + ':';
    if (!arn.startsWith(start)) {
      throw new IllegalArgumentException(
          "%s: %s and the region lie in different partitions; in %s a role begins with %s"
              .formatted(field, arn, region, start));
    }
  }

  private Field<Credentials> credentials(
      Section section, OrgId org, String backend, boolean ownIdentity) {
    boolean ambient = ownIdentity && section.flag("ambient", false);
    if (section.has("static") && !section.has("role") && !ambient) {
      Section pair = section.section("static");
      Field<String> id = pair.field("access_key_id", S3Reader::accessKeyId);
      Field<Secret> secret = pair.secret("secret_access_key");
      return pair.build(() -> staticKey(org, backend, id.get(), secret.get()));
    }
    if (section.has("role") && !section.has("static") && !ambient && !ownIdentity) {
      Field<String> role = section.field("role", this::role);
      Field<Optional<String>> via = section.optional("via", RoleArn::parse);
      return section.build(
          () -> new Credentials.Role(role.get(), via(org, backend, via.get().orElse(null))));
    }
    if (ambient && !section.has("static")) {
      return section.build(Credentials.Ambient::new);
    }
    return section.build(
        () -> {
          throw new IllegalArgumentException(
              ownIdentity
                  ? "write either 'ambient: true' or 'static: {...}'"
                  : "write either 'role: arn:...' or 'static: {...}'");
        });
  }

  private Credentials staticKey(OrgId org, String backend, String id, Secret secret) {
    byte[] plain = secret.bytes();
    try {
      var purpose = Secrets.Purpose.s3Secret(org, backend);
      return new Credentials.StaticKey(id, secrets.seal(plain, purpose, 1));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private static Field<Encryption> encryption(Section section) {
    EncryptionWord word = section.oneOf("encryption", EncryptionWord.BUCKET_DEFAULT);
    Field<Optional<String>> keyId = section.optional("kms_key_id", S3Reader::kmsKey);
    return section.build(
        () -> {
          if ((word == EncryptionWord.SSE_KMS) != keyId.get().isPresent()) {
            throw new IllegalArgumentException(
                "kms_key_id goes together with 'encryption: sse-kms', and only with it");
          }
          return switch (word) {
            case BUCKET_DEFAULT -> new Encryption.BucketDefault();
            case SSE_S3 -> new Encryption.SseS3();
            case SSE_KMS -> new Encryption.SseKms(keyId.get().orElseThrow());
          };
        });
  }

  private static SortedMap<String, String> response(Section section) {
    SortedMap<String, String> headers = new TreeMap<>();
    for (String header : RESPONSE_HEADERS) {
      String value = section.string(header.replace('-', '_'), "");
      if (!value.isEmpty()) {
        headers.put("response-" + header, value);
      }
    }
    return headers;
  }

  static String bucket(String text) {
    if (!BUCKET.matcher(text).matches() || text.contains("..") || ADDRESS.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a bucket is 3 to 63 characters of a-z, 0-9, '.' and '-', and no IP address");
    }
    return text;
  }

  static String region(String text) {
    if (!REGION.matcher(text).matches()) {
      throw new IllegalArgumentException("a region looks like eu-west-1");
    }
    return text;
  }

  /** A prefix of keys: empty, or such that key after key can stand behind it. */
  static String prefix(String text) {
    boolean folder = text.endsWith("/") && text.length() <= 512;
    if (!text.isEmpty() && !(folder && ObjectKey.of(text + "x") instanceof ObjectKey)) {
      throw new IllegalArgumentException(
          "a prefix is empty, or at most 512 characters that end with '/', without a leading slash,"
              + " empty or dot segments");
    }
    return text;
  }

  private URI endpoint(String text) {
    URI uri = URI.create(text);
    boolean bare =
        uri.getHost() != null
            && uri.getUserInfo() == null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null
            && "".equals(uri.getRawPath());
    if (!bare || !("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
      throw new IllegalArgumentException(
          "an endpoint is a scheme, a host and perhaps a port: https://s3.example.com");
    }
    requireTls(uri.getScheme(), uri.getRawAuthority(), listed);
    return uri;
  }

  static void requireTls(String scheme, String authority, Predicate<String> listed) {
    if (scheme.equals("http") && !listed.test(authority)) {
      throw new IllegalArgumentException(
          "http is only for hosts that the operator lists under outbound.allow; use https");
    }
  }

  private String role(String text) {
    String arn = RoleArn.parse(text);
    if (RoleArn.account(arn).equals(sessions.account())) {
      throw new IllegalArgumentException(
          "a role of the platform's own account is nobody's; name one of the organisation's");
    }
    return arn;
  }

  /**
   * The platform's role in between. The record keeps the ARN and not the template: a role that
   * serves, and that the customer's trust policy names, stays when the template changes.
   */
  private @Nullable String via(OrgId org, String backend, @Nullable String named) {
    PlatformRole platform = sessions.platformRole();
    if (platform == null) {
      return named;
    }
    String own = platform.arn(org, backend);
    if (named != null && !named.equals(own)) {
      throw new IllegalArgumentException(
          "via: sessions.platform_role gives this backend %s; write that, or delete the line"
              .formatted(own));
    }
    return own;
  }

  private static String accessKeyId(String text) {
    if (!text.matches("[A-Za-z0-9_-]{3,128}")) {
      throw new IllegalArgumentException("an access key id is 3 to 128 letters and digits");
    }
    return text;
  }

  private static String kmsKey(String text) {
    if (!text.matches("[A-Za-z0-9:/_-]{1,256}")) {
      throw new IllegalArgumentException("a KMS key is named by its id, alias or ARN");
    }
    return text;
  }

  private enum EncryptionWord {
    BUCKET_DEFAULT,
    SSE_S3,
    SSE_KMS
  }
}
