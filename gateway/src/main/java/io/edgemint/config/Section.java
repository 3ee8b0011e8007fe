package io.edgemint.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of a settings file while it is being read. An accessor that finds something wrong
 * reports it and goes on, so that every problem comes out at once. A name that no accessor asked
 * for is a problem too, so ask for everything that may stand here.
 */
public final class Section {
  private final Reading reading;
  private final String path;
  private final Node.Mapping node;
  private final Set<String> asked = new LinkedHashSet<>();

  Section(Reading reading, String path, Node.Mapping node) {
    this.reading = reading;
    this.path = path;
    this.node = node;
  }

  /** Where this section stands, such as {@code edge.tls}; empty for the root. */
  public String path() {
    return path;
  }

  /** Tells whether something is set under this name, here or by the environment. */
  public boolean has(String name) {
    Node value = node(name);
    String below = below(name);
    return (value != null && !(value instanceof Node.Nothing)) || reading.overrides.anyAt(below);
  }

  /** A text, or the fallback. */
  public String string(String name, String fallback) {
    return optional(name, text -> text, fallback);
  }

  /** A whole number from {@code min} to {@code max}, or the fallback. */
  public int integer(String name, int fallback, int min, int max) {
    return optional(name, text -> Scalars.integer(text, min, max), fallback);
  }

  /** {@code true} or {@code false}, or the fallback. */
  public boolean flag(String name, boolean fallback) {
    return optional(name, Scalars::flag, fallback);
  }

  /** A duration with its unit ({@code 30s}) from {@code min} to {@code max}, or the fallback. */
  public Duration duration(String name, Duration fallback, Duration min, Duration max) {
    return optional(name, text -> Scalars.duration(text, min, max), fallback);
  }

  /**
   * A size with its unit ({@code 64KiB}) from {@code min} to {@code max} bytes, or the fallback.
   */
  public long bytes(String name, long fallback, long min, long max) {
    return optional(name, text -> Scalars.bytes(text, min, max), fallback);
  }

  /** A constant of the fallback's enum, written as {@code lower-case-words}, or the fallback. */
  public <E extends Enum<E>> E oneOf(String name, E fallback) {
    return optional(name, Scalars.word(fallback.getDeclaringClass()), fallback);
  }

  /** A file, relative to the folder of the settings file, or the fallback read the same way. */
  public Path file(String name, String fallback) {
    return optional(name, this::resolve, reading.folder.resolve(fallback));
  }

  /** Tells whether secrets and texts stand in the document itself, as in a request. */
  public boolean isInline() {
    return reading.inline;
  }

  /** Tells whether a text stands under this name. */
  public boolean hasText(String name) {
    return node(name) instanceof Node.Text;
  }

  /** A file that must be named, relative to the folder of the settings file. */
  public Field<Path> file(String name) {
    return field(name, this::resolve);
  }

  /** Files, relative to the folder of the settings file; none if absent. */
  public Field<List<Path>> files(String name) {
    return list(name, this::resolve);
  }

  /** A list of texts; empty if absent. */
  public List<String> strings(String name) {
    return list(name, text -> text).or(List.of());
  }

  /**
   * A value that must be there.
   *
   * @param parser throws {@link IllegalArgumentException} with what is required; its message must
   *     not repeat the text
   */
  public <T> Field<T> field(String name, Function<String, T> parser) {
    Field<Optional<T>> value = optional(name, parser);
    if (value.or(Optional.empty()).isPresent()) {
      return Field.of(value.get().orElseThrow());
    }
    if (value.isUsable()) {
      problem(name, "is missing; add '" + name + ": ...'");
    }
    return Field.unusable();
  }

  /** A constant of the enum, written as {@code lower-case-words}, that must be there. */
  public <E extends Enum<E>> Field<E> word(String name, Class<E> type) {
    return field(name, Scalars.word(type));
  }

  /** A value that may be absent; the parser is as for {@link #field}. */
  public <T> Field<Optional<T>> optional(String name, Function<String, T> parser) {
    String override = reading.overrides.value(below(name));
    Node value = node(name);
    if (override != null) {
      return new Scalar(Overrides.nameOf(below(name)), 0, override).parseOptional(parser, reading);
    }
    return switch (value) {
      case null -> Field.of(Optional.empty());
      case Node.Text text ->
          new Scalar(below(name), text.line(), text.text()).parseOptional(parser, reading);
      case Node.Nothing nothing -> unfit(name, nothing, "give it a value or delete the line");
      case Node.Mapping mapping -> unfit(name, mapping, "write one value: '" + name + ": ...'");
      case Node.Items items -> unfit(name, items, "write one value: '" + name + ": ...'");
    };
  }

  /** A list of values, empty if absent; the parser is as for {@link #field}. */
  public <T> Field<List<T>> list(String name, Function<String, T> parser) {
    List<Field<T>> fields = new ArrayList<>();
    Field<List<Node>> items = items(name);
    for (Node item : items.or(List.of())) {
      String at = Reading.item(below(name), fields.size());
      if (item instanceof Node.Text text) {
        fields.add(new Scalar(at, text.line(), text.text()).parse(parser, reading));
      } else {
        reading.report(new Problem(at, item.line(), "is " + item.shape() + "; write a text"));
        fields.add(Field.unusable());
      }
    }
    return items.isUsable() && fields.stream().allMatch(Field::isUsable)
        ? Field.of(fields.stream().map(Field::get).toList())
        : Field.unusable();
  }

  /** The mapping under this name; empty if absent. */
  public Section section(String name) {
    refuseOverride(name);
    Node.Mapping mapping = mapping(below(name), node(name));
    return reading.section(below(name), mapping);
  }

  /** A list of mappings; empty if absent. */
  public List<Section> sections(String name) {
    List<Section> sections = new ArrayList<>();
    for (Node item : items(name).or(List.of())) {
      String at = Reading.item(below(name), sections.size());
      sections.add(reading.section(at, mapping(at, item)));
    }
    return List.copyOf(sections);
  }

  /**
   * A secret, which never stands in a file itself: {@code {file: path}}, relative to the folder of
   * the settings file and without its last line break, or {@code {env: NAME}}. In a request, it is
   * a string.
   */
  public Field<Secret> secret(String name) {
    if (reading.inline) {
      return inlineSecret(name);
    }
    if (node(name) instanceof Node.Text text) {
      reading.report(
          new Problem(
              below(name),
              text.line(),
              ("is written into the file; move it and write '%1$s: {file: path}'"
                      + " or '%1$s: {env: NAME}'")
                  .formatted(name)));
      return Field.unusable();
    }
    Section source = section(name);
    boolean file = source.has("file");
    if (file == source.has("env")) {
      problem(
          name, "is a secret; write '%1$s: {file: path}' or '%1$s: {env: NAME}'".formatted(name));
      return Field.unusable();
    }
    return file
        ? source.field("file", text -> SecretSource.file(source.resolve(text)))
        : source.field("env", this::variable);
  }

  /**
   * A secret that may be absent, and that is read once now and again each time it is asked for, so
   * that it can be changed where it lies; that throws {@link IllegalArgumentException} if there is
   * none then.
   */
  public Field<Optional<Supplier<Secret>>> optionalSecretSource(String name) {
    if (!has(name)) {
      return Field.of(Optional.empty());
    }
    Field<Secret> now = secret(name);
    if (now.isUsable() && node(name) instanceof Node.Mapping source) {
      if (source.entries().get("file") instanceof Node.Text file) {
        Path path = resolve(file.text());
        return Field.of(Optional.of(() -> SecretSource.file(path)));
      }
    }
    return now.map(secret -> Optional.of(() -> secret));
  }

  private Field<Secret> inlineSecret(String name) {
    if (!hasText(name)) {
      problem(name, "is a secret; write it as a string");
      return Field.unusable();
    }
    return field(name, SecretSource::inline);
  }

  /** A secret that may be absent. */
  public Field<Optional<Secret>> optionalSecret(String name) {
    return has(name) ? secret(name).map(Optional::of) : Field.of(Optional.empty());
  }

  /** Reports what a single accessor cannot see, for example two values that contradict. */
  public void problem(String name, String message) {
    Node value = node(name);
    reading.report(new Problem(below(name), value == null ? node.line() : value.line(), message));
  }

  /**
   * Makes a record of what was read. A field with a problem ends it quietly, and an {@link
   * IllegalArgumentException} becomes a problem of this section.
   */
  public <T> Field<T> build(Supplier<T> maker) {
    try {
      return Field.of(maker.get());
    } catch (Field.Unusable signal) {
      return Field.unusable();
    } catch (IllegalArgumentException e) {
      reading.report(new Problem(path, node.line(), String.valueOf(e.getMessage())));
      return Field.unusable();
    }
  }

  void reportUnknownNames() {
    node.entries()
        .forEach(
            (name, value) -> {
              if (!asked.contains(name)) {
                reading.report(
                    new Problem(below(name), value.line(), Suggestion.forUnknown(name, asked)));
              }
            });
  }

  private @Nullable Node node(String name) {
    asked.add(name);
    return node.entries().get(name);
  }

  private String below(String name) {
    return Reading.child(path, name);
  }

  private <T> T optional(String name, Function<String, T> parser, T fallback) {
    return optional(name, parser).or(Optional.empty()).orElse(fallback);
  }

  private Path resolve(String name) {
    if (reading.inline) {
      throw new IllegalArgumentException("no file is read for a request; send the text itself");
    }
    try {
      return reading.folder.resolve(name);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("is no file name on this system", e);
    }
  }

  private Secret variable(String name) {
    reading.overrides.exempt(name);
    return SecretSource.variable(name, reading.environment);
  }

  private <T> Field<T> unfit(String name, Node value, String fix) {
    problem(name, "is " + value.shape() + "; " + fix);
    return Field.unusable();
  }

  private Field<List<Node>> items(String name) {
    refuseOverride(name);
    return switch (node(name)) {
      case null -> Field.of(List.of());
      case Node.Nothing nothing -> Field.of(List.of());
      case Node.Items items -> Field.of(items.items());
      case Node.Text text -> unfit(name, text, "write a list: [one, two]");
      case Node.Mapping mapping -> unfit(name, mapping, "begin each item with '- '");
    };
  }

  private Node.Mapping mapping(String at, @Nullable Node value) {
    return switch (value) {
      case null -> Node.Mapping.ABSENT;
      case Node.Nothing nothing -> Node.Mapping.ABSENT;
      case Node.Mapping mapping -> mapping;
      case Node.Text text -> notAMapping(at, text);
      case Node.Items items -> notAMapping(at, items);
    };
  }

  private Node.Mapping notAMapping(String at, Node value) {
    String fix = "; write 'name: value' lines, indented below it";
    reading.report(new Problem(at, value.line(), "is " + value.shape() + fix));
    return Node.Mapping.ABSENT;
  }

  private void refuseOverride(String name) {
    if (reading.overrides.isMisused(below(name))) {
      String fix = "sets more than one value; set it in the file";
      reading.report(new Problem(Overrides.nameOf(below(name)), 0, fix));
    }
  }
}
