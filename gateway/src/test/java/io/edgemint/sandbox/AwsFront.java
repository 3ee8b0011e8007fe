package io.edgemint.sandbox;

import static io.edgemint.Patience.await;

import io.edgemint.SelfSigned;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The host names of AWS, on port 443 of a loopback address of its own, with RADOS Gateway behind
 * them. Requests to S3 go on as they are, so that signatures for these names are judged there; what
 * S3 rules about regions is ruled here, for RADOS Gateway knows only its own.
 */
final class AwsFront implements AutoCloseable {
  /** The regions whose hosts it answers for. */
  static final List<String> REGIONS = List.of(RadosGateway.REGION, "eu-west-1", "us-east-1");

  private static final Pattern S3_HOST =
      Pattern.compile("(?:(.+)\\.)?s3(?:-fips)?(?:\\.dualstack)?\\.([a-z0-9-]+)\\.amazonaws\\.com");
  private static final Pattern SCOPE =
      Pattern.compile("Credential=([^/%]+)(?:/|%2F)[0-9]{8}(?:/|%2F)([a-z0-9-]+)(?:/|%2F)s3");

  private final IamFront iam;
  private final Relay relay;
  private final int port;
  private final Map<String, Set<String>> owners = new ConcurrentHashMap<>();
  private final List<S3Call> calls = new CopyOnWriteArrayList<>();
  private final InetAddress address = ownAddress();
  private final HttpServer server;

  AwsFront(Vertx vertx, SelfSigned authority, int port) {
    this.port = port;
    iam = new IamFront(vertx, port);
    relay = new Relay(vertx);
    SelfSigned certificate =
        authority.issue(Stream.concat(hosts().stream(), s3Hosts().map("*."::concat)).toList());
    var options =
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .setCertValue(Buffer.buffer(certificate.chain()))
                    .setKeyValue(Buffer.buffer(certificate.key())))
            .setMaxInitialLineLength(Wire.MAX_HEADERS)
            .setMaxHeaderSize(Wire.MAX_HEADERS)
            .setHandle100ContinueAutomatically(true);
    try {
      server =
          await(
              vertx
                  .createHttpServer(options)
                  .requestHandler(this::handle)
                  .listen(443, address.getHostAddress()));
    } catch (RuntimeException e) {
      relay.close();
      throw new IllegalStateException(
          "nothing can listen on port 443 of "
              + address.getHostAddress()
              + "; run as root, or set net.ipv4.ip_unprivileged_port_start to 443",
          e);
    }
  }

  /** All names at which it is reached, but for those of buckets. */
  static List<String> hosts() {
    List<String> hosts = new ArrayList<>(List.of("iam.amazonaws.com", "sts.amazonaws.com"));
    REGIONS.forEach(region -> hosts.add("sts." + region + ".amazonaws.com"));
    s3Hosts().forEach(hosts::add);
    return hosts;
  }

  /** The names in front of which a bucket may stand. */
  static Stream<String> s3Hosts() {
    return REGIONS.stream()
        .flatMap(
            region ->
                Stream.of("s3.", "s3.dualstack.", "s3-fips.", "s3-fips.dualstack.")
                    .map(service -> service + region + ".amazonaws.com"));
  }

  /** Any address of loopback has a port 443 of its own. */
  private static InetAddress ownAddress() {
    var random = ThreadLocalRandom.current();
    return InetAddress.ofLiteral(
        "127.%d.%d.%d"
            .formatted(random.nextInt(1, 255), random.nextInt(256), random.nextInt(1, 255)));
  }

  /** Where all of the names lead. */
  InetAddress address() {
    return address;
  }

  /** STS and IAM. */
  IamFront iam() {
    return iam;
  }

  /** All signed requests to S3 that went on, in order. */
  List<S3Call> calls() {
    return List.copyOf(calls);
  }

  /** Makes known that an account has a bucket. */
  void addBucket(String name, String account) {
    owners.computeIfAbsent(name, it -> new ConcurrentSkipListSet<>()).add(account);
  }

  private void handle(HttpServerRequest request) {
    String host = String.valueOf(request.getHeader("Host"));
    if (host.startsWith("sts.") || host.startsWith("iam.")) {
      iam.handle(request);
      return;
    }
    Matcher s3 = S3_HOST.matcher(host);
    if (s3.matches()) {
      handle(request, s3.group(1), s3.group(2));
    } else {
      new XmlError(404, "NotFound", "no such host").answer(request);
    }
  }

  private void handle(HttpServerRequest request, @Nullable String host, String region) {
    String path = RawQuery.pathOf(request.uri());
    String bucket = host == null ? path.substring(1).split("/", 2)[0] : host;
    Matcher scope = scope(request);
    boolean signed = scope.find();
    if (!bucket.isEmpty() && !region.equals(RadosGateway.REGION)) {
      elsewhere(request, bucket);
    } else if (signed && !scope.group(2).equals(region)) {
      new XmlError(
              400,
              request.getHeader("Authorization") == null
                  ? "AuthorizationQueryParametersError"
                  : "AuthorizationHeaderMalformed",
              "the region '" + scope.group(2) + "' is wrong; expecting '" + region + "'")
          .answer(request);
    } else if (signed) {
      calls.add(new S3Call(iam.account(scope.group(1)), request.method().name(), bucket, path));
      pass(request, request.uri());
    } else {
      anonymous(request, bucket, host == null ? request.uri() : '/' + bucket + request.uri());
    }
  }

  private static Matcher scope(HttpServerRequest request) {
    String authorization = request.getHeader("Authorization");
    return SCOPE.matcher(authorization == null ? request.uri() : authorization);
  }

  private void elsewhere(HttpServerRequest request, String bucket) {
    if (owners.containsKey(bucket)) {
      request.response().putHeader("x-amz-bucket-region", RadosGateway.REGION);
      new XmlError(301, "PermanentRedirect", "the bucket lies in another region").answer(request);
    } else {
      new XmlError(404, "NoSuchBucket", "the bucket does not exist").answer(request);
    }
  }

  /**
   * Without a signature, RADOS Gateway looks for buckets of no account; so the bucket's own account
   * is named, unless there are two with a bucket of the name, which AWS does not have.
   */
  private void anonymous(HttpServerRequest request, String bucket, String uri) {
    Set<String> accounts = owners.getOrDefault(bucket, Set.of());
    if (accounts.size() == 1) {
      request.headers().set("Host", "s3." + RadosGateway.REGION + ".amazonaws.com");
      pass(request, '/' + accounts.iterator().next() + ':' + uri.substring(1));
    } else if (accounts.isEmpty()) {
      new XmlError(404, "NoSuchBucket", "the bucket does not exist").answer(request);
    } else {
      new XmlError(403, "AccessDenied", "Access Denied").answer(request);
    }
  }

  private void pass(HttpServerRequest request, String uri) {
    // TLS ends here, and policies ask for it.
    request.headers().set("X-Forwarded-Proto", "https");
    relay.pass(
        request,
        new RequestOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setURI(uri)
            .setHeaders(Relay.endToEnd(request.headers())));
  }

  /**
   * A request to S3.
   *
   * @param account whose key signed it; in its buckets RADOS Gateway looks
   * @param path as it was sent
   */
  record S3Call(String account, String method, String bucket, String path) {}

  @Override
  public void close() {
    await(server.close());
    relay.close();
  }
}
