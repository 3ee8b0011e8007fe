package io.edgemint.http;

import io.edgemint.http.Grants.Grant;
import io.edgemint.signing.Link;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Renders links, and remembers the bytes for as long as they are true: one second. A fleet asks for
 * few links at a time, so most requests find theirs. Belongs to one event loop.
 */
final class LinkBody {
  private static final int REMEMBERED = 4096;

  private final Map<Link, Rendered> bodies =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Link, Rendered> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** The bytes of an answer at a moment. */
  Buffer of(Grant grant, long nowMillis) {
    long second = second(nowMillis);
    Rendered known = bodies.get(grant.link());
    if (known != null && known.isFor(grant, second)) {
      return known.bytes;
    }
    Buffer bytes = json(grant, second).toBuffer();
    bodies.put(grant.link(), new Rendered(grant, second, bytes));
    return bytes;
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

  private record Rendered(Grant grant, long second, Buffer bytes) {
    /** Leaves out the bytes, which hold the link. */
    @Override
    public String toString() {
      return grant + " at " + second;
    }

    /** Identity is meant: a link belongs to one backend as it was prepared once. */
    @SuppressWarnings("ReferenceEquality")
    boolean isFor(Grant other, long now) {
      return second == now && grant.backend() == other.backend() && grant.link() == other.link();
    }
  }
}
