package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import io.edgemint.backend.Backend;
import io.edgemint.backend.S3Storage;
import io.edgemint.setup.Setups;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds what sessions ask for against what set-up lets the organisation's role do. */
class SessionsWithinSetupTest {
  /** What a request has that a condition may ask for, where it goes through S3. */
  private static final Map<String, String> CONTEXT =
      Map.of("kms:ViaService", "s3.eu-west-1.amazonaws.com");

  private static final String KEY =
      "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

  @ParameterizedTest
  @ValueSource(strings = {"", "fw/", "a b/c'd/"})
  void sessions_everyActionAndResource_isAllowedToTheRole(String prefix) {
    assertWithin(Setups.bucket(prefix));
  }

  @Test
  void sessions_nastyPrefix_isAllowedToTheRole() {
    Seeded.run(300, random -> assertWithin(Setups.bucket(Setups.prefix(random))));
  }

  @Test
  void sessions_prefixThatTheyRefuse_isRefusedBySetupToo() {
    Seeded.run(
        2_000,
        random -> {
          S3Storage storage = Setups.bucket(Seeded.string(random, 1, 6) + '/');
          try {
            Setups.of(Setups.plain(storage));
          } catch (IllegalArgumentException e) {
            return;
          }
          assertThat(SessionPolicy.read(storage)).contains("acme-firmware/" + storage.prefix());
        });
  }

  @Test
  void sessions_ofTheStandby_areAllowedToTheRole() {
    S3Storage first = Setups.bucket("fw/");
    Backend backend =
        Setups.plain(first).withStandby(new Backend.Standby("acme-replica", "eu-west-1", false));
    List<JsonObject> role =
        new JsonObject(Setups.of(backend).json())
            .getJsonObject("permission_policies").stream()
                .flatMap(it -> statements((JsonObject) it.getValue()))
                .toList();
    S3Storage second = first.in("acme-replica", "eu-west-1");
    for (String policy : List.of(SessionPolicy.read(second), SessionPolicy.list(second))) {
      for (JsonObject asked : statements(new JsonObject(policy)).toList()) {
        for (String action : texts(asked.getValue("Action")).toList()) {
          if (!action.equals("s3:GetObjectVersion")) {
            assertThat(allowed(role, action, concrete(asked.getString("Resource")), listing(first)))
                .as(action)
                .isTrue();
          }
        }
      }
    }
    assertThat(allowed(role, "s3:PutObject", "arn:aws:s3:::acme-replica/fw/x")).isFalse();
  }

  @Test
  void role_whatNoSessionNeeds_isNotAllowed() {
    List<JsonObject> role = role(Setups.bucket("fw/"));

    assertThat(allowed(role, "s3:GetObject", "arn:aws:s3:::acme-firmware/other/x")).isFalse();
    assertThat(allowed(role, "s3:GetObject", "arn:aws:s3:::acme-firmware2/fw/x")).isFalse();
    assertThat(allowed(role, "s3:PutBucketPolicy", "arn:aws:s3:::acme-firmware")).isFalse();
    assertThat(allowed(role, "s3:DeleteObjectVersion", "arn:aws:s3:::acme-firmware/fw/x"))
        .isFalse();
    assertThat(allowed(role, "kms:Decrypt", KEY + "0")).isFalse();
    assertThat(allowed(role, "s3:ListBucket", "arn:aws:s3:::acme-firmware")).isFalse();
  }

  private static void assertWithin(S3Storage storage) {
    List<JsonObject> role = role(storage);
    Stream.of(SessionPolicy.read(storage), SessionPolicy.probe(storage, "edgemint-probe/"))
        .flatMap(policy -> statements(new JsonObject(policy)))
        .forEach(
            asked ->
                texts(asked.getValue("Action"))
                    // It cannot be limited to a prefix, and the probe does without it.
                    .filter(action -> !action.equals("s3:ListBucketMultipartUploads"))
                    .forEach(
                        action ->
                            assertThat(
                                    allowed(
                                        role,
                                        action,
                                        concrete(asked.getString("Resource")),
                                        listing(storage)))
                                .as(action + " on " + asked.getString("Resource"))
                                .isTrue()));
  }

  private static List<JsonObject> role(S3Storage storage) {
    JsonObject policies =
        new JsonObject(Setups.of(Setups.plain(storage)).json())
            .getJsonObject("permission_policies");
    return policies.stream().flatMap(it -> statements((JsonObject) it.getValue())).toList();
  }

  /** One that the pattern covers; a session that may use any key uses that of the bucket. */
  private static String concrete(String resource) {
    return resource.equals("*") ? KEY : resource.replace("*", "some/firmware.bin");
  }

  /** A probe lists below its own folder. */
  private static Map<String, String> listing(S3Storage storage) {
    Map<String, String> context = new HashMap<>(CONTEXT);
    context.put("s3:prefix", storage.prefix() + "edgemint-probe/");
    return context;
  }

  private static boolean allowed(List<JsonObject> role, String action, String resource) {
    return allowed(role, action, resource, CONTEXT);
  }

  private static boolean allowed(
      List<JsonObject> role, String action, String resource, Map<String, String> context) {
    return role.stream()
        .anyMatch(
            it ->
                it.getString("Effect").equals("Allow")
                    && texts(it.getValue("Action")).anyMatch(action::equals)
                    && like(it.getString("Resource"), resource)
                    && it.getJsonObject("Condition", new JsonObject()).stream()
                        .allMatch(
                            test -> holds(test.getKey(), (JsonObject) test.getValue(), context)));
  }

  private static boolean holds(String operator, JsonObject keys, Map<String, String> context) {
    assertThat(operator).isEqualTo("StringLike");
    return keys.stream()
        .allMatch(
            it ->
                context.containsKey(it.getKey())
                    && like((String) it.getValue(), context.get(it.getKey())));
  }

  private static boolean like(String pattern, String value) {
    String regex =
        Stream.of(pattern.split("\\*", -1))
            .map(Pattern::quote)
            .reduce((a, b) -> a + ".*" + b)
            .orElseThrow();
    return value.matches(regex);
  }

  private static Stream<JsonObject> statements(JsonObject policy) {
    return policy.getJsonArray("Statement").stream().map(JsonObject.class::cast);
  }

  private static Stream<String> texts(Object oneOrMore) {
    return oneOrMore instanceof JsonArray array
        ? array.stream().map(String.class::cast)
        : Stream.of((String) oneOrMore);
  }
}
