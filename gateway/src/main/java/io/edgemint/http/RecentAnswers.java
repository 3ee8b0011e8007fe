package io.edgemint.http;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import io.edgemint.http.Grants.Grant;
import io.edgemint.objects.StoredObject;
import io.edgemint.objects.StoredObject.DigestState;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Renders links, and remembers the bytes for as long as they are true: one second. A fleet asks for
 * few links at a time, so most requests find theirs, and neither a backend nor the mint is asked.
 * Belongs to one event loop.
 */
final class RecentAnswers {
  /** With the longest paths, less than 8 MiB. */
  private static final int REMEMBERED = 1024;

  private final Map<Asked, Rendered> answers = new HashMap<>();
  private Snapshot snapshot = Snapshot.EMPTY;
  private long second;

  /**
   * What was answered to the same request within this second, or null. Whether the caller may have
   * it is still to be checked.
   *
   * @param newest the organisations as they are now
   */
  @Nullable Rendered recent(Snapshot newest, OrgId org, String uri, long nowMillis) {
    turn(newest, second(nowMillis));
    return answers.get(new Asked(org, uri));
  }

  /**
   * The bytes of an answer at a moment. They are remembered unless they are meant for one token
   * alone, or the organisation has changed since the grant.
   *
   * @param stored what is known of the object, or null
   */
  Rendered render(
      Snapshot newest, Grant grant, @Nullable StoredObject stored, String uri, long nowMillis) {
    turn(newest, second(nowMillis));
    Org org = grant.backend().org();
    var rendered = new Rendered(org, grant.key(), json(grant, stored, second).toBuffer());
    if (!org.policy().tokenLimited()
        && org.equals(newest.org(org.id()))
        && answers.size() < REMEMBERED) {
      answers.put(new Asked(org.id(), uri), rendered);
    }
    return rendered;
  }

  /** No answer outlives its second, nor the organisations that it was made from. */
  private void turn(Snapshot newest, long now) {
    if (snapshot != newest || second != now) {
      answers.clear();
      snapshot = newest;
      second = now;
    }
  }

  /** The members of an answer at a moment. */
  static JsonObject json(Grant grant, @Nullable StoredObject stored, long second) {
    return new JsonObject()
        .put("url", grant.link().url())
        .put("method", "GET")
        .put("expires_at", Instant.ofEpochSecond(grant.link().expiry()).toString())
        .put("expires_in", grant.link().expiry() - second)
        .put("server_time", Instant.ofEpochSecond(second).toString())
        .put("limited_by", grant.link().limitedBy().code())
        .put("org", grant.backend().org().id().value())
        .put("backend", grant.backend().name())
        .put("via", grant.backend().via())
        .put("object", object(grant.key(), stored));
  }

  /** What is known of an object; what is not is absent. */
  private static JsonObject object(ObjectKey key, @Nullable StoredObject stored) {
    JsonObject object = new JsonObject().put("key", key.value());
    if (stored == null) {
      return object;
    }
    object.put("size", stored.size());
    put(object, "etag", stored.etag());
    String sha256 = stored.trueSha256();
    if (sha256 != null) {
      boolean verified = stored.digest() == DigestState.VERIFIED;
      object.put("sha256", sha256).put("sha256_state", verified ? "verified" : "declared");
    }
    put(object, "version_id", stored.versionId());
    Instant modified = stored.lastModified();
    put(object, "last_modified", modified == null ? null : modified.toString());
    return object;
  }

  private static void put(JsonObject object, String name, @Nullable String value) {
    if (value != null) {
      object.put(name, value);
    }
  }

  /** The second that answers speak of: rounded up, so that no life is overstated. */
  static long second(long nowMillis) {
    return Math.ceilDiv(nowMillis, 1000L);
  }

  /**
   * Who asked for what: path and query as they came, so that every wish is part of it. Comparable,
   * for devices may choose paths of one hash.
   */
  private record Asked(OrgId org, String uri) implements Comparable<Asked> {
    @Override
    public int compareTo(Asked other) {
      int byUri = uri.compareTo(other.uri);
      return byUri != 0 ? byUri : org.compareTo(other.org);
    }
  }

  /**
   * An answer.
   *
   * @param org the record that it was made from
   * @param key what it is a link to
   * @param bytes the whole body
   */
  record Rendered(Org org, ObjectKey key, Buffer bytes) {
    /** Leaves out the bytes, which hold the link. */
    @Override
    public String toString() {
      return key + " of " + org.id();
    }
  }
}
