package io.edgemint.setup;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON values as expressions of HCL ("Types and Values" and "Strings and Templates",
 * Terraform language).
 */
final class Hcl {
  private final StringBuilder out = new StringBuilder();

  private Hcl() {}

  /** An object with its attributes, which is also the body of a block. */
  static String expression(JsonObject object) {
    Hcl hcl = new Hcl();
    hcl.object(object, "", true);
    return hcl.out.toString();
  }

  private void value(@Nullable Object value, String indent) {
    switch (value) {
      case null -> out.append("null");
      case JsonObject object -> object(object, indent, false);
      case JsonArray array -> array(array, indent);
      case String string -> out.append(quoted(string));
      default -> out.append(value);
    }
  }

  /** Names of a block's attributes are identifiers, and those of an object any strings. */
  private void object(JsonObject object, String indent, boolean block) {
    out.append("{\n");
    for (Map.Entry<String, Object> entry : object) {
      String name = block ? entry.getKey() : quoted(entry.getKey());
      out.append(indent).append("  ").append(name).append(" = ");
      value(entry.getValue(), indent + "  ");
      out.append('\n');
    }
    out.append(indent).append('}');
  }

  private void array(JsonArray array, String indent) {
    out.append('[');
    for (Iterator<Object> items = array.iterator(); items.hasNext(); ) {
      value(items.next(), indent);
      out.append(items.hasNext() ? ", " : "");
    }
    out.append(']');
  }

  /** A quoted string, in which nothing is a template. */
  static String quoted(String value) {
    StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean template = (c == '$' || c == '%') && value.startsWith("{", i + 1);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '$', '%' -> quoted.append(template ? "" + c + c : c);
        default -> quoted.append(c < ' ' || c == 0x7F ? "\\u%04x".formatted((int) c) : c);
      }
    }
    return quoted.append('"').toString();
  }
}
