package io.edgemint.config;

import java.util.List;
import java.util.Map;

/** A part of a YAML file, with the line where it begins. */
sealed interface Node {
  int line();

  /** What it looks like, without what it says. */
  String shape();

  /** A mapping; the entries keep the order of the file. */
  record Mapping(int line, Map<String, Node> entries) implements Node {
    static final Mapping ABSENT = new Mapping(0, Map.of());

    @Override
    public String shape() {
      return "a mapping";
    }
  }

  /** A list. */
  record Items(int line, List<Node> items) implements Node {
    @Override
    public String shape() {
      return "a list";
    }
  }

  /** A scalar, as it was written (a number keeps its digits), without quotes. */
  record Text(int line, String text) implements Node {
    @Override
    public String shape() {
      return shapeOf(text);
    }

    @Override
    public String toString() {
      return shape();
    }
  }

  /** A name without a value, or an explicit null. */
  record Nothing(int line) implements Node {
    @Override
    public String shape() {
      return "empty";
    }
  }

  /** What a scalar looks like: safe to print, whatever it is. */
  static String shapeOf(String text) {
    if (text.isEmpty()) {
      return "an empty text";
    }
    int length = text.codePointCount(0, text.length());
    String kind = text.chars().allMatch(c -> c >= '0' && c <= '9') ? "a number" : "a text";
    String unit = kind.equals("a number") ? " digit" : " character";
    return kind + " of " + length + unit + (length == 1 ? "" : "s");
  }
}
