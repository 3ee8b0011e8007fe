package io.edgemint.sandbox;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * An S3 endpoint on loopback that verifies signatures, expiry, session tokens and whose bucket it
 * is: {@link S3ProxyProcess} behind a front with the rules that it lacks. The front changes neither
 * the Host nor the query; a path that is not in canonical form is brought into it, as S3 does
 * before it compares signatures.
 */
public final class S3Server implements AutoCloseable {
  /** The one region in which its buckets lie, and which signatures must name. */
  public static final String REGION = "eu-west-1";

  private final @Nullable String virtualHost;
  private final S3ProxyProcess behind;
  private final Relay relay;
  private final SigV4Rules rules;
  private final AtomicLong requests = new AtomicLong();
  private final Wire front;

  private S3Server(
      Vertx vertx, int port, InstantSource clock, @Nullable String host, List<Account> accounts) {
    virtualHost = host;
    behind = S3ProxyProcess.start(host, accounts);
    relay = new Relay(vertx);
    rules = new SigV4Rules(REGION, clock);
    try {
      front = Wire.listen(vertx, port, this::handle);
    } catch (RuntimeException e) {
      behind.close();
      throw e;
    }
  }

  /** Starts one that finds the bucket in the path, at the port or at a free one if it is 0. */
  public static S3Server start(Vertx vertx, int port, InstantSource clock, Account... accounts) {
    return new S3Server(vertx, port, clock, null, List.of(accounts));
  }

  /**
   * Starts one that finds the bucket in front of the host name, as in {@code
   * http://bucket.localhost:<port>/key}; a request to {@code localhost} itself is still path style.
   */
  public static S3Server startVirtualHost(
      Vertx vertx, int port, InstantSource clock, Account... accounts) {
    return new S3Server(vertx, port, clock, "localhost", List.of(accounts));
  }

  /** Accepts a session token, together with the key of any account, until its session ends. */
  public void allowSession(String token, Instant end) {
    rules.allowSession(token, end);
  }

  /** The endpoint, without a slash at the end. */
  public URI base() {
    URI base = front.base();
    return virtualHost == null
        ? base
        : URI.create(base.toString().replace(base.getHost(), virtualHost));
  }

  /** How many requests arrived so far, refused ones included. */
  public long requests() {
    return requests.get();
  }

  /** A client with the keys of an account. */
  public S3Client client(Account account) {
    var key = AwsBasicCredentials.create(account.accessKeyId(), account.secretAccessKey());
    return S3Client.builder()
        .endpointOverride(base())
        .forcePathStyle(true)
        .region(Region.of(REGION))
        .credentialsProvider(StaticCredentialsProvider.create(key))
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .httpClient(UrlConnectionHttpClient.create())
        .build();
  }

  private void handle(HttpServerRequest request) {
    requests.incrementAndGet();
    XmlError refusal = rules.refusal(request);
    if (refusal != null) {
      refusal.answer(request);
      return;
    }
    HttpServerResponse response = request.response();
    response.headersEndHandler(sent -> completeHeaders(response));
    String target = request.uri();
    String path = RawQuery.pathOf(target);
    relay.pass(
        request,
        new RequestOptions()
            .setHost("127.0.0.1")
            .setPort(behind.port())
            .setURI(PercentEncoding.canonicalPath(path) + target.substring(path.length()))
            .setHeaders(Relay.endToEnd(request.headers())));
  }

  /** S3Proxy says only of parts that there can be parts. */
  private static void completeHeaders(HttpServerResponse response) {
    if (response.getStatusCode() == 200 && response.headers().contains(HttpHeaders.ETAG)) {
      response.putHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
    }
  }

  @Override
  public void close() {
    front.close();
    relay.close();
    behind.close();
  }
}
