package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Endpoint;
import io.edgemint.credentials.Session;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Holds our links against those of Amazon's SDK, byte for byte but for the order in the query. */
class S3SignerOracleTest {
  private static final String REGIONAL =
      SdkSystemSetting.AWS_S3_US_EAST_1_REGIONAL_ENDPOINT.property();
  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");
  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  private static final List<String> REGIONS =
      List.of(
          "us-east-1",
          "us-east-2",
          "us-west-2",
          "eu-central-1",
          "eu-west-1",
          "ap-southeast-2",
          "me-south-1",
          "af-south-1",
          "il-central-1",
          "cn-north-1",
          "cn-northwest-1",
          "us-gov-west-1",
          "us-gov-east-1",
          "us-iso-east-1",
          "eusc-de-east-1");
  private static final Endpoint BARE_ADDRESS = Storages.endpoint("http://127.0.0.1:9000", false);
  private static final List<Endpoint> ENDPOINTS =
      List.of(
          Endpoint.AMAZON,
          Endpoint.AMAZON,
          new Endpoint(null, true),
          new Endpoint(null, false, true, false, false),
          Storages.endpoint("https://s3.example.com", false),
          Storages.endpoint("https://s3.example.com:9443", false),
          Storages.endpoint("http://s3.example.com:9080", false),
          Storages.endpoint("https://s3.example.com:443", true),
          Storages.endpoint("http://127.0.0.1:9000", true),
          BARE_ADDRESS);

  @BeforeAll
  static void useTheRegionalEndpointEverywhere() {
    System.setProperty(REGIONAL, "regional");
  }

  @AfterAll
  static void useTheDefaultAgain() {
    System.clearProperty(REGIONAL);
  }

  @Test
  void link_anyStorageKeyAndTime_isTheSdks() {
    Seeded.run(
        30,
        random -> {
          S3Storage storage = storage(random);
          Session session = session(random);
          try (S3Presigner presigner = presigner(storage, session)) {
            for (int i = 0; i < 40; i++) {
              compare(random, storage, session, presigner);
            }
          }
        });
  }

  private static void compare(
      RandomGenerator random, S3Storage storage, Session session, S3Presigner presigner) {
    ObjectKey key = key(random);
    String version = random.nextBoolean() ? null : Seeded.string(random, 1, 40);
    long span = random.nextLong(1, 604_801);
    String theirs =
        presigner
            .presignGetObject(
                request ->
                    request
                        .signatureDuration(Duration.ofSeconds(span))
                        .getObjectRequest(request(storage, key, version)))
            .url()
            .toString();
    long date = dateOf(theirs);

    String ours =
        new S3Signer(S3Target.of(new OrgId("acme"), storage), session)
            .link(key, version, date, date + span);

    assertThat(sorted(ours)).isEqualTo(sorted(theirs));
  }

  private static GetObjectRequest request(
      S3Storage storage, ObjectKey key, @Nullable String version) {
    return GetObjectRequest.builder()
        .bucket(storage.bucket())
        .key(storage.prefix() + key.value())
        .versionId(version)
        .responseContentType(storage.responseHeaders().get("response-content-type"))
        .responseContentDisposition(storage.responseHeaders().get("response-content-disposition"))
        .responseCacheControl(storage.responseHeaders().get("response-cache-control"))
        .build();
  }

  private static S3Presigner presigner(S3Storage storage, Session session) {
    var credentials =
        session.sessionToken() == null
            ? AwsBasicCredentials.create(session.accessKeyId(), session.secretAccessKey())
            : AwsSessionCredentials.create(
                session.accessKeyId(), session.secretAccessKey(), session.sessionToken());
    var presigner =
        S3Presigner.builder()
            .region(Region.of(storage.region()))
            .dualstackEnabled(storage.endpoint().dualStack())
            .credentialsProvider(StaticCredentialsProvider.create(credentials))
            .serviceConfiguration(
                S3Configuration.builder()
                    .pathStyleAccessEnabled(storage.endpoint().pathStyle())
                    .build());
    URI uri = storage.endpoint().uri();
    return (uri == null ? presigner : presigner.endpointOverride(uri)).build();
  }

  private static S3Storage storage(RandomGenerator random) {
    String bucket = Seeded.string(random, "abcxyz019", 3, 20);
    Endpoint endpoint = Seeded.pick(random, ENDPOINTS);
    // The SDK puts a bucket with dots before an IP address, which is no host.
    if (random.nextInt(4) == 0 && !endpoint.equals(BARE_ADDRESS)) {
      bucket = bucket + '.' + Seeded.string(random, "abcxyz019", 1, 20);
    }
    var overrides = new TreeMap<String, String>();
    for (String name : List.of("content-type", "content-disposition", "cache-control")) {
      if (random.nextInt(3) == 0) {
        overrides.put("response-" + name, Seeded.string(random, 1, 30));
      }
    }
    String prefix = random.nextBoolean() ? "" : key(random).value() + '/';
    return Storages.s3(bucket, Seeded.pick(random, REGIONS), prefix, endpoint, overrides);
  }

  private static Session session(RandomGenerator random) {
    String id = Seeded.string(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 20);
    String secret = Seeded.string(random, BASE64, 40, 40);
    String token = random.nextBoolean() ? null : Seeded.string(random, BASE64, 1, 1500);
    return new Session(id, secret, token, Instant.EPOCH, null);
  }

  private static ObjectKey key(RandomGenerator random) {
    while (true) {
      if (ObjectKey.of(Seeded.string(random, 1, 60)) instanceof ObjectKey key) {
        return key;
      }
    }
  }

  private static long dateOf(String link) {
    int start = link.indexOf("X-Amz-Date=") + "X-Amz-Date=".length();
    String date = link.substring(start, start + "yyyyMMddTHHmmssZ".length());
    return LocalDateTime.parse(date, DATE).toEpochSecond(ZoneOffset.UTC);
  }

  private static String sorted(String link) {
    int query = link.indexOf('?') + 1;
    return Arrays.stream(link.substring(query).split("&", -1))
        .sorted()
        .collect(Collectors.joining("&", link.substring(0, query), ""));
  }
}
