package io.edgemint.setup;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Reads literal expressions of HCL; a template in a string is an error. */
final class HclReader {
  private final String text;
  private int at;

  HclReader(String text) {
    this.text = text;
  }

  boolean atEnd() {
    return at == text.length();
  }

  @Nullable Object value() {
    skip();
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> word();
    };
  }

  private JsonObject object() {
    JsonObject object = new JsonObject();
    at++;
    for (skip(); text.charAt(at) != '}'; skip()) {
      String name = text.charAt(at) == '"' ? string() : name();
      skip();
      expect('=');
      object.put(name, value());
    }
    at++;
    return object;
  }

  private JsonArray array() {
    JsonArray array = new JsonArray();
    at++;
    for (skip(); text.charAt(at) != ']'; skip()) {
      array.add(value());
      skip();
      if (text.charAt(at) != ']') {
        expect(',');
      }
    }
    at++;
    return array;
  }

  private String name() {
    int start = at;
    while (Character.isLetter(text.charAt(at)) || text.charAt(at) == '_') {
      at++;
    }
    return text.substring(start, at);
  }

  private @Nullable Object word() {
    int start = at;
    while (Character.isLetterOrDigit(text.charAt(at))) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "true", "false" -> Boolean.valueOf(word);
      case "null" -> null;
      default -> Integer.valueOf(word);
    };
  }

  private String string() {
    StringBuilder string = new StringBuilder();
    for (at++; text.charAt(at) != '"'; at++) {
      char c = text.charAt(at);
      if (c < ' ') {
        throw new AssertionError("a raw control character at " + at);
      } else if (text.startsWith("$${", at) || text.startsWith("%%{", at)) {
        string.append(c).append('{');
        at += 2;
      } else if (text.startsWith("${", at) || text.startsWith("%{", at)) {
        throw new AssertionError("a template at " + at + " of " + text);
      } else if (c == '\\') {
        string.append(escaped());
      } else {
        string.append(c);
      }
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char c = text.charAt(++at);
    return switch (c) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '"', '\\' -> c;
      case 'u' -> {
        at += 4;
        yield (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
      }
      default -> throw new AssertionError("no escape: " + c);
    };
  }

  private void expect(char c) {
    if (text.charAt(at++) != c) {
      throw new AssertionError(c + " is missing at " + at + " of " + text);
    }
  }

  private void skip() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }
}
