package io.edgemint.caller;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object (RFC 8259) that a stranger wrote: nothing lenient, no member twice, nothing
 * after it, and bounded in depth, members, and length of strings and numbers.
 */
final class StrictJson {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_NUMBER_LENGTH = 20;

  private final JsonMapper mapper;
  private final int maxMembers;

  /**
   * Reads objects with up to {@code maxMembers} members, counted over all levels.
   *
   * @param maxStringLength the longest string or name, in characters
   */
  StrictJson(int maxMembers, int maxStringLength) {
    this.maxMembers = maxMembers;
    StreamReadConstraints limits =
        StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxNumberLength(MAX_NUMBER_LENGTH)
            .maxStringLength(maxStringLength)
            .maxNameLength(maxStringLength)
            .build();
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(limits)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Names come from strangers: none is kept for the next document.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();
    this.mapper =
        JsonMapper.builder(factory).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  }

  /** The object that these bytes are in UTF-8, or null if they are anything else. */
  @Nullable ObjectNode object(byte[] utf8) {
    try {
      // Decoded here, for the parser would also take UTF-16 and overlong forms.
      return object(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** The object that this text is, or null if it is anything else. */
  @Nullable ObjectNode object(String text) {
    try {
      JsonNode root = mapper.readTree(text);
      return root instanceof ObjectNode object && members(object) <= maxMembers ? object : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static int members(JsonNode node) {
    int count = node.isObject() ? node.size() : 0;
    for (JsonNode child : node) {
      count += members(child);
    }
    return count;
  }
}
