package io.edgemint.sandbox;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whom a role lets in: its trust policy as the customer wrote it, judged as AWS does by principal
 * and external id (IAM user guide, "Access to AWS accounts owned by third parties").
 */
record TrustPolicy(JsonObject document) {
  private static final String ASSUME = "sts:AssumeRole";
  private static final String EXTERNAL_ID = "sts:ExternalId";

  /** Tells whether some statement lets a caller in, and none keeps it out. */
  boolean admits(String account, String callerArn, @Nullable String externalId) {
    return statements(document)
            .anyMatch(it -> has(it, "Allow") && concerns(it, account, callerArn, externalId))
        && statements(document)
            .noneMatch(it -> has(it, "Deny") && concerns(it, account, callerArn, externalId));
  }

  /** The ARNs of users and roles that it names. */
  List<String> principals() {
    return statements(document)
        .flatMap(TrustPolicy::named)
        .filter(arn -> arn.contains(":user/") || arn.contains(":role/"))
        .toList();
  }

  private static boolean has(JsonObject statement, String effect) {
    return effect.equals(statement.getString("Effect"));
  }

  private static boolean concerns(
      JsonObject statement, String account, String callerArn, @Nullable String externalId) {
    return texts(statement.getValue("Action")).anyMatch(ASSUME::equals)
        && named(statement)
            .anyMatch(
                it ->
                    it.equals("*")
                        || it.equals(callerArn)
                        || it.equals(account)
                        || it.equals("arn:aws:iam::" + account + ":root"))
        && conditionHolds(statement.getJsonObject("Condition", new JsonObject()), externalId);
  }

  /** Conditions on anything but the external id are left to those who know it. */
  private static boolean conditionHolds(JsonObject condition, @Nullable String externalId) {
    return condition.stream()
        .allMatch(
            operator -> {
              JsonObject keys = (JsonObject) operator.getValue();
              if (!keys.containsKey(EXTERNAL_ID)) {
                return true;
              }
              Stream<String> values = texts(keys.getValue(EXTERNAL_ID));
              return switch (operator.getKey()) {
                case "StringEquals" -> externalId != null && values.anyMatch(externalId::equals);
                case "StringNotEquals" ->
                    externalId == null || values.noneMatch(externalId::equals);
                case "StringLike" ->
                    externalId != null && values.anyMatch(it -> matches(it, externalId));
                default ->
                    throw new IllegalArgumentException(
                        operator.getKey() + " on " + EXTERNAL_ID + " is not known here");
              };
            });
  }

  /** "String condition operators", IAM user guide: as many characters as one likes, or one. */
  private static boolean matches(String pattern, String value) {
    String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return value.matches(regex);
  }

  private static Stream<String> named(JsonObject statement) {
    return statement.getValue("Principal") instanceof JsonObject principal
        ? texts(principal.getValue("AWS"))
        : texts(statement.getValue("Principal"));
  }

  /** The statements of a policy, which may stand alone or in a list. */
  static Stream<JsonObject> statements(JsonObject policy) {
    return policy.getValue("Statement") instanceof JsonArray list
        ? list.stream().map(JsonObject.class::cast)
        : Stream.of(policy.getJsonObject("Statement"));
  }

  /** One text, or each one of a list. */
  static Stream<String> texts(@Nullable Object value) {
    return switch (value) {
      case null -> Stream.of();
      case JsonArray list -> list.stream().map(String.class::cast);
      default -> Stream.of((String) value);
    };
  }
}
