package io.edgemint.bucket;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.S3Storage;
import io.edgemint.credentials.Session;
import io.edgemint.signing.S3Address;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/**
 * Requests to a storage's bucket, signed with one session by the SDK's signer, which needs no
 * network for it. They go where links read.
 */
public final class BucketRequests {
  /** Not taken over: the client writes these by itself. */
  private static final Set<String> FRAMING = Set.of("host", "content-length");

  private final S3Storage storage;
  private final S3Address address;
  private final AwsCredentialsIdentity identity;
  private final Clock clock;
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

  /**
   * Signs with a session, dated by a clock.
   *
   * @throws IllegalArgumentException if the storage has no address; the message says why
   */
  public BucketRequests(S3Storage storage, Session session, InstantSource clock) {
    this.storage = storage;
    this.address = S3Address.of(storage);
    this.identity = identity(session);
    this.clock = clock.withZone(ZoneOffset.UTC);
  }

  /** A request with the headers that sign it. */
  public record Signed(String method, URI uri, Map<String, String> headers, @Nullable Buffer body) {
    /** Leaves out the headers, which sign, and the body. */
    @Override
    public String toString() {
      return method + " " + uri.getHost() + uri.getRawPath();
    }
  }

  /** Asks for the rules by which objects age. */
  public Signed lifecycle() {
    return signed(SdkHttpMethod.GET, address.bucketPath(), Map.of("lifecycle", ""));
  }

  /** Lists some objects whose names begin so, below the storage's prefix. */
  public Signed list(String start) {
    return signed(
        SdkHttpMethod.GET,
        address.bucketPath(),
        Map.of("list-type", "2", "max-keys", "100", "prefix", storage.prefix() + start));
  }

  /**
   * Lists a thousand objects below the storage's prefix.
   *
   * @param continuation what the page before told to send, or null for the first
   */
  public Signed page(@Nullable String continuation) {
    return page("", continuation);
  }

  /** The same for objects whose names begin so, below the storage's prefix. */
  public Signed page(String start, @Nullable String continuation) {
    Map<String, String> query = listing(start);
    if (continuation != null) {
      query.put("continuation-token", continuation);
    }
    return signed(SdkHttpMethod.GET, address.bucketPath(), query);
  }

  /**
   * Lists objects whose names begin so, below the storage's prefix, in the order of their bytes.
   *
   * @param after the key after which to begin, below the storage's prefix, or null for the first
   * @param limit the most that are listed, up to 1,000
   */
  public Signed page(String start, @Nullable String after, int limit) {
    Map<String, String> query = listing(start);
    query.put("max-keys", Integer.toString(limit));
    if (after != null) {
      query.put("start-after", storage.prefix() + after);
    }
    return signed(SdkHttpMethod.GET, address.bucketPath(), query);
  }

  /** Lists some uploads in parts whose names begin so, below the storage's prefix. */
  public Signed listUploads(String start) {
    return signed(
        SdkHttpMethod.GET,
        address.bucketPath(),
        Map.of("uploads", "", "max-uploads", "100", "prefix", storage.prefix() + start));
  }

  /**
   * Lists a thousand uploads in parts below the storage's prefix.
   *
   * @param key where the page before ended, or null for the first
   * @param id the upload with which it ended, or null
   */
  public Signed uploads(@Nullable String key, @Nullable String id) {
    Map<String, String> query = new HashMap<>();
    query.put("uploads", "");
    query.put("prefix", storage.prefix());
    query.put("encoding-type", "url");
    if (key != null) {
      query.put("key-marker", key);
    }
    if (id != null) {
      query.put("upload-id-marker", id);
    }
    return signed(SdkHttpMethod.GET, address.bucketPath(), query);
  }

  /** Asks for objects whose names begin so, below the storage's prefix, percent-encoded. */
  private Map<String, String> listing(String start) {
    Map<String, String> query = new HashMap<>();
    query.put("list-type", "2");
    query.put("prefix", storage.prefix() + start);
    query.put("encoding-type", "url");
    return query;
  }

  /** Puts an object with the headers that ask for an encryption. */
  public Signed put(ObjectKey key, Buffer content, Map<String, String> encryption) {
    Map<String, String> headers = new HashMap<>(encryption);
    headers.put("Content-Type", "application/octet-stream");
    return signed(SdkHttpMethod.PUT, path(key), Map.of(), headers, content.getBytes());
  }

  /** Reads an object. */
  public Signed get(ObjectKey key) {
    return signed(SdkHttpMethod.GET, path(key), Map.of());
  }

  /** Reads an object with headers that say which part of it, and on which condition. */
  public Signed get(ObjectKey key, Map<String, String> headers) {
    return signed(SdkHttpMethod.GET, path(key), Map.of(), headers, new byte[0]);
  }

  /** Puts an object with exactly these headers; the bytes are not copied. */
  public Signed put(ObjectKey key, byte[] content, Map<String, String> headers) {
    return signed(SdkHttpMethod.PUT, path(key), Map.of(), headers, content);
  }

  /** Asks for an object without its bytes. */
  public Signed head(ObjectKey key) {
    return signed(SdkHttpMethod.HEAD, path(key), Map.of());
  }

  /**
   * The same for one version, and with the object's checksum where the storage keeps one.
   *
   * @param version null for the newest
   */
  public Signed facts(ObjectKey key, @Nullable String version) {
    return signed(
        SdkHttpMethod.HEAD,
        path(key),
        version == null ? Map.of() : Map.of("versionId", version),
        Map.of("x-amz-checksum-mode", "ENABLED"),
        new byte[0]);
  }

  /** Lists the first object whose name begins with a key, which is the key's own if it exists. */
  public Signed first(ObjectKey key) {
    return page(key.value(), null, 1);
  }

  /** Deletes an object, or one version of it for good. */
  public Signed delete(ObjectKey key, @Nullable String version) {
    return signed(
        SdkHttpMethod.DELETE, path(key), version == null ? Map.of() : Map.of("versionId", version));
  }

  /**
   * Deletes an object if it is the one with this ETag ("Conditional deletes", Amazon S3 user
   * guide); 412 if another lies there, 404 if none does.
   *
   * @param etag with its quotes
   */
  public Signed deleteIfMatch(ObjectKey key, String etag) {
    return signed(SdkHttpMethod.DELETE, path(key), Map.of(), Map.of("if-match", etag), new byte[0]);
  }

  /** Begins an upload in parts, encrypted as the storage asks. */
  public Signed startUpload(ObjectKey key) {
    return startUpload(key, Map.of());
  }

  /** The same with headers for the object that is to come. */
  public Signed startUpload(ObjectKey key, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.putAll(storage.encryption().headers());
    return signed(SdkHttpMethod.POST, path(key), Map.of("uploads", ""), all, new byte[0]);
  }

  /** Puts a part of an upload; the bytes are not copied. */
  public Signed putPart(ObjectKey key, String uploadId, int number, byte[] content) {
    return signed(
        SdkHttpMethod.PUT,
        path(key),
        Map.of("uploadId", uploadId, "partNumber", String.valueOf(number)),
        Map.of(),
        content);
  }

  /**
   * Makes an object of the parts of an upload.
   *
   * @param etags those of the parts, from the first
   */
  public Signed completeUpload(
      ObjectKey key, String uploadId, List<String> etags, Map<String, String> headers) {
    StringBuilder parts = new StringBuilder("<CompleteMultipartUpload>");
    for (int i = 0; i < etags.size(); i++) {
      parts
          .append("<Part><PartNumber>")
          .append(i + 1)
          .append("</PartNumber><ETag>")
          .append(etags.get(i).replace("&", "&amp;").replace("<", "&lt;"))
          .append("</ETag></Part>");
    }
    byte[] body =
        parts.append("</CompleteMultipartUpload>").toString().getBytes(StandardCharsets.UTF_8);
    return completeUpload(key, uploadId, headers, body);
  }

  /** Asks which parts of an upload are there. */
  public Signed listParts(ObjectKey key, String uploadId) {
    return signed(SdkHttpMethod.GET, path(key), Map.of("uploadId", uploadId));
  }

  /**
   * Asks which parts of an upload are there, a thousand at a time.
   *
   * @param after the number after which to begin
   */
  public Signed listParts(ObjectKey key, String uploadId, int after) {
    return signed(
        SdkHttpMethod.GET,
        path(key),
        Map.of("uploadId", uploadId, "part-number-marker", Integer.toString(after)));
  }

  /** Makes an object of the parts that a document names. */
  public Signed completeUpload(
      ObjectKey key, String uploadId, Map<String, String> headers, byte[] document) {
    return signed(SdkHttpMethod.POST, path(key), Map.of("uploadId", uploadId), headers, document);
  }

  /**
   * A link by which whoever has it puts an object, with exactly these headers, encrypted as the
   * storage asks; those for it are added. The link lives for at most so many seconds.
   */
  public Presigned presignedPut(ObjectKey key, Map<String, String> headers, long seconds) {
    SortedMap<String, String> all = new TreeMap<>(headers);
    all.putAll(storage.encryption().headers());
    return presigned(path(key), Map.of(), all, seconds);
  }

  /** A link by which whoever has it puts one part of an upload, with exactly these headers. */
  public Presigned presignedPart(
      ObjectKey key, String uploadId, int number, Map<String, String> headers, long seconds) {
    return presigned(
        path(key),
        Map.of("partNumber", Integer.toString(number), "uploadId", uploadId),
        new TreeMap<>(headers),
        seconds);
  }

  /** Ends an upload in parts without an object. */
  public Signed abortUpload(ObjectKey key, String uploadId) {
    return signed(SdkHttpMethod.DELETE, path(key), Map.of("uploadId", uploadId));
  }

  /**
   * A link to put something.
   *
   * @param headers what is sent beside {@code Host}, by lower-case name
   */
  public record Presigned(String url, SortedMap<String, String> headers) {
    /** Leaves out the URL, which signs. */
    @Override
    public String toString() {
      return "Presigned" + headers.keySet();
    }
  }

  private String path(ObjectKey key) {
    return address.path() + key.encoded();
  }

  private Signed signed(SdkHttpMethod method, String path, Map<String, String> query) {
    return signed(method, path, query, Map.of(), new byte[0]);
  }

  private Signed signed(
      SdkHttpMethod method,
      String path,
      Map<String, String> query,
      Map<String, String> headers,
      byte[] body) {
    SdkHttpRequest signed =
        sign(
            unsigned(method, path, query, headers),
            r -> r.payload(ContentStreamProvider.fromByteArray(body)));
    Map<String, String> sent = new HashMap<>();
    signed.forEachHeader(
        (name, values) -> {
          if (!FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
            sent.put(name, String.join(",", values));
          }
        });
    // What has a body has a length, of which S3 is told even if it is 0 (411 else).
    boolean hasBody = method == SdkHttpMethod.PUT || method == SdkHttpMethod.POST;
    return new Signed(
        method.name(),
        signed.getUri(),
        sent,
        hasBody ? BufferInternal.buffer(Unpooled.wrappedBuffer(body)) : null);
  }

  /** "Authenticating Requests: Using Query Parameters", Amazon S3 API reference. */
  private Presigned presigned(
      String path, Map<String, String> query, SortedMap<String, String> headers, long seconds) {
    SdkHttpRequest signed =
        sign(
            unsigned(SdkHttpMethod.PUT, path, query, headers),
            r ->
                r.putProperty(AwsV4FamilyHttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                    .putProperty(
                        AwsV4FamilyHttpSigner.EXPIRATION_DURATION, Duration.ofSeconds(seconds))
                    .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, false));
    return new Presigned(signed.getUri().toString(), headers);
  }

  private SdkHttpRequest unsigned(
      SdkHttpMethod method, String path, Map<String, String> query, Map<String, String> headers) {
    SdkHttpRequest.Builder unsigned =
        SdkHttpRequest.builder()
            .method(method)
            .uri(URI.create(address.scheme() + "://" + address.host()))
            .encodedPath(path);
    query.forEach(unsigned::putRawQueryParameter);
    headers.forEach(unsigned::putHeader);
    return unsigned.build();
  }

  private SdkHttpRequest sign(
      SdkHttpRequest unsigned, Consumer<SignRequest.Builder<AwsCredentialsIdentity>> more) {
    return signer
        .sign(
            r ->
                more.accept(
                    r.identity(identity)
                        .request(unsigned)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, storage.region())
                        .putProperty(AwsV4HttpSigner.SIGNING_CLOCK, clock)
                        // The path of an S3 key is signed as it is sent.
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)))
        .request();
  }

  private static AwsCredentialsIdentity identity(Session session) {
    String token = session.sessionToken();
    return token == null
        ? AwsCredentialsIdentity.create(session.accessKeyId(), session.secretAccessKey())
        : AwsSessionCredentialsIdentity.create(
            session.accessKeyId(), session.secretAccessKey(), token);
  }
}
