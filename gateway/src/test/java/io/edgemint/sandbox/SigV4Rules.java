package io.edgemint.sandbox;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What Amazon S3 refuses and S3Proxy lets pass or judges by its own clock: all but the signature.
 * From "Authenticating Requests: Using Query Parameters" in the Amazon S3 API reference, and from
 * the answers of the service.
 */
final class SigV4Rules {
  private static final Duration LONGEST = Duration.ofDays(7);

  /** Amazon names none; one that hides an encoder's rounding but no date made ahead of time. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");
  private static final List<String> REQUIRED =
      List.of(
          "X-Amz-Algorithm",
          "X-Amz-Credential",
          "X-Amz-Date",
          "X-Amz-Expires",
          "X-Amz-SignedHeaders",
          "X-Amz-Signature");

  private static final XmlError UNSIGNED = new XmlError(403, "AccessDenied", "Access Denied");
  private static final XmlError TWO_WAYS =
      new XmlError(
          400,
          "InvalidArgument",
          "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature"
              + " query string parameter or the Authorization header should be specified");
  private static final XmlError REPEATED =
      new XmlError(
          403,
          "SignatureDoesNotMatch",
          "The request signature we calculated does not match the signature you provided.");
  private static final XmlError TOO_EARLY =
      new XmlError(403, "AccessDenied", "Request is not yet valid");
  private static final XmlError TOO_LATE = new XmlError(403, "AccessDenied", "Request has expired");
  private static final XmlError TOKEN_UNKNOWN =
      new XmlError(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
  private static final XmlError TOKEN_ENDED =
      new XmlError(400, "ExpiredToken", "The provided token has expired.");

  private final String region;
  private final InstantSource clock;
  private final Map<String, Instant> sessions = new ConcurrentHashMap<>();

  SigV4Rules(String region, InstantSource clock) {
    this.region = region;
    this.clock = clock;
  }

  /** Accepts a session token until its session ends. */
  void allowSession(String token, Instant end) {
    sessions.put(token, end);
  }

  /** Why S3 would refuse the request before it looks for the object; null if it would not. */
  @Nullable XmlError refusal(HttpServerRequest request) {
    RawQuery query = RawQuery.of(request.uri());
    if (REQUIRED.stream().allMatch(name -> query.raw(name).isEmpty())) {
      if (!request.headers().contains(HttpHeaders.AUTHORIZATION)) {
        return UNSIGNED;
      }
      String token = request.getHeader("x-amz-security-token");
      return token == null ? null : sessionRefusal(token);
    }
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      return TWO_WAYS;
    }
    if (query.repeatsNames()) {
      return REPEATED;
    }
    if (REQUIRED.stream().anyMatch(name -> query.raw(name).isEmpty())) {
      return parametersError("Query-string authentication version 4 requires " + REQUIRED);
    }
    XmlError error = scopeRefusal(query);
    if (error == null) {
      error = timeRefusal(query);
    }
    return error == null
        ? query.decoded("X-Amz-Security-Token").map(this::sessionRefusal).orElse(null)
        : error;
  }

  private @Nullable XmlError scopeRefusal(RawQuery query) {
    String date = query.decoded("X-Amz-Date").orElseThrow();
    String credential = query.decoded("X-Amz-Credential").orElseThrow();
    List<String> scope = List.of(credential.split("/", -1));
    if (!query.decoded("X-Amz-Algorithm").orElseThrow().equals("AWS4-HMAC-SHA256")) {
      return parametersError("X-Amz-Algorithm only supports AWS4-HMAC-SHA256");
    }
    if (scope.size() != 5 || !scope.get(3).equals("s3") || !scope.get(4).equals("aws4_request")) {
      return parametersError("Error parsing the X-Amz-Credential parameter");
    }
    if (!date.startsWith(scope.get(1) + "T")) {
      return parametersError("Invalid credential date; it must be that of X-Amz-Date");
    }
    return scope.get(2).equals(region)
        ? null
        : parametersError("The region of X-Amz-Credential is wrong; expecting " + region);
  }

  private @Nullable XmlError timeRefusal(RawQuery query) {
    Instant from;
    Instant to;
    try {
      String date = query.decoded("X-Amz-Date").orElseThrow();
      from = LocalDateTime.parse(date, DATE).toInstant(ZoneOffset.UTC);
      Duration life =
          Duration.ofSeconds(Long.parseLong(query.decoded("X-Amz-Expires").orElseThrow()));
      if (life.isNegative() || life.compareTo(LONGEST) > 0) {
        return parametersError("X-Amz-Expires must be between 0 and 604800 seconds");
      }
      to = from.plus(life);
    } catch (DateTimeParseException | NumberFormatException e) {
      return parametersError("X-Amz-Date and X-Amz-Expires must be a date and a number");
    }
    Instant now = clock.instant();
    if (from.isAfter(now.plus(TOLERANCE))) {
      return TOO_EARLY;
    }
    return now.isBefore(to) ? null : TOO_LATE;
  }

  private @Nullable XmlError sessionRefusal(String token) {
    Instant end = sessions.get(token);
    if (end == null) {
      return TOKEN_UNKNOWN;
    }
    return clock.instant().isBefore(end) ? null : TOKEN_ENDED;
  }

  private static XmlError parametersError(String message) {
    return new XmlError(400, "AuthorizationQueryParametersError", message);
  }
}
