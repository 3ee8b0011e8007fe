package io.edgemint.http;

import static java.util.Objects.requireNonNull;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Snapshot;
import io.edgemint.http.Grants.Grant;
import io.edgemint.http.LinkJson.Prepared;
import io.edgemint.objects.ObjectFacts.Told;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers answers with links for as long as they would be made alike, so that neither a backend
 * nor the mint is asked again: until the mint's grid moves on, what is known of the object is old,
 * or the organisation changes. Only the moment of which an answer speaks is written anew, once a
 * second. Belongs to one event loop.
 */
final class RecentAnswers {
  /** Bytes of an entry beside its texts, about: a node of a map, records, arrays. */
  private static final int OVERHEAD = 300;

  /** Answers asked for again within a second, whose bytes are kept until it ends: some MiB. */
  private static final int MOST_WHOLE = 1024;

  private final long halfWeight;
  private final List<Rendered> whole = new ArrayList<>();

  // Whatever was not asked for while the young half filled up is dropped with the old one.
  private Map<Asked, Rendered> young = new HashMap<>();
  private Map<Asked, Rendered> old = Map.of();
  private long youngWeight;
  private Moment moment = new Moment(0);
  private Snapshot newest = Snapshot.EMPTY;

  private long epoch;

  // Answers hold these, so that they keep one record of an organisation alive, not old snapshots.
  private final Map<OrgId, Standing> standings = new HashMap<>();

  /**
   * Remembers nothing yet.
   *
   * @param bytes the weight of all that is remembered
   */
  RecentAnswers(long bytes) {
    this.halfWeight = bytes / 2;
  }

  /**
   * What would be answered to the same request now, or null if that must be found out. Whether the
   * caller may have it is still to be checked.
   *
   * @param orgs the organisations as they are now
   * @param factsVersion that of what is known of objects
   */
  @Nullable Rendered recent(
      Snapshot orgs, long factsVersion, OrgId org, String uri, long nowMillis) {
    turn(orgs, nowMillis);
    Asked asked = new Asked(org, uri);
    Rendered known = young.get(asked);
    if (known == null) {
      known = old.get(asked);
      if (known == null) {
        return null;
      }
      keep(asked, known);
    }
    return isCurrent(known) && known.isTrue(factsVersion, nowMillis, moment.second) ? known : null;
  }

  /**
   * The answer with a link. It is remembered unless it is meant for one token alone, or the
   * organisation has changed since the grant.
   *
   * @param orgs the organisations as they are now
   * @param factsVersion that of what is known of objects, from before that was told
   * @param told what is known of the object
   */
  Rendered render(
      Snapshot orgs, long factsVersion, Grant grant, Told told, String uri, long nowMillis) {
    turn(orgs, nowMillis);
    Org org = grant.backend().org();
    boolean kept = !org.policy().tokenLimited() && org.equals(orgs.org(org.id()));
    var rendered =
        new Rendered(
            kept ? standing(org) : new Standing(org, epoch),
            grant.key(),
            LinkJson.prepare(grant, told.object()),
            Math.min(told.untilMillis(), grant.sameUntil() * 1000),
            factsVersion,
            moment.second);
    if (kept) {
      keep(new Asked(org.id(), uri), rendered);
    }
    return rendered;
  }

  private void keep(Asked asked, Rendered rendered) {
    Rendered before = young.put(asked, rendered);
    youngWeight += rendered.weight(asked) - (before == null ? 0 : before.weight(asked));
    if (youngWeight > halfWeight) {
      old = young;
      young = HashMap.newHashMap(old.size());
      youngWeight = 0;
    }
  }

  /** The body of an answer at the moment for which it was given here. */
  Buffer bytes(Rendered answer) {
    Buffer bytes = answer.bytes;
    if (bytes != null) {
      return bytes;
    }
    bytes = answer.prepared.at(moment.second, moment.text);
    if (answer.given == moment.second && whole.size() < MOST_WHOLE) {
      whole.add(answer);
      answer.bytes = bytes;
    }
    answer.given = moment.second;
    answer.second = moment.second;
    return bytes;
  }

  private Standing standing(Org org) {
    Standing known = standings.get(org.id());
    if (known != null && org.equals(known.org)) {
      return known;
    }
    if (known != null) {
      known.org = null;
    }
    var standing = new Standing(org, epoch);
    standings.put(org.id(), standing);
    return standing;
  }

  /** Whether an answer was made from the organisation's record as it is now. */
  private boolean isCurrent(Rendered answer) {
    Standing standing = answer.standing;
    Org org = standing.org;
    if (org != null && standing.epoch != epoch) {
      standing.epoch = epoch;
      if (!org.equals(newest.org(org.id()))) {
        standing.org = null;
        standings.remove(org.id(), standing);
      }
    }
    return standing.org != null;
  }

  private void turn(Snapshot orgs, long nowMillis) {
    if (newest != orgs) {
      newest = orgs;
      epoch++;
    }
    long second = second(nowMillis);
    if (second != moment.second) {
      moment = new Moment(second);
      whole.forEach(answer -> answer.bytes = null);
      whole.clear();
    }
  }

  /** The second that answers speak of: rounded up, so that no life is overstated. */
  static long second(long nowMillis) {
    return Math.ceilDiv(nowMillis, 1000L);
  }

  /** A second, and how answers tell it. */
  private static final class Moment {
    private final long second;
    private final byte[] text;

    private Moment(long second) {
      this.second = second;
      this.text = LinkJson.serverTime(second);
    }
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

  /** The record of an organisation that answers were made from, until another takes its place. */
  private static final class Standing {
    private @Nullable Org org;

    /** When it was last seen to be the newest. */
    private long epoch;

    private Standing(Org org, long epoch) {
      this.org = org;
      this.epoch = epoch;
    }
  }

  /** An answer whose moment is open. */
  static final class Rendered {
    private final Standing standing;
    private final ObjectKey key;
    private final Prepared prepared;
    private final long untilMillis;
    private final long factsVersion;
    private long second;
    private long given = Long.MIN_VALUE;
    private @Nullable Buffer bytes;

    private Rendered(
        Standing standing,
        ObjectKey key,
        Prepared prepared,
        long untilMillis,
        long factsVersion,
        long second) {
      this.standing = standing;
      this.key = key;
      this.prepared = prepared;
      this.untilMillis = untilMillis;
      this.factsVersion = factsVersion;
      this.second = second;
    }

    /** The record that it was made from; not after another has taken its place. */
    Org org() {
      return requireNonNull(standing.org);
    }

    /** What it is a link to. */
    ObjectKey key() {
      return key;
    }

    private boolean isTrue(long newestFacts, long nowMillis, long now) {
      // A clock that has been turned back says nothing about what was true before.
      return now == second
          || (now > second && nowMillis < untilMillis && factsVersion == newestFacts);
    }

    private int weight(Asked asked) {
      return OVERHEAD
          + asked.uri.length()
          + prepared.length()
          + key.value().length()
          + key.encoded().length();
    }

    /** Leaves out the link. */
    @Override
    public String toString() {
      return "an answer about " + key;
    }
  }
}
