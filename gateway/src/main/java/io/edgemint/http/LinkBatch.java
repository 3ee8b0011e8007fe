package io.edgemint.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.caller.Caller;
import io.edgemint.http.Grants.Grant;
import io.edgemint.http.LinkJson.Content;
import io.edgemint.signing.LinkAsk;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Answers {@code POST /v1/links}: up to 64 keys, one result for each, in order. */
final class LinkBatch {
  static final int MAX_KEYS = 64;

  /** Room for 64 keys of 1,024 bytes in which every character is escaped. */
  private static final int MAX_BODY = 448 * 1024;

  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(4)
                  .maxStringLength(8192)
                  .maxNumberLength(20)
                  .maxNameLength(64)
                  .build())
          .build();

  private final Grants grants;
  private final InstantSource clock;
  private final StreamDeadlines deadlines;

  LinkBatch(Grants grants, InstantSource clock, StreamDeadlines deadlines) {
    this.grants = grants;
    this.clock = clock;
    this.deadlines = deadlines;
  }

  /** The body of the answer; fails as a whole if the caller or the request is not accepted. */
  Future<Buffer> answer(HttpServerRequest request, Future<Caller> caller, LinkAsk ask) {
    if (ask.version() != null) {
      throw new Refused(Refusal.REQUEST_INVALID, "a batch cannot pin a version");
    }
    if (caller.failed()) {
      // Its body is never kept: nobody fills memory without a token that is accepted.
      return Future.failedFuture(caller.cause());
    }
    Body body = Body.read(request, MAX_BODY, deadlines);
    caller.onFailure(body::drop);
    return Grants.then(
        caller,
        known -> {
          body.goAhead();
          return body.whole().compose(json -> results(request, known, keys(json), ask));
        });
  }

  private Future<Buffer> results(
      HttpServerRequest request, Caller caller, List<String> keys, LinkAsk ask) {
    List<Future<LongFunction<Content>>> results = new ArrayList<>(keys.size());
    for (String key : keys) {
      results.add(
          grants
              .grant(caller, ObjectKey.of(key), ask)
              .map(grant -> link(request, key, grant))
              .recover(failure -> refusal(request, key, failure).map(it -> second -> it)));
    }
    return Future.all(results).map(all -> render(all.list()));
  }

  /** Only when the last one is there, so that none overstates its life. */
  private Buffer render(List<LongFunction<Content>> results) {
    long second = RecentAnswers.second(clock.millis());
    return LinkJson.bytes(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("results");
          for (LongFunction<Content> result : results) {
            result.apply(second).write(json);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** Looked at again when all are there: the others may have taken seconds. */
  private LongFunction<Content> link(HttpServerRequest request, String key, Grant grant) {
    return second -> {
      Refused withdrawn = grants.withdrawn(grant);
      return withdrawn == null
          ? json -> LinkJson.write(json, grant, grants.known(grant).object(), second)
          : refusal(request, key, withdrawn);
    };
  }

  private static Future<Content> refusal(HttpServerRequest request, String key, Throwable failure) {
    return failure instanceof Refused refused
        ? Future.succeededFuture(refusal(request, key, refused))
        : Future.failedFuture(failure);
  }

  private static Content refusal(HttpServerRequest request, String key, Refused refused) {
    Problem problem = Problem.of(refused.refusal());
    JsonObject refusal =
        Answers.json(problem, refused.detail()).put("object", new JsonObject().put("key", key));
    if (problem.waits()) {
      refusal.put("retry_after", Answers.retryAfter(request));
    }
    return json -> json.writeRawValue(refusal.encode());
  }

  private static List<String> keys(Buffer json) {
    List<String> keys = new ArrayList<>();
    try (JsonParser parser = STRICT.createParser(utf8(json))) {
      expect(parser.nextToken() == JsonToken.START_OBJECT);
      expect("keys".equals(parser.nextFieldName()));
      expect(parser.nextToken() == JsonToken.START_ARRAY);
      while (parser.nextToken() == JsonToken.VALUE_STRING) {
        expect(keys.size() < MAX_KEYS);
        keys.add(parser.getText());
      }
      expect(parser.currentToken() == JsonToken.END_ARRAY && !keys.isEmpty());
      expect(parser.nextToken() == JsonToken.END_OBJECT && parser.nextToken() == null);
      return keys;
    } catch (IOException e) {
      throw malformed();
    }
  }

  /** Decoded here, for the parser would also take UTF-16 and overlong forms. */
  private static String utf8(Buffer json) throws CharacterCodingException {
    ByteBuffer octets = ByteBuffer.wrap(json.getBytes());
    return StandardCharsets.UTF_8.newDecoder().decode(octets).toString();
  }

  private static void expect(boolean condition) {
    if (!condition) {
      throw malformed();
    }
  }

  private static Refused malformed() {
    return new Refused(
        Refusal.REQUEST_INVALID,
        "the body is not {\"keys\":[...]} with 1 to 64 strings and nothing else");
  }
}
