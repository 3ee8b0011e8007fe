package io.edgemint.http;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The query of a publisher's request: parameters that the route knows, each once, decoded once (RFC
 * 3986, section 2.1; a plus is a plus).
 */
final class PublishQuery {
  private final Map<String, String> values = new HashMap<>();

  /**
   * Reads a query.
   *
   * @throws Refused if a parameter is none of these, stands twice or is badly encoded
   */
  PublishQuery(@Nullable String query, Set<String> known) {
    if (query == null || query.isEmpty()) {
      return;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (!known.contains(name)) {
        throw invalid(
            known.isEmpty()
                ? "this call takes no query"
                : "a query parameter is not one of " + String.join(", ", known));
      }
      String value = decoded(name, equals < 0 ? "" : pair.substring(equals + 1));
      if (values.put(name, value) != null) {
        throw invalid(name + " stands twice in the query");
      }
    }
  }

  /** A text, or null if it is absent. */
  @Nullable String text(String name) {
    return values.get(name);
  }

  /** A whole number. */
  int number(String name, int absent, int most) {
    String value = values.get(name);
    if (value == null) {
      return absent;
    }
    int number = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : 0;
    if (number < 1 || number > most) {
      throw invalid(name + ": a whole number from 1 to " + most);
    }
    return number;
  }

  private static String decoded(String name, String raw) {
    var bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c != '%') {
        bytes.write(c);
      } else if (i + 2 < raw.length() && raw.substring(i + 1, i + 3).matches("[0-9A-Fa-f]{2}")) {
        bytes.write(Integer.parseInt(raw, i + 1, i + 3, 16));
        i += 2;
      } else {
        throw invalid(name + ": % is not followed by two hexadecimal digits");
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw invalid(name + ": is no UTF-8");
    }
  }

  private static Refused invalid(String detail) {
    return new Refused(Refusal.REQUEST_INVALID, detail);
  }
}
