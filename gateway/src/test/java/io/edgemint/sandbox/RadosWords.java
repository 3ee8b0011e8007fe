package io.edgemint.sandbox;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says in words that RADOS Gateway 16.2 knows what AWS knows in more. It has no underscore in names
 * of roles, takes a condition on the external id for one that never holds, refuses a policy as a
 * whole for one action of a service that it does not have, and gives a pattern up where what
 * follows a wildcard first fails.
 */
final class RadosWords {
  private static final Pattern ROLE_ARN = Pattern.compile("(arn:aws:iam::[0-9]{12}:role/)(.+)");

  /** Nothing is allowed; a policy without any statement is none, and would narrow nothing. */
  private static final JsonObject NOTHING =
      new JsonObject(
          """
          {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::nothing"}
          """);

  private RadosWords() {}

  /** The parameters of a call in its words. */
  static Map<String, String> of(Map<String, String> form) {
    Map<String, String> words = new LinkedHashMap<>(form);
    words.computeIfPresent("RoleName", (name, role) -> role(role));
    words.computeIfPresent("RoleArn", (name, arn) -> arn(arn));
    words.computeIfPresent("AssumeRolePolicyDocument", (name, policy) -> trust(policy));
    words.computeIfPresent("Policy", (name, policy) -> permissions(policy));
    words.computeIfPresent(
        "PolicyDocument",
        (name, policy) ->
            "UpdateAssumeRolePolicy".equals(form.get("Action"))
                ? trust(policy)
                : permissions(policy));
    return words;
  }

  private static String role(String name) {
    return name.replace('_', '=');
  }

  /** The same ARN, with the role's name in its words if it is one of a role. */
  static String arn(String arn) {
    var matcher = ROLE_ARN.matcher(arn);
    return matcher.matches() ? matcher.group(1) + role(matcher.group(2)) : arn;
  }

  private static String trust(String policy) {
    JsonObject document = new JsonObject(policy);
    var statements = new JsonArray();
    TrustPolicy.statements(document)
        .forEach(
            statement -> {
              var copy = statement.copy();
              if (copy.getValue("Principal") instanceof JsonObject principal) {
                List<String> arns =
                    TrustPolicy.texts(principal.getValue("AWS")).map(RadosWords::arn).toList();
                copy.put("Principal", new JsonObject().put("AWS", new JsonArray(arns)));
              }
              JsonObject condition = withoutExternalId(copy);
              if (condition.isEmpty()) {
                copy.remove("Condition");
              } else {
                copy.put("Condition", condition);
              }
              statements.add(copy);
            });
    return document.put("Statement", statements).encode();
  }

  private static JsonObject withoutExternalId(JsonObject statement) {
    var rest = new JsonObject();
    statement
        .getJsonObject("Condition", rest)
        .copy()
        .forEach(
            operator -> {
              JsonObject keys = (JsonObject) operator.getValue();
              keys.remove("sts:ExternalId");
              if (!keys.isEmpty()) {
                rest.put(operator.getKey(), keys);
              }
            });
    return rest;
  }

  /**
   * After a wildcard it goes to the first letter that fits and never turns back, so that {@code
   * *ab*} does not match {@code aab}; with a wildcard before every letter it need not.
   */
  private static void widenPatterns(@Nullable JsonObject condition) {
    if (condition == null) {
      return;
    }
    for (String operator : List.of("StringLike", "StringLikeIfExists")) {
      JsonObject keys = condition.getJsonObject(operator, new JsonObject());
      for (String key : keys.fieldNames()) {
        keys.put(
            key,
            new JsonArray(TrustPolicy.texts(keys.getValue(key)).map(RadosWords::widened).toList()));
      }
    }
  }

  private static String widened(String pattern) {
    int wildcard = pattern.indexOf('*');
    return wildcard < 0
        ? pattern
        : pattern.substring(0, wildcard)
            + pattern.substring(wildcard).replaceAll("(?<!\\*)(?=[^*])", "*");
  }

  private static String permissions(String policy) {
    JsonObject document = new JsonObject(policy);
    var statements = new JsonArray();
    TrustPolicy.statements(document)
        .forEach(
            statement -> {
              var copy = statement.copy();
              if (copy.containsKey("Action")) {
                List<String> known =
                    TrustPolicy.texts(copy.getValue("Action"))
                        .filter(action -> action.equals("*") || action.startsWith("s3:"))
                        .toList();
                if (known.isEmpty()) {
                  return;
                }
                copy.put("Action", new JsonArray(known));
              }
              widenPatterns(copy.getJsonObject("Condition"));
              statements.add(copy);
            });
    if (statements.isEmpty()) {
      statements.add(NOTHING);
    }
    return document.put("Statement", statements).encode();
  }
}
