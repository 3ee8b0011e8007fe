package io.edgemint.publisher;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads what the gateway answers, and trusts none of it to fit. */
final class Answers {
  private static final int MOST_PARTS = 10_000;

  /** Of a link, in seconds: a week, which no signature outlives. */
  private static final long MOST_LIFE = 604_800;

  private final InstantSource clock;

  Answers(InstantSource clock) {
    this.clock = clock;
  }

  /** What is known about an object. */
  record Facts(long size, @Nullable String sha256) {
    /** Whether it is the object of that size and digest, as far as that is known. */
    boolean are(long otherSize, String otherSha256) {
      return size == otherSize && otherSha256.equalsIgnoreCase(sha256);
    }
  }

  /** The plan of an upload of that many bytes. */
  Plan plan(JsonNode body, long size) {
    String id = text(body, "id");
    if (body.path("size").asLong(size) != size) {
      throw strange("names another size");
    }
    if (!body.has("part_size")) {
      Link put = body.has("put") ? link(body.path("put"), size) : null;
      List<Integer> missing = put == null ? List.of() : List.of(1);
      return new Plan(id, Parts.one(size), true, put, missing, null);
    }
    long partSize = body.path("part_size").asLong();
    long count = body.path("part_count").asLong();
    if (count < 1 || count > MOST_PARTS || partSize < 1 || count != Math.ceilDiv(size, partSize)) {
      throw strange("has a part_size and a part_count that do not make the size");
    }
    Parts parts = new Parts(size, partSize, (int) count);
    List<Integer> missing = new ArrayList<>();
    for (JsonNode part : body.path("parts")) {
      int number = part.path("number").asInt();
      if (number < 1 || number > count || !fits(part, parts, number)) {
        throw strange("has a part " + number + " that does not fit its part_size");
      }
      missing.add(number);
    }
    Integer next = body.has("next_part") ? body.path("next_part").asInt() : null;
    if (next != null && (next < 1 || next > count)) {
      throw strange("goes on with part " + next + " of " + count);
    }
    return new Plan(id, parts, false, null, missing, next);
  }

  private static boolean fits(JsonNode part, Parts parts, int number) {
    return part.path("offset").asLong(-1) == parts.offset(number)
        && part.path("size").asLong(-1) == parts.size(number);
  }

  /** The link of one part. */
  Link link(JsonNode body, Parts parts, int number) {
    for (JsonNode part : body.path("parts")) {
      if (part.path("number").asInt() == number && fits(part, parts, number)) {
        return link(part, parts.size(number));
      }
    }
    throw strange("has no link for part " + number);
  }

  private Link link(JsonNode node, long size) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    node.path("headers")
        .properties()
        .forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
    String length = headers.getOrDefault("content-length", Long.toString(size));
    if (!length.equals(Long.toString(size)) || !node.path("method").asText("PUT").equals("PUT")) {
      throw strange("has a link that is for something else");
    }
    long life = Math.clamp(node.path("expires_in").asLong(), 0, MOST_LIFE);
    return new Link(url(text(node, "url")), headers, clock.instant().plusSeconds(life));
  }

  /** The exception of a bad URL would show it. */
  private static URI url(String text) {
    try {
      URI url = new URI(text);
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      if (url.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Told below, without the text.
    }
    throw strange("has a link that is no URL");
  }

  /** What an object is, from an answer that carries it or is it; null when it does not say. */
  static @Nullable Facts facts(JsonNode body) {
    JsonNode object = body.has("object") ? body.path("object") : body;
    if (!object.path("size").isIntegralNumber()) {
      return null;
    }
    return new Facts(object.path("size").asLong(), object.path("sha256").textValue());
  }

  /** What an object is, from the headers of a HEAD; null when it does not say. */
  static @Nullable Facts facts(GatewayClient.Answer answer) {
    if (answer.status() != 200) {
      return null;
    }
    String digest = answer.response().headers().firstValue("repr-digest").orElse("");
    long size = answer.response().headers().firstValueAsLong("content-length").orElse(-1);
    return size < 0 ? null : new Facts(size, sha256(digest));
  }

  /** RFC 9530: {@code sha-256=:<base64>:}. */
  private static @Nullable String sha256(String digest) {
    for (String item : digest.split(",", -1)) {
      String field = item.strip();
      if (field.startsWith("sha-256=:") && field.endsWith(":") && field.length() > 10) {
        try {
          byte[] bytes = Base64.getDecoder().decode(field.substring(9, field.length() - 1));
          return HexFormat.of().formatHex(bytes);
        } catch (IllegalArgumentException e) {
          return null;
        }
      }
    }
    return null;
  }

  /** A page of a list. */
  static GatewayClient.Page page(JsonNode body) {
    List<GatewayClient.Listed> objects = new ArrayList<>();
    for (JsonNode object : body.path("objects")) {
      objects.add(
          new GatewayClient.Listed(
              text(object, "key"),
              object.path("size").asLong(),
              object.path("etag").textValue(),
              object.path("last_modified").textValue()));
    }
    return new GatewayClient.Page(objects, body.path("next").textValue());
  }

  private static String text(JsonNode node, String name) {
    String text = node.path(name).textValue();
    if (text == null || text.isEmpty()) {
      throw strange("has no " + name);
    }
    return text;
  }

  private static PublishingFailed strange(String what) {
    return new PublishingFailed(
        "the gateway's answer "
            + what
            + "; is this the address of a gateway, and one of this version?");
  }
}
