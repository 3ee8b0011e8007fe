package io.edgemint.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The query of a request as it was on the wire, in its order. */
record RawQuery(List<Parameter> parameters) {

  /** One parameter as it was on the wire, without a value if it had no equals sign. */
  record Parameter(String text) {
    String name() {
      int equals = text.indexOf('=');
      return equals < 0 ? text : text.substring(0, equals);
    }

    String value() {
      int equals = text.indexOf('=');
      return equals < 0 ? "" : text.substring(equals + 1);
    }
  }

  /** Reads what stands behind the first question mark of a request target. */
  static RawQuery of(String target) {
    int mark = target.indexOf('?');
    List<Parameter> parameters = new ArrayList<>();
    if (mark >= 0) {
      for (String text : target.substring(mark + 1).split("&", -1)) {
        parameters.add(new Parameter(text));
      }
    }
    return new RawQuery(List.copyOf(parameters));
  }

  /** What stands before the first question mark of a request target. */
  static String pathOf(String target) {
    int mark = target.indexOf('?');
    return mark < 0 ? target : target.substring(0, mark);
  }

  /** The value of the first parameter of that name, not decoded. */
  Optional<String> raw(String name) {
    return parameters.stream().filter(p -> p.name().equals(name)).findFirst().map(Parameter::value);
  }

  /** The value of the first parameter of that name, decoded. */
  Optional<String> decoded(String name) {
    return raw(name)
        .map(value -> new String(PercentEncoding.decode(value), StandardCharsets.UTF_8));
  }

  /** Tells whether two parameters have the same name. */
  boolean repeatsNames() {
    return parameters.stream().map(Parameter::name).distinct().count() < parameters.size();
  }
}
