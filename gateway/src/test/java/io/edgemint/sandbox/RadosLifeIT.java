package io.edgemint.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Patience;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole life of backends over the administration of a gateway that runs, from nothing: two
 * customers, each in an account of its own and with a bucket of the same name, apply the documents
 * that it writes for them and nothing else.
 */
class RadosLifeIT {
  private static final String BUCKET = "cust-bucket";
  private static final String KEY = "fw/ünit 7.bin";

  private static final RadosWorld WORLD = RadosWorld.shared();
  private static final AwsAccount PLATFORM = WORLD.platform();
  private static final Map<String, AwsAccount> CUSTOMERS =
      Map.of(
          "hooli", WORLD.account("100000000001"),
          "pied", WORLD.account("100000000002"),
          "raviga", WORLD.account("100000000003"));
  private static final RadosSite SITE = site();
  private static final URI EDGE = SITE.serve();

  /** The gateway has a role of the platform's, as on EC2, and reaches customers by one for each. */
  private static RadosSite site() {
    String role =
        PLATFORM.addRole(
            "edgemint-gateway",
            Policies.trust(PLATFORM.userArn("owner")),
            Policies.assume("arn:aws:iam::999999999999:role/binary_backend_hooli_prod"));
    return new RadosSite(
        WORLD,
        "life",
        WORLD.session(PLATFORM.key(), role, null, null),
        """
        sessions:
          identity: %s
          platform_role: arn:aws:iam::999999999999:role/binary_backend_{org}_{backend}
        """
            .formatted(role));
  }

  @BeforeAll
  static void register() throws Exception {
    for (String org : CUSTOMERS.keySet()) {
      SITE.admin().putOrg(org, "{\"policy\": {\"entitlement\": [\"fw/\"]}}");
      prepare(org, BUCKET, "edgemint", "");
      put(org, BUCKET, KEY);
      assertThat(SITE.admin().codes(org)).as(org).isEmpty();
      post(org, "activate");
    }
    for (String org : CUSTOMERS.keySet()) {
      RadosDevice device = device(EDGE, org);
      Patience.until(() -> device.ask(KEY).status() == 200);
    }
  }

  @AfterAll
  static void close() {
    SITE.close();
    CUSTOMERS.values().forEach(AwsAccount::close);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hooli", "pied"})
  void download_afterSetUpByTheDocuments_bringsTheBytes(String org) {
    RadosDevice device = device(EDGE, org);
    URI link = device.link(KEY);

    assertThat(link.getHost()).isEqualTo("cust-bucket.s3.eu-central-1.amazonaws.com");
    assertThat(device.fetch(link)).isEqualTo(content(org, BUCKET));
  }

  @Test
  void bucketsOfOneName_nothingOfOneCustomer_reachesTheOther() {
    String hooli = customer("hooli").id();
    String pied = customer("pied").id();
    String ofPied = customer("pied").roleArn("edgemint");
    int before = WORLD.s3Calls().size();
    assertThat(SITE.admin().codes("hooli")).isEmpty();
    int after = WORLD.s3Calls().size();

    assertThat(WORLD.s3Calls().subList(before, after))
        // Objects that devices asked for before may be learnt beside, each by one HEAD.
        .filteredOn(call -> !call.method().equals("HEAD"))
        .hasSizeGreaterThan(10)
        .allSatisfy(
            call -> {
              assertThat(call.account()).isEqualTo(hooli);
              assertThat(call.path()).doesNotContain(pied);
            });
    assertThat(WORLD.accountOf(device(EDGE, "hooli").link(KEY))).isEqualTo(hooli);
    assertThat(WORLD.accountOf(device(EDGE, "pied").link(KEY))).isEqualTo(pied);
    AwsKey between =
        WORLD.session(SITE.identity(), PLATFORM.roleArn("binary_backend_hooli_prod"), null, null);
    for (String externalId : List.of("hooli", "pied")) {
      assertThatThrownBy(() -> WORLD.session(between, ofPied, externalId, null))
          .hasMessageContaining("not authorized to perform: sts:AssumeRole");
    }
  }

  @Test
  void secondRevision_whatItLacks_isNamedAndThenItServesAndGoesBack() throws Exception {
    RadosDevice device = device(EDGE, "hooli");
    prepare("hooli", "hooli-second", "edgemint-second", "");
    assertThat(SITE.admin().codes("hooli")).isEmpty();
    assertThat(device.download(KEY)).isEqualTo(content("hooli", BUCKET));

    Answer refused = SITE.admin().send("POST", "hooli/backends/prod/activate", "");
    assertThat(refused.status()).as(refused.text()).isEqualTo(409);
    assertThat(new JsonObject(refused.text()).getString("code")).isEqualTo("objects_missing");
    assertThat(new JsonObject(refused.text()).getString("detail")).contains("lacks 1 objects", KEY);
    put("hooli", "hooli-second", KEY);

    try (var stream = new Stream(device)) {
      post("hooli", "activate");
      stream.awaits(content("hooli", "hooli-second"));
      assertThat(device.link(KEY).getHost()).startsWith("hooli-second.");
      post("hooli", "rollback");
      stream.awaits(content("hooli", BUCKET));
      assertThat(stream.end())
          .containsOnly(content("hooli", BUCKET), content("hooli", "hooli-second"));
    }
    assertThat(device.link(KEY).getHost()).startsWith("cust-bucket.");
  }

  @Test
  void suspended_devicesAreToldToWait_untilItIsResumed() throws Exception {
    RadosDevice device = device(EDGE, "raviga");
    URI before = device.link(KEY);
    post("raviga", "suspend");
    Patience.until(() -> device.ask(KEY).status() == 503);
    Answer refused = device.ask(KEY);

    assertThat(new JsonObject(refused.text()).getString("code")).isEqualTo("backend_suspended");
    assertThat(refused.header("retry-after")).matches("[1-9][0-9]*");
    assertThat(device.fetch(before)).isEqualTo(content("raviga", BUCKET));
    post("raviga", "resume");
    Patience.until(() -> device.ask(KEY).status() == 200);
    assertThat(device.download(KEY)).isEqualTo(content("raviga", BUCKET));
  }

  @Test
  void failover_leadsToTheStandbyAndBack_withoutAFailedLink() throws Exception {
    AwsAccount customer = customer("raviga");
    customer.addBucket("raviga-standby");
    put("raviga", "raviga-standby", KEY);
    SITE.admin()
        .putBackend(
            "raviga",
            backend(
                "raviga",
                BUCKET,
                "edgemint",
                ", \"standby\": {\"bucket\": \"raviga-standby\", \"region\": \"eu-central-1\"}"));
    JsonObject granted =
        SITE.admin()
            .call("GET", "raviga/backends/prod/setup?format=json")
            .getJsonObject("permission_policies")
            .getJsonObject("standby");
    customer.putPermissions("edgemint", "standby", granted.encode());
    RadosDevice device = device(EDGE, "raviga");

    try (var stream = new Stream(device)) {
      failover("standby");
      stream.awaits(content("raviga", "raviga-standby"));
      failover("first");
      stream.awaits(content("raviga", BUCKET));
      assertThat(stream.end())
          .containsOnly(content("raviga", BUCKET), content("raviga", "raviga-standby"));
    }
  }

  private static void failover(String to) {
    Answer answer =
        SITE.admin().send("POST", "raviga/backends/prod/failover", "{\"to\": \"" + to + "\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  @Test
  void stsSilent_whoHasASessionGoesOn_andWhoHasNoneIsToldToWait() throws Exception {
    put("pied", BUCKET, "fw/later.bin");
    // So short that each use of one renews it.
    WORLD.stsSessions(240);
    URI edge = SITE.serve();
    RadosDevice known = device(edge, "pied");
    RadosDevice cold = device(edge, "raviga");
    assertThat(known.download(KEY)).isEqualTo(content("pied", BUCKET));
    try {
      WORLD.silentSts(true);
      Patience.until(
          () -> {
            assertThat(known.download(KEY)).isEqualTo(content("pied", BUCKET));
            return WORLD.unanswered() > 0;
          });
      assertThat(known.download("fw/later.bin")).isEqualTo(content("pied", BUCKET));
      Answer waits = cold.ask(KEY);
      assertThat(waits.status()).as(waits.text()).isEqualTo(503);
      assertThat(new JsonObject(waits.text()).getString("code")).isEqualTo("backend_unavailable");
      assertThat(waits.header("retry-after")).matches("[1-9][0-9]*");
      assertThat(known.download(KEY)).isEqualTo(content("pied", BUCKET));
    } finally {
      WORLD.silentSts(false);
      WORLD.stsSessions(3600);
    }
    Patience.until(() -> cold.ask(KEY).status() == 200);
    assertThat(cold.download(KEY)).isEqualTo(content("raviga", BUCKET));
  }

  /** Puts a backend, and has platform and customer apply what is then written for them. */
  private static void prepare(String org, String bucket, String role, String more) {
    SITE.admin().putBackend(org, backend(org, bucket, role, more));
    new RadosCustomer(PLATFORM).applyPlatform(SITE.platformSetup());
    new RadosCustomer(customer(org))
        .apply(SITE.admin().call("GET", org + "/backends/prod/setup?format=json"));
  }

  private static String backend(String org, String bucket, String role, String more) {
    return """
    {"upload": {"s3": {"bucket": "%s", "region": "eu-central-1", "prefix": "releases/",
                       "credentials": {"role": "%s"}}}%s}
    """
        .formatted(bucket, customer(org).roleArn(role), more);
  }

  private static AwsAccount customer(String org) {
    return Objects.requireNonNull(CUSTOMERS.get(org));
  }

  private static void post(String org, String action) {
    SITE.admin().call("POST", org + "/backends/prod/" + action);
  }

  private static RadosDevice device(URI edge, String org) {
    return new RadosDevice(WORLD.device(), edge, SITE.token(org));
  }

  private static void put(String org, String bucket, String key) {
    customer(org).put(bucket, "releases/" + key, content(org, bucket).getBytes(UTF_8));
  }

  private static String content(String org, String bucket) {
    return "firmware of " + org + " in " + bucket;
  }

  /** A device that asks and downloads without a pause, and what came each time. */
  private static final class Stream implements AutoCloseable {
    private final Queue<String> brought = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean ended;

    Stream(RadosDevice device) {
      thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!ended) {
                      brought.add(once(device));
                    }
                  });
    }

    private static String once(RadosDevice device) {
      try {
        return device.download(KEY);
      } catch (RuntimeException e) {
        return e.toString();
      }
    }

    /** Waits until some bytes come that did not come before this was asked. */
    void awaits(String bytes) throws InterruptedException {
      int seen = brought.size();
      Patience.until(() -> brought.stream().skip(seen).anyMatch(bytes::equals));
    }

    /** Everything that came. */
    List<String> end() {
      close();
      return List.copyOf(brought);
    }

    @Override
    public void close() {
      ended = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
