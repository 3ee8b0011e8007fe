package io.edgemint.http;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import io.edgemint.http.Grants.Grant;
import io.edgemint.objects.StoredObject;
import io.vertx.core.buffer.Buffer;
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
    var rendered =
        new Rendered(
            org, grant.key(), LinkJson.bytes(json -> LinkJson.write(json, grant, stored, second)));
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
