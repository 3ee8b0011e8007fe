package io.edgemint.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.KeyProblem;
import io.edgemint.backend.KeyResult;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.objects.Binaries;
import io.edgemint.objects.Upload;
import io.edgemint.objects.UploadOrder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The bodies of publishers' requests, read strictly, and those of the answers. */
final class PublishJson {
  /** Room for a key of 1,024 bytes in which every character is escaped, or 100 digests. */
  static final int MAX_BODY = 16 << 10;

  private static final Set<String> ORDER =
      Set.of("key", "size", "sha256", "content_type", "part_digests", "destination");

  private static final JsonMapper STRICT =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  // Names come from strangers: none is kept for the next document.
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(4)
                          .maxStringLength(8192)
                          .maxNumberLength(20)
                          .maxNameLength(64)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private PublishJson() {}

  /** What a publisher announces. */
  static UploadOrder order(Buffer body) {
    ObjectNode json = object(body);
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      if (!ORDER.contains(names.next())) {
        throw invalid(
            "the body has a member that is none of key, size, sha256, content_type, part_digests,"
                + " destination");
      }
    }
    JsonNode size = json.path("size");
    if (!size.isIntegralNumber() || !size.canConvertToLong()) {
      throw invalid("size: the number of bytes, a whole number");
    }
    JsonNode partDigests = json.path("part_digests");
    if (!partDigests.isMissingNode() && !partDigests.isBoolean()) {
      throw invalid("part_digests: true or false");
    }
    return new UploadOrder(
        key(ObjectKey.of(text(json, "key"))),
        size.longValue(),
        text(json, "sha256"),
        json.has("content_type") ? text(json, "content_type") : UploadOrder.BYTES,
        partDigests.asBoolean());
  }

  /** Into which destination it goes, or null for the organisation's own storage. */
  static @Nullable String destination(Buffer body) {
    ObjectNode json = object(body);
    return json.has("destination") ? text(json, "destination") : null;
  }

  /** The digests of parts, by their numbers. */
  static SortedMap<Integer, String> digests(Buffer body) {
    ObjectNode json = object(body);
    if (json.size() != 1 || !(json.get("sha256") instanceof ObjectNode all)) {
      throw invalid("the body is not {\"sha256\":{\"1\":\"<64 hexadecimal digits>\", ...}}");
    }
    SortedMap<Integer, String> digests = new TreeMap<>();
    for (Map.Entry<String, JsonNode> member : all.properties()) {
      if (!member.getKey().matches("[1-9][0-9]{0,4}")) {
        throw invalid("sha256: each member is called by the number of a part");
      }
      if (!member.getValue().isTextual()) {
        throw invalid("sha256." + member.getKey() + ": a text");
      }
      digests.put(Integer.parseInt(member.getKey()), member.getValue().textValue());
    }
    return digests;
  }

  /** A key that is legal. */
  static ObjectKey key(KeyResult parsed) {
    if (!(parsed instanceof ObjectKey key)) {
      throw new Refused(Refusal.KEY_INVALID, ((KeyProblem) parsed).detail());
    }
    return key;
  }

  private static String text(ObjectNode json, String member) {
    if (!json.path(member).isTextual()) {
      throw invalid(member + (json.has(member) ? ": a text" : ": is missing"));
    }
    return json.path(member).textValue();
  }

  private static ObjectNode object(Buffer body) {
    try {
      // Decoded here, for the parser would also take UTF-16 and overlong forms.
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body.getBytes())).toString();
      if (STRICT.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (CharacterCodingException | JsonProcessingException e) {
      throw invalid("the body is no JSON object in UTF-8 in which each member stands once");
    }
    throw invalid("the body is no JSON object in UTF-8 in which each member stands once");
  }

  private static Refused invalid(String detail) {
    return new Refused(Refusal.REQUEST_INVALID, detail);
  }

  /**
   * An upload, its links included.
   *
   * @param second the present one, rounded up
   */
  static JsonObject of(Upload upload, long second) {
    JsonObject json =
        new JsonObject()
            .put("id", upload.id())
            .put("key", upload.key().value())
            .put("size", upload.plan().size())
            .put("upload_expires_at", time(upload.end()));
    if (upload.plan().isOnePut()) {
      return upload.put() == null ? json : json.put("put", of(upload.put(), second));
    }
    JsonArray parts = new JsonArray();
    for (Upload.Part part : upload.parts()) {
      JsonObject each = part.link() == null ? new JsonObject() : of(part.link(), second);
      parts.add(
          each.put("number", part.number()).put("offset", part.offset()).put("size", part.size()));
    }
    json.put("part_size", upload.plan().partSize())
        .put("part_count", upload.plan().count())
        .put("parts", parts);
    return upload.next() == 0 ? json : json.put("next_part", upload.next());
  }

  private static JsonObject of(Upload.Link link, long second) {
    return new JsonObject()
        .put("method", "PUT")
        .put("url", link.url())
        .put("headers", new JsonObject(new TreeMap<>(link.headers())))
        .put("expires_at", time(link.end()))
        .put("expires_in", Math.max(0, link.end() - second));
  }

  /** An object that is whole. */
  static JsonObject of(Upload.Done done) {
    JsonObject json =
        new JsonObject()
            .put("key", done.key().value())
            .put("size", done.size())
            .put("etag", done.etag())
            .put("sha256", done.sha256())
            .put("digest", done.verified() ? "verified" : "declared");
    return done.version() == null ? json : json.put("version_id", done.version());
  }

  /** Some objects. */
  static JsonObject of(Binaries.Page page) {
    JsonArray objects = new JsonArray();
    for (Binaries.Binary binary : page.objects()) {
      objects.add(
          new JsonObject()
              .put("key", binary.key())
              .put("size", binary.size())
              .put("etag", binary.etag())
              .put("last_modified", binary.lastModified())
              .put("storage_class", binary.storageClass()));
    }
    JsonObject json = new JsonObject().put("objects", objects);
    return page.next() == null ? json : json.put("next", page.next());
  }

  private static String time(long second) {
    return Instant.ofEpochSecond(second).toString();
  }
}
