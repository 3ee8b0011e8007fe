package io.edgemint.sandbox;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * A CloudFront distribution in front of a bucket, as viewers see it: GET and HEAD of signed URLs,
 * answered with what the bucket holds. It has a port of its own, where the real one has a host. It
 * knows public keys alone, and caches nothing.
 */
public final class Distribution implements AutoCloseable {
  /** What CloudFront hands on to an S3 origin of what a viewer may send. */
  private static final List<String> HANDED_ON =
      List.of(
          "Range",
          "If-Match",
          "If-None-Match",
          "If-Modified-Since",
          "If-Unmodified-Since",
          "If-Range");

  private final S3Server s3;
  private final Origin origin;
  private final InstantSource clock;
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final Map<String, ViewerKey> trusted = new ConcurrentHashMap<>();
  private final AtomicLong requests = new AtomicLong();
  private final Relay relay;
  private final Wire viewers;
  private volatile boolean requireSignature = true;

  /**
   * Where a distribution finds its objects.
   *
   * @param account whose bucket it is
   * @param bucket the bucket
   * @param path what stands before the viewer's path in the bucket: empty, or beginning with a
   *     slash and ending without one
   */
  public record Origin(Account account, String bucket, String path) {}

  private Distribution(Vertx vertx, int port, InstantSource clock, S3Server s3, Origin origin) {
    this.s3 = s3;
    this.origin = origin;
    this.clock = clock;
    relay = new Relay(vertx);
    viewers = Wire.listen(vertx, port, this::handle);
  }

  /** Starts one that trusts no key yet, at the port of loopback or at a free one if it is 0. */
  public static Distribution start(
      Vertx vertx, int port, InstantSource clock, S3Server s3, Origin origin) {
    return new Distribution(vertx, port, clock, s3, origin);
  }

  /**
   * Trusts what a public key verifies, from now on.
   *
   * @param id what CloudFront calls the key, such as {@code K2JCJMDEHXQW5F}
   * @param publicKeyPem the key, a SubjectPublicKeyInfo in PEM form
   * @throws IllegalArgumentException if CloudFront would not take it: RSA-2048 or P-256 only
   */
  public void trust(String id, String publicKeyPem) {
    trusted.put(id, ViewerKey.of(publicKeyPem));
  }

  /** Trusts the key no more. */
  public void distrust(String id) {
    trusted.remove(id);
  }

  /** Says whether viewers need a signature; without that it serves whatever they ask for. */
  public void requireSignature(boolean required) {
    requireSignature = required;
  }

  /** Scheme, host and port as viewers use them, without a slash at the end. */
  public URI base() {
    return viewers.base();
  }

  /** How many requests arrived so far, refused ones included. */
  public long requests() {
    return requests.get();
  }

  private void handle(HttpServerRequest request) {
    requests.incrementAndGet();
    XmlError refusal = refusal(request);
    if (refusal != null) {
      refusal.answer(request);
      return;
    }
    String path = RawQuery.pathOf(request.uri());
    relay.pass(request, signed(request, '/' + origin.bucket() + origin.path() + path));
  }

  private @Nullable XmlError refusal(HttpServerRequest request) {
    boolean reads =
        request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
    if (!reads || hosts.size() != 1 || !request.uri().startsWith("/")) {
      return CannedPolicy.ACCESS_DENIED;
    }
    return requireSignature
        ? CannedPolicy.refusal(
            "http://" + hosts.getFirst(), request.uri(), trusted, clock.instant())
        : null;
  }

  /** The origin's own request: nothing of the viewer's but path, method and conditions. */
  private RequestOptions signed(HttpServerRequest request, String path) {
    var unsigned =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.fromValue(request.method().name()))
            .uri(s3.base())
            .encodedPath(PercentEncoding.canonicalPath(path));
    for (String name : HANDED_ON) {
      String value = request.getHeader(name);
      if (value != null) {
        unsigned.putHeader(name, value);
      }
    }
    Account account = origin.account();
    SdkHttpRequest signed =
        signer
            .sign(
                r ->
                    r.identity(
                            AwsCredentialsIdentity.create(
                                account.accessKeyId(), account.secretAccessKey()))
                        .request(unsigned.build())
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, S3Server.REGION)
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                        .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false))
            .request();
    var options =
        new RequestOptions()
            .setHost(s3.base().getHost())
            .setPort(s3.base().getPort())
            .setURI(signed.encodedPath());
    signed.forEachHeader((name, values) -> options.putHeader(name, values.getFirst()));
    return options;
  }

  @Override
  public void close() {
    viewers.close();
    relay.close();
  }
}
