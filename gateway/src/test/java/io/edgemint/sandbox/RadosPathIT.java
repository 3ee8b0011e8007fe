package io.edgemint.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.sandbox.IamFront.Assumption;
import io.edgemint.sandbox.RadosSite.Outcome;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/**
 * The whole way of two customers whose buckets have the same name: one's role trusts the gateway
 * itself, the other's a role of the platform in between.
 */
class RadosPathIT {
  private static final String BUCKET = "cust-bucket";
  private static final String PREFIX = "releases/";
  private static final String MIDDLE = "binary_backend_globex_prod";
  private static final String KEY = "fw/Grüße + 100%.bin";

  private static final RadosWorld WORLD = RadosWorld.shared();
  private static final AwsAccount ACME = WORLD.account("123456789012");
  private static final AwsAccount GLOBEX = WORLD.account("210987654321");
  private static final RadosSite SITE = new RadosSite(WORLD, "path");
  private static final HttpClient DEVICE = WORLD.device();
  private static @Nullable URI edge;
  private static @Nullable Outcome acmeValidated;
  private static @Nullable Outcome globexValidated;
  private static List<AwsFront.S3Call> acmeProbed = List.of();
  private static List<AwsFront.S3Call> globexProbed = List.of();

  @BeforeAll
  static void setUp() {
    AwsAccount platform = WORLD.platform();
    for (AwsAccount customer : List.of(ACME, GLOBEX)) {
      customer.addBucket(BUCKET);
      customer
          .s3()
          .putBucketVersioning(
              it ->
                  it.bucket(BUCKET)
                      .versioningConfiguration(to -> to.status(BucketVersioningStatus.ENABLED)));
      customer.put(BUCKET, PREFIX + KEY, content(customer));
    }
    String permissions = Policies.readAndWrite(BUCKET, PREFIX);
    String direct =
        ACME.addRole("firmware", Policies.trust(platform.userArn("owner"), "acme"), permissions);
    String between =
        platform.addRole(
            MIDDLE,
            Policies.trust(platform.userArn("owner")),
            Policies.assume(GLOBEX.roleArn("firmware")));
    String chained = GLOBEX.addRole("firmware", Policies.trust(between, "globex"), permissions);

    SITE.addOrg("acme", BUCKET, RadosWorld.REGION, PREFIX, "{role: \"" + direct + "\"}");
    SITE.addOrg(
        "globex",
        BUCKET,
        RadosWorld.REGION,
        PREFIX,
        "{role: \"" + chained + "\", via: \"" + between + "\"}");
    require(SITE.apply());
    int before = WORLD.s3Calls().size();
    acmeValidated = SITE.validate("acme");
    int afterAcme = WORLD.s3Calls().size();
    globexValidated = SITE.validate("globex");
    acmeProbed = WORLD.s3Calls().subList(before, afterAcme);
    globexProbed = WORLD.s3Calls().subList(afterAcme, WORLD.s3Calls().size());
    require(SITE.activate("acme"));
    require(SITE.activate("globex"));
    edge = SITE.serve();
  }

  @AfterAll
  static void close() {
    SITE.close();
    ACME.close();
    GLOBEX.close();
  }

  @Test
  void validate_eitherForm_findsNothingWrong() {
    assertThat(List.of(validated("acme"), validated("globex")))
        .allSatisfy(
            outcome -> {
              assertThat(outcome.said()).doesNotContain("FAIL", "warn").contains("upload verified");
              assertThat(outcome.status()).isZero();
            });
  }

  @Test
  void validate_eitherForm_asksInTheBucketOfItsOwnAccountAlone() {
    assertThat(acmeProbed).hasSizeGreaterThan(10).allMatch(call -> isProbe(call, ACME));
    assertThat(globexProbed).hasSizeGreaterThan(10).allMatch(call -> isProbe(call, GLOBEX));
  }

  private static boolean isProbe(AwsFront.S3Call call, AwsAccount customer) {
    return call.account().equals(customer.id())
        && call.bucket().equals(BUCKET)
        && (call.path().equals("/") || call.path().startsWith("/releases/edgemint-probe/"));
  }

  @Test
  void validate_whenDone_leavesNoVersionAndNoUpload() {
    for (AwsAccount customer : List.of(ACME, GLOBEX)) {
      var left = customer.s3().listObjectVersions(it -> it.bucket(BUCKET));
      assertThat(left.versions())
          .singleElement()
          .satisfies(object -> assertThat(object.key()).isEqualTo(PREFIX + KEY));
      assertThat(left.deleteMarkers()).isEmpty();
      assertThat(customer.s3().listMultipartUploads(it -> it.bucket(BUCKET)).uploads()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"acme", "globex"})
  void link_eitherForm_bringsTheBytesOfTheOrganisation(String org) throws Exception {
    JsonObject link = link(org);

    assertThat(link.getString("via")).isEqualTo("s3");
    assertThat(link.getString("url"))
        .startsWith("https://cust-bucket.s3.eu-central-1.amazonaws.com/releases/fw/");
    assertThat(get(URI.create(link.getString("url"))).body())
        .isEqualTo(content(org.equals("acme") ? ACME : GLOBEX));
  }

  @Test
  void link_changedInAnyPart_isRefused() throws Exception {
    String url = link("acme").getString("url");

    for (String changed :
        List.of(
            url.replace("100%25", "200%25"),
            url.replaceFirst("X-Amz-Expires=\\d", "X-Amz-Expires=9"),
            url.replaceFirst("X-Amz-Security-Token=...", "X-Amz-Security-Token=AAA"),
            url.split("\\?", 2)[0])) {
      assertThat(get(URI.create(changed)).statusCode()).as(changed).isBetween(400, 403);
    }
  }

  /** A link of one customer with the session of another is the other's, and nobody's else. */
  @Test
  void link_withParametersOfTheOther_neverBringsBothWays() throws Exception {
    String acme = link("acme").getString("url");
    String globex = link("globex").getString("url");

    String token = acme.replaceFirst(".*X-Amz-Security-Token=([^&]*).*", "$1");
    String mixed =
        globex.replaceFirst("X-Amz-Security-Token=[^&]*", "X-Amz-Security-Token=" + token);

    assertThat(get(URI.create(mixed)).statusCode()).isBetween(400, 403);
  }

  @Test
  void sessions_eachForm_isAskedForWithTheExternalIdOnItsLastHop() {
    String owner = WORLD.platform().userArn("owner");
    String between = WORLD.platform().roleArn(MIDDLE);

    assertThat(WORLD.assumptions())
        .contains(
            new Assumption(owner, ACME.roleArn("firmware"), "acme"),
            new Assumption(owner, between, null),
            new Assumption(between, GLOBEX.roleArn("firmware"), "globex"))
        .doesNotContain(new Assumption(between, ACME.roleArn("firmware"), "globex"));
  }

  private static JsonObject link(String org) throws IOException, InterruptedException {
    URI ask = Objects.requireNonNull(edge).resolve("/v1/links/" + PercentEncoding.path(KEY));
    HttpResponse<String> answer =
        DEVICE.send(
            HttpRequest.newBuilder(ask)
                .header("Authorization", "Bearer " + SITE.token(org))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonObject(answer.body());
  }

  private static HttpResponse<byte[]> get(URI uri) throws IOException, InterruptedException {
    return DEVICE.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray());
  }

  private static byte[] content(AwsAccount customer) {
    return ("firmware of " + customer.id()).getBytes(UTF_8);
  }

  private static Outcome validated(String org) {
    return Objects.requireNonNull(org.equals("acme") ? acmeValidated : globexValidated);
  }

  private static void require(Outcome outcome) {
    assertThat(outcome.status()).as(outcome.said()).isZero();
  }
}
