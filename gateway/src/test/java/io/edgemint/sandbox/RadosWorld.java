package io.edgemint.sandbox;

import static io.edgemint.Patience.await;

import io.edgemint.SelfSigned;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * RADOS Gateway behind the host names of AWS, once for all tests of this JVM, with the account of
 * the platform. The names lead to it by the hosts file that the system property {@code
 * jdk.net.hosts.file} names, here and in each gateway that is started; its certificate is trusted
 * by a store that only they are given. Ends with this process.
 */
public final class RadosWorld {
  /** The one region in which buckets lie. */
  public static final String REGION = RadosGateway.REGION;

  private static final String PASSWORD = "changeit";
  private static @Nullable RadosWorld shared;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Path folder = Target.folder().resolve("rados");
  private final Vertx vertx = Vertx.vertx();
  private final RadosGateway rados;
  private final AwsFront front;
  private final TrustManager[] trust;
  private final SSLContext tls;
  private final SdkHttpClient http;
  private final Set<String> bucketHosts = new ConcurrentSkipListSet<>();
  private final AwsAccount platform;

  private RadosWorld() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "rados"));
    try {
      clear();
      rados = RadosGateway.start(folder.resolve("ceph"), AwsFront.hosts());
      parts.push(rados);
      SelfSigned authority = SelfSigned.authority();
      KeyStore store = store(authority);
      front = new AwsFront(vertx, authority, rados.port());
      parts.push(() -> await(vertx.close()));
      parts.push(front);
      writeHosts();
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      trust = factory.getTrustManagers();
      tls = SSLContext.getInstance("TLS");
      tls.init(null, trust, null);
      http = UrlConnectionHttpClient.builder().tlsTrustManagersProvider(() -> trust).build();
      platform = account("999999999999");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The one that all tests share, started with the first of them.
   *
   * @throws IllegalStateException if RADOS Gateway cannot run here
   */
  public static synchronized RadosWorld shared() {
    if (shared == null) {
      shared = new RadosWorld();
    }
    return shared;
  }

  /** The account of the gateway itself, whose user is {@code owner}. */
  public AwsAccount platform() {
    return platform;
  }

  /** Makes an account, by twelve digits that no other test has taken. */
  public AwsAccount account(String id) {
    var key = new AwsKey("AKIA" + id + "0000", "secret-of-" + id + "-0000000000000000000", null);
    rados.addUser(id, "owner", key.accessKeyId(), key.secretAccessKey());
    front.iam().addUser(id, "owner", key.accessKeyId(), key.secretAccessKey());
    return new AwsAccount(this, id, key);
  }

  /** Lets the host names of a bucket lead here, whether there is such a bucket or not. */
  public void addBucketName(String bucket) {
    AwsFront.s3Hosts().forEach(host -> bucketHosts.add(bucket + '.' + host));
    writeHosts();
  }

  void addBucketName(String bucket, AwsAccount owner) {
    addBucketName(bucket);
    front.addBucket(bucket, owner.id());
  }

  /** All questions for roles so far, in order. */
  public List<IamFront.Assumption> assumptions() {
    return front.iam().assumptions();
  }

  /** All signed requests to S3 so far, in order. */
  List<AwsFront.S3Call> s3Calls() {
    return front.calls();
  }

  /** Lets STS and IAM answer nobody any more, or everybody again. */
  void silentSts(boolean silent) {
    front.iam().silent(silent);
  }

  /** How many calls have been left without an answer. */
  int unanswered() {
    return front.iam().unanswered();
  }

  /** Lets new sessions live for so long at most. */
  void stsSessions(int seconds) {
    front.iam().longest(seconds);
  }

  /** The account of the session that signed a link; nothing if nobody knows it. */
  String accountOf(URI link) {
    return front
        .iam()
        .account(link.getRawQuery().replaceFirst(".*X-Amz-Credential=(\\w+).*", "$1"));
  }

  /** S3 of the region, asked with a key. */
  public S3Client s3(AwsKey key) {
    return S3Client.builder()
        .region(Region.of(REGION))
        .credentialsProvider(key.provider())
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .httpClient(http)
        .build();
  }

  /** IAM, asked with a key. */
  public IamClient iam(AwsKey key) {
    return IamClient.builder()
        .region(Region.AWS_GLOBAL)
        .credentialsProvider(key.provider())
        .httpClient(http)
        .build();
  }

  /** STS of the region, asked with a key. */
  public StsClient sts(AwsKey key) {
    return StsClient.builder()
        .region(Region.of(REGION))
        .credentialsProvider(key.provider())
        .httpClient(http)
        .build();
  }

  /** A session of a role of which a caller knows the external id; narrowed by a policy, or null. */
  public AwsKey session(
      AwsKey caller, String roleArn, @Nullable String externalId, @Nullable String policy) {
    try (StsClient sts = sts(caller)) {
      return AwsKey.of(
          sts.assumeRole(
                  it ->
                      it.roleArn(roleArn)
                          .roleSessionName("test")
                          .externalId(externalId)
                          .policy(policy))
              .credentials());
    }
  }

  /** A client as devices have it, which trusts the certificate. */
  public HttpClient device() {
    return HttpClient.newBuilder().sslContext(tls).build();
  }

  /** What the JVM of a gateway is given so that it reaches this AWS and no other. */
  List<String> jvmOptions() {
    return List.of(
        // Most of them run for a second.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Djdk.net.hosts.file=" + hostsFile(),
        // Vert.x then asks the JDK for addresses.
        "-Dvertx.disableDnsResolver=true",
        "-Djavax.net.ssl.trustStore=" + trustStore(),
        "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
  }

  /** What a gateway must be allowed to call, for it is on loopback. */
  String network() {
    return front.address().getHostAddress() + "/32";
  }

  Path folder() {
    return folder;
  }

  Vertx vertx() {
    return vertx;
  }

  private static Path hostsFile() {
    String file = System.getProperty("jdk.net.hosts.file");
    if (file == null) {
      throw new IllegalStateException(
          "run this by the Maven profile rados, which names a hosts file");
    }
    return Path.of(file);
  }

  private Path trustStore() {
    return folder.resolve("authority.p12");
  }

  private synchronized void writeHosts() {
    String lines =
        Stream.of(AwsFront.hosts(), bucketHosts)
            .flatMap(names -> names.stream())
            .map(name -> front.address().getHostAddress() + ' ' + name + '\n')
            .collect(Collectors.joining("", "127.0.0.1 localhost\n", ""));
    try {
      Files.writeString(hostsFile(), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private KeyStore store(SelfSigned authority) throws IOException, GeneralSecurityException {
    var pem = new ByteArrayInputStream(authority.chain().getBytes(StandardCharsets.US_ASCII));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(
        "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    try (var out = Files.newOutputStream(trustStore())) {
      store.store(out, PASSWORD.toCharArray());
    }
    return store;
  }

  private void clear() throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> old = Files.walk(folder)) {
        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.createDirectories(folder);
  }

  private void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        System.err.println("while closing: " + e);
      }
    }
  }
}
