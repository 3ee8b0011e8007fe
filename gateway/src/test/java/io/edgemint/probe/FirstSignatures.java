package io.edgemint.probe;

import io.edgemint.onboarding.Bench;
import io.vertx.core.http.HttpServerRequest;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Judges links by taking the first signature that it sees for one as the right one. */
final class FirstSignatures {
  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");

  private final Map<String, String> right = new ConcurrentHashMap<>();

  /** What is wrong with a link. */
  enum Flaw {
    NONE,
    UNSIGNED,
    TAMPERED,
    EXPIRED
  }

  Flaw judge(HttpServerRequest request) {
    String signature = signature(request);
    if (signature == null) {
      return Flaw.UNSIGNED;
    }
    String rest = request.uri().replace(signature, "");
    if (!right.computeIfAbsent(rest, link -> signature).equals(signature)) {
      return Flaw.TAMPERED;
    }
    return end(request) <= Bench.NOW.getEpochSecond() ? Flaw.EXPIRED : Flaw.NONE;
  }

  private static @Nullable String signature(HttpServerRequest request) {
    for (String parameter : query(request).split("&", -1)) {
      if (parameter.startsWith("Signature=") || parameter.startsWith("X-Amz-Signature=")) {
        return parameter.substring(parameter.indexOf('=') + 1);
      }
    }
    return null;
  }

  private static String query(HttpServerRequest request) {
    return request.query() == null ? "" : request.query();
  }

  private static long end(HttpServerRequest request) {
    String expires = request.getParam("Expires");
    if (expires != null) {
      return Long.parseLong(expires);
    }
    return LocalDateTime.parse(request.getParam("X-Amz-Date"), DATE).toEpochSecond(ZoneOffset.UTC)
        + Long.parseLong(request.getParam("X-Amz-Expires"));
  }
}
