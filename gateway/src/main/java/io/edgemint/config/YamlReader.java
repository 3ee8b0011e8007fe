package io.edgemint.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Turns the bytes of a YAML file into nodes. It takes one document whose root is a mapping, and
 * neither aliases nor tags, so that a small file cannot become a large one. Scalars stay as they
 * are written: {@code 1.10} is not 1.1 and {@code no} is not false.
 */
final class YamlReader {
  /** The largest file, in bytes. */
  static final int MAX_BYTES = 1 << 20;

  /** How deep mappings and lists may stand inside each other. */
  static final int MAX_DEPTH = 16;

  private static final YAMLFactory YAML = new YAMLFactory();
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonParser parser;
  private final List<Problem> problems;

  private YamlReader(JsonParser parser, List<Problem> problems) {
    this.parser = parser;
    this.problems = problems;
  }

  /** The root of the file, if it has one; what is wrong with it is added to the problems. */
  static Optional<Node.Mapping> read(byte[] file, List<Problem> problems) {
    return read(file, YAML, problems);
  }

  /** The root of a JSON document, under the same rules. */
  static Optional<Node.Mapping> readJson(byte[] document, List<Problem> problems) {
    return read(document, JSON, problems);
  }

  private static Optional<Node.Mapping> read(
      byte[] file, JsonFactory format, List<Problem> problems) {
    if (file.length > MAX_BYTES) {
      problems.add(
          new Problem(
              "",
              0,
              "the file has %d bytes; at most %d are read".formatted(file.length, MAX_BYTES)));
      return Optional.empty();
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
      try (JsonParser parser = format.createParser(text)) {
        return new YamlReader(parser, problems).document();
      }
    } catch (CharacterCodingException e) {
      problems.add(new Problem("", 0, "the file is not UTF-8; save it in that encoding"));
    } catch (JsonProcessingException e) {
      problems.add(syntax(e));
    } catch (TooDeep e) {
      problems.add(
          new Problem("", e.line, "more than " + MAX_DEPTH + " levels; flatten this part"));
    } catch (IOException e) {
      throw new AssertionError("text in memory is read without I/O", e);
    }
    return Optional.empty();
  }

  private Optional<Node.Mapping> document() throws IOException, TooDeep {
    JsonToken first = parser.nextToken();
    if (first == null) {
      return Optional.of(Node.Mapping.ABSENT);
    }
    Node root = value("", line(), 1);
    if (parser.nextToken() != null) {
      problems.add(new Problem("", line(), "a second document begins; put it into another file"));
    }
    return switch (root) {
      case Node.Mapping mapping -> Optional.of(mapping);
      case Node.Nothing nothing -> Optional.of(Node.Mapping.ABSENT);
      case Node.Text text -> notAMapping(text);
      case Node.Items items -> notAMapping(items);
    };
  }

  private Optional<Node.Mapping> notAMapping(Node root) {
    problems.add(
        new Problem(
            "", root.line(), "the file is " + root.shape() + "; write 'name: value' lines"));
    return Optional.empty();
  }

  /** The value at the current token; {@code line} is where its name stands. */
  private Node value(String path, int line, int depth) throws IOException, TooDeep {
    if (depth > MAX_DEPTH) {
      throw new TooDeep(line);
    }
    refuseCleverness(path, line);
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(path, line, depth);
      case START_ARRAY -> items(path, line, depth);
      case VALUE_NULL -> new Node.Nothing(line);
      default -> new Node.Text(line, Optional.ofNullable(parser.getText()).orElse(""));
    };
  }

  private Node mapping(String path, int line, int depth) throws IOException, TooDeep {
    Map<String, Node> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      String below = Reading.child(path, name);
      int nameLine = line();
      parser.nextToken();
      Node value = value(below, nameLine, depth + 1);
      Node earlier = entries.putIfAbsent(name, value);
      if (earlier != null) {
        problems.add(
            new Problem(
                below,
                nameLine,
                "stands already in line " + earlier.line() + "; delete one of them"));
      }
    }
    return new Node.Mapping(line, entries);
  }

  private Node items(String path, int line, int depth) throws IOException, TooDeep {
    List<Node> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(Reading.item(path, items.size()), line(), depth + 1));
    }
    return new Node.Items(line, items);
  }

  private void refuseCleverness(String path, int line) throws IOException {
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      problems.add(new Problem(path, line, "is an alias ('*name'); write the value itself"));
    } else if (parser.getTypeId() != null) {
      problems.add(new Problem(path, line, "has a tag ('!name'); delete the tag"));
    }
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  /** Says where and why, but leaves out the excerpt of the file that the library adds. */
  private static Problem syntax(JsonProcessingException e) {
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    if (e.getProcessor() instanceof JsonParser parser && !(parser instanceof YAMLParser)) {
      return new Problem(
          "", line, "is not JSON; check the quotes, commas and brackets before here");
    }
    String why = e.getCause() instanceof MarkedYAMLException yaml ? yaml.getProblem() : null;
    return new Problem(
        "",
        line,
        "is not YAML"
            + (why == null ? "" : " (" + why + ")")
            + "; check the indentation (spaces only), the colons and the quotes here and above");
  }

  private static final class TooDeep extends Exception {
    @Serial private static final long serialVersionUID = 1L;
    private final int line;

    private TooDeep(int line) {
      super(null, null, false, false);
      this.line = line;
    }
  }
}
