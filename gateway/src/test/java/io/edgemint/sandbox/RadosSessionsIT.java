package io.edgemint.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * What the other tests of RADOS Gateway stand on, by clients of the SDK alone: STS, S3 and IAM
 * judge as AWS does.
 */
class RadosSessionsIT {
  private static final String BUCKET = "raw-firmware";
  private static final String OTHERS_BUCKET = "others-firmware";
  private static final String HOST = "https://" + BUCKET + ".s3.eu-central-1.amazonaws.com/";

  private static final RadosWorld WORLD = RadosWorld.shared();
  private static final AwsAccount CUSTOMER = WORLD.account("444455556666");
  private static final AwsAccount OTHER = WORLD.account("777788889999");
  private static final AwsKey GATEWAY = WORLD.platform().key();
  private static final String ROLE = CUSTOMER.roleArn("firmware");

  @BeforeAll
  static void setUp() {
    AwsAccount platform = WORLD.platform();
    String owner = platform.userArn("owner");
    CUSTOMER.addBucket(BUCKET);
    OTHER.addBucket(OTHERS_BUCKET);
    CUSTOMER.put(BUCKET, "fw/app.bin", "firmware".getBytes(UTF_8));
    CUSTOMER.put(BUCKET, "private/key.pem", "secret".getBytes(UTF_8));
    OTHER.put(OTHERS_BUCKET, "fw/app.bin", "of others".getBytes(UTF_8));
    String allowed = Policies.readAndWrite(BUCKET, "");
    CUSTOMER.addRole("firmware", Policies.trust(owner, "raw"), allowed);
    CUSTOMER.addRole("open", Policies.trust(owner), allowed);
    String middle =
        platform.addRole(
            "binary_backend_raw_prod",
            Policies.trust(owner),
            Policies.assume(CUSTOMER.roleArn("chained")));
    CUSTOMER.addRole("chained", Policies.trust(middle, "raw"), allowed);
    OTHER.addRole("chained", Policies.trust(middle), Policies.read(OTHERS_BUCKET, ""));
  }

  @AfterAll
  static void close() {
    CUSTOMER.close();
    OTHER.close();
  }

  @Test
  void assumeRole_externalId_mustBeTheOneOfTheTrustPolicy() {
    AwsKey session = WORLD.session(GATEWAY, ROLE, "raw", null);

    assertThat(read(session, BUCKET, "fw/app.bin")).isEqualTo("firmware");
    for (String wrong : Arrays.asList("other", "RAW", null)) {
      assertRefused(() -> WORLD.session(GATEWAY, ROLE, wrong, null), 403, "AccessDenied");
    }
  }

  @Test
  void assumeRole_trustWithoutExternalId_worksForEverybodyItNames() {
    String open = CUSTOMER.roleArn("open");

    for (String any : Arrays.asList("raw", "other", null)) {
      assertThat(read(WORLD.session(GATEWAY, open, any, null), BUCKET, "fw/app.bin"))
          .isEqualTo("firmware");
    }
    assertRefused(() -> WORLD.session(OTHER.key(), open, null, null), 403, "AccessDenied");
  }

  @Test
  void assumeRole_signatureOfAnotherKey_isRefused() {
    var forged = new AwsKey(GATEWAY.accessKeyId(), "another secret", null);
    String narrowed = Policies.read(BUCKET, "fw/");

    for (String policy :
        Arrays.asList(narrowed, narrowed.replace("s3:GetObject\"", "kms:Decrypt\""), null)) {
      assertThat(WORLD.session(GATEWAY, ROLE, "raw", policy).token()).isNotEmpty();
      assertRefused(() -> WORLD.session(forged, ROLE, "raw", policy), 403, "AccessDenied");
    }
  }

  @Test
  void assumeRole_bodyChangedAfterItWasSigned_isRefused() throws Exception {
    String body =
        "Action=AssumeRole&Version=2011-06-15&RoleSessionName=test&ExternalId=raw&RoleArn=" + ROLE;
    URI sts = URI.create("https://sts.eu-central-1.amazonaws.com/");

    assertThat(send(GATEWAY, "sts", "POST", sts, body, body).statusCode()).isEqualTo(200);
    assertThat(send(GATEWAY, "sts", "POST", sts, body + "&DurationSeconds=900", body).statusCode())
        .isEqualTo(403);
  }

  @Test
  void assumeRole_firstHopNarrowedToOneRole_reachesNoOther() {
    String middle = WORLD.platform().roleArn("binary_backend_raw_prod");
    String chained = CUSTOMER.roleArn("chained");
    AwsKey between = WORLD.session(GATEWAY, middle, null, Policies.assume(chained));

    assertThat(read(WORLD.session(between, chained, "raw", null), BUCKET, "fw/app.bin"))
        .isEqualTo("firmware");
    assertRefused(
        () -> WORLD.session(between, OTHER.roleArn("chained"), null, null), 403, "AccessDenied");
  }

  @Test
  void createRole_trustOfNobodyThatExists_isRefused() {
    String nobody = WORLD.platform().roleArn("binary_backend_nobody_prod");

    assertRefused(
        () -> CUSTOMER.addRole("early", Policies.trust(nobody, "raw"), Policies.read(BUCKET, "")),
        400,
        "MalformedPolicyDocument");
  }

  @Test
  void session_narrowedToReading_cannotWriteDeleteListOrReadElsewhere() {
    AwsKey session = WORLD.session(GATEWAY, ROLE, "raw", Policies.read(BUCKET, "fw/"));

    assertThat(read(session, BUCKET, "fw/app.bin")).isEqualTo("firmware");
    assertRefused(() -> read(session, BUCKET, "private/key.pem"), 403, "AccessDenied");
    try (S3Client s3 = WORLD.s3(session)) {
      assertRefused(
          () -> s3.putObject(it -> it.bucket(BUCKET).key("fw/x"), RequestBody.fromString("x")),
          403,
          "AccessDenied");
      assertRefused(
          () -> s3.deleteObject(it -> it.bucket(BUCKET).key("fw/app.bin")), 403, "AccessDenied");
      assertRefused(() -> s3.listObjectsV2(it -> it.bucket(BUCKET)), 403, "AccessDenied");
      assertRefused(
          () -> s3.createMultipartUpload(it -> it.bucket(BUCKET).key("fw/x")), 403, "AccessDenied");
    }
  }

  @Test
  void session_ofOneCustomer_reachesNoBucketOfAnother() throws Exception {
    AwsKey session = WORLD.session(GATEWAY, ROLE, "raw", null);
    URI tenant =
        URI.create(
            "https://s3.eu-central-1.amazonaws.com/" + OTHER.id() + ":others-firmware/fw/app.bin");

    assertRefused(() -> read(session, OTHERS_BUCKET, "fw/app.bin"), 404, "NoSuchBucket");
    assertThat(send(OTHER.key(), "s3", "GET", tenant, "", "").body()).isEqualTo("of others");
    assertThat(send(session, "s3", "GET", tenant, "", "").body()).contains("NoSuchBucket");
  }

  @Test
  void session_multipart_bringsTheWholeObject() {
    byte[] first = new byte[5 << 20];
    Arrays.fill(first, (byte) 'a');
    try (S3Client s3 = WORLD.s3(WORLD.session(GATEWAY, ROLE, "raw", null))) {
      String id = s3.createMultipartUpload(it -> it.bucket(BUCKET).key("big/app.bin")).uploadId();
      CompletedPart one = part(s3, id, 1, first);
      CompletedPart two = part(s3, id, 2, "end".getBytes(UTF_8));
      s3.completeMultipartUpload(
          it ->
              it.bucket(BUCKET)
                  .key("big/app.bin")
                  .uploadId(id)
                  .multipartUpload(parts -> parts.parts(one, two)));
      String aborted = s3.createMultipartUpload(it -> it.bucket(BUCKET).key("big/x")).uploadId();
      s3.abortMultipartUpload(it -> it.bucket(BUCKET).key("big/x").uploadId(aborted));

      assertThat(s3.getObjectAsBytes(it -> it.bucket(BUCKET).key("big/app.bin")).asByteArray())
          .hasSize(first.length + 3)
          .startsWith(first)
          .endsWith("end".getBytes(UTF_8));
    }
    assertThat(CUSTOMER.s3().listMultipartUploads(it -> it.bucket(BUCKET)).uploads()).isEmpty();
  }

  @Test
  void session_versions_eachIsReadByItsId() {
    CUSTOMER.addBucket("versioned-firmware");
    CUSTOMER
        .s3()
        .putBucketVersioning(
            it ->
                it.bucket("versioned-firmware")
                    .versioningConfiguration(to -> to.status(BucketVersioningStatus.ENABLED)));
    CUSTOMER.putPermissions("open", "permissions", Policies.readAndWrite("versioned-firmware", ""));
    AwsKey session = WORLD.session(GATEWAY, CUSTOMER.roleArn("open"), null, null);
    try (S3Client s3 = WORLD.s3(session)) {
      String old = put(s3, "one");
      String young = put(s3, "two");

      assertThat(version(s3, old)).isEqualTo("one");
      assertThat(version(s3, young)).isEqualTo("two");
      assertThat(read(session, "versioned-firmware", "app.bin")).isEqualTo("two");
    } finally {
      CUSTOMER.putPermissions("open", "permissions", Policies.readAndWrite(BUCKET, ""));
    }
  }

  @Test
  void request_regionThatIsNotTheBuckets_isSentAway() throws Exception {
    URI elsewhere = URI.create("https://" + BUCKET + ".s3.eu-west-1.amazonaws.com/fw/app.bin");
    HttpResponse<String> answer = send(CUSTOMER.key(), "s3", "GET", elsewhere, "", "");

    assertThat(answer.statusCode()).isEqualTo(301);
    assertThat(answer.headers().firstValue("x-amz-bucket-region")).hasValue("eu-central-1");
    assertThat(
            send(CUSTOMER.key(), "s3", "us-east-1", "GET", URI.create(HOST + "fw/app.bin"), "", "")
                .body())
        .contains("AuthorizationHeaderMalformed");
  }

  @Test
  void request_withoutSignature_readsWhatIsPublicAlone() throws Exception {
    CUSTOMER.addBucket("public-firmware");
    CUSTOMER.put("public-firmware", "app.bin", "for all".getBytes(UTF_8));
    CUSTOMER
        .s3()
        .putBucketPolicy(
            it ->
                it.bucket("public-firmware")
                    .policy(
                        """
                        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
                         "Action":"s3:GetObject","Resource":"arn:aws:s3:::public-firmware/*"}]}
                        """));

    assertThat(anonymous(HOST.replace(BUCKET, "public-firmware") + "app.bin").body())
        .isEqualTo("for all");
    assertThat(anonymous(HOST + "fw/app.bin").statusCode()).isEqualTo(403);
  }

  private static CompletedPart part(S3Client s3, String id, int number, byte[] bytes) {
    String tag =
        s3.uploadPart(
                it -> it.bucket(BUCKET).key("big/app.bin").uploadId(id).partNumber(number),
                RequestBody.fromBytes(bytes))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  private static String put(S3Client s3, String text) {
    return s3.putObject(
            it -> it.bucket("versioned-firmware").key("app.bin"), RequestBody.fromString(text))
        .versionId();
  }

  private static String version(S3Client s3, String id) {
    return s3.getObjectAsBytes(it -> it.bucket("versioned-firmware").key("app.bin").versionId(id))
        .asUtf8String();
  }

  private static String read(AwsKey key, String bucket, String object) {
    try (S3Client s3 = WORLD.s3(key)) {
      return s3.getObjectAsBytes(it -> it.bucket(bucket).key(object)).asUtf8String();
    }
  }

  private static void assertRefused(ThrowingCallable call, int status, String code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            refusal -> {
              assertThat(refusal.statusCode()).isEqualTo(status);
              assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
            });
  }

  private static HttpResponse<String> anonymous(String url) throws Exception {
    return WORLD
        .device()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> send(
      AwsKey key, String service, String method, URI uri, String body, String signed)
      throws Exception {
    return send(key, service, RadosWorld.REGION, method, uri, body, signed);
  }

  /** Sends a body with the signature of another, or of the same. */
  private static HttpResponse<String> send(
      AwsKey key, String service, String region, String method, URI uri, String body, String signed)
      throws Exception {
    SdkHttpRequest unsigned =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.valueOf(method))
            // RADOS Gateway finds an account before a colon that it reads as %3A in signatures.
            .uri(URI.create(uri.toString().replace(":others", "%3Aothers")))
            .putHeader("Content-Type", "application/x-www-form-urlencoded")
            .build();
    var request = HttpRequest.newBuilder(uri).method(method, BodyPublishers.ofString(body));
    AwsV4HttpSigner.create()
        .sign(
            it ->
                it.identity(key.credentials())
                    .request(unsigned)
                    .payload(ContentStreamProvider.fromUtf8String(signed))
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                    .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                    .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, !service.equals("s3"))
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region))
        .request()
        .headers()
        .forEach(
            (name, values) -> {
              if (!Set.of("host", "content-length").contains(name.toLowerCase(Locale.ROOT))) {
                request.header(name, values.getFirst());
              }
            });
    return WORLD.device().send(request.build(), BodyHandlers.ofString());
  }
}
