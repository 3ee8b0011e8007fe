package io.edgemint.http;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import io.edgemint.http.Grants.Grant;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Renders links, and remembers the bytes for as long as they are true: one second. A fleet asks for
 * few links at a time, so most requests find theirs, and neither a backend nor the mint is asked.
 * Belongs to one event loop.
 */
final class LinkBody {
  private static final int REMEMBERED = 4096;

  private final Map<Place, Rendered> bodies =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Rendered> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * What was answered to the same request within this second, or null. Whether the caller may have
   * it is still to be checked.
   *
   * @param newest the organisations as they are now; an answer belongs to one snapshot
   */
  @Nullable Rendered recent(Snapshot newest, OrgId org, String uri, long nowMillis) {
    Rendered known = bodies.get(new Place(org, uri));
    return known != null && known.snapshot == newest && known.second == second(nowMillis)
        ? known
        : null;
  }

  /**
   * The bytes of an answer at a moment. They are remembered unless they are meant for one token
   * alone, or the organisation has changed since the grant.
   */
  @SuppressWarnings("ReferenceEquality") // Equality would compare whole records.
  Rendered render(Snapshot newest, Grant grant, String uri, long nowMillis) {
    long second = second(nowMillis);
    Org org = grant.backend().org();
    Rendered rendered =
        new Rendered(newest, org, grant.key(), second, json(grant, second).toBuffer());
    if (!org.policy().tokenLimited() && newest.org(org.id()) == org) {
      bodies.put(new Place(org.id(), uri), rendered);
    }
    return rendered;
  }

  /** The members of an answer at a moment. */
  static JsonObject json(Grant grant, long second) {
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
        .put("object", new JsonObject().put("key", grant.key().value()));
  }

  /** The second that answers speak of: rounded up, so that no life is overstated. */
  static long second(long nowMillis) {
    return Math.ceilDiv(nowMillis, 1000L);
  }

  /** Who asks for what: path and query as they came, so that every wish is part of it. */
  private record Place(OrgId org, String uri) {}

  /**
   * An answer.
   *
   * @param snapshot the organisations as they were
   * @param org the record that it was made from
   * @param key what it is a link to
   * @param second the second for which it is true
   * @param bytes the whole body
   */
  record Rendered(Snapshot snapshot, Org org, ObjectKey key, long second, Buffer bytes) {
    /** Leaves out the bytes, which hold the link. */
    @Override
    public String toString() {
      return key + " of " + org.id() + " at " + second;
    }
  }
}
