package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.Leases;
import io.edgemint.backend.Leases.Lease;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leads devices to the standby of a backend when its first bucket has failed for a minute, and back
 * when that has been well for a quarter of an hour; only where the organisation wants that, and on
 * one gateway at a time. Belongs to one thread, which waits for disk and network.
 */
public final class StandbyWatch {
  private static final System.Logger LOG = System.getLogger(StandbyWatch.class.getName());
  private static final String WORK = "standby";
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final int FAILURES = 5;
  private static final Duration FAILING = Duration.ofSeconds(60);
  private static final Duration WELL = Duration.ofMinutes(15);

  private final Supplier<? extends Iterable<Org>> orgs;
  private final Leases leases;
  private final Onboarding onboarding;
  private final Pulse pulse;
  private final InstantSource clock;
  private final String holder;
  private final Map<OrgId, Streak> streaks = new HashMap<>();

  /**
   * Watches nothing before it is asked to.
   *
   * @param orgs what this gateway serves from
   * @param holder names this process
   */
  public StandbyWatch(
      Supplier<? extends Iterable<Org>> orgs,
      Leases leases,
      Onboarding onboarding,
      Pulse pulse,
      InstantSource clock,
      String holder) {
    this.orgs = orgs;
    this.leases = leases;
    this.onboarding = onboarding;
    this.pulse = pulse;
    this.clock = clock;
    this.holder = holder;
  }

  /** Tells whether a storage answers. */
  @FunctionalInterface
  public interface Pulse {
    /** Whether it answers, be it with a refusal; waits for the network. */
    boolean answers(OrgId org, String backend, S3Storage storage);
  }

  /**
   * What was seen of a bucket, again and again.
   *
   * @param revision of which revision
   * @param well whether it answered
   * @param since since when that has been so
   * @param times how often it has been seen
   */
  private record Streak(String revision, boolean well, Instant since, int times) {}

  /** Looks at each bucket once, if no other gateway does. */
  public void run() {
    for (Org org : orgs.get()) {
      Backend active = org.active();
      if (active == null || active.standby() == null || !active.standby().automatic()) {
        streaks.remove(org.id());
        continue;
      }
      Lease lease = leases.take(WORK, holder, LEASE);
      if (lease == null) {
        streaks.clear();
        return;
      }
      look(org, active, lease);
    }
  }

  private void look(Org org, Backend active, Lease lease) {
    if (!(active.download() instanceof S3Storage first)) {
      return;
    }
    Streak streak = seen(org.id(), active, pulse.answers(org.id(), active.name(), first));
    Duration lasting = Duration.between(streak.since, clock.instant());
    boolean over = active.service().failedOver();
    boolean lost =
        !over && !streak.well && streak.times >= FAILURES && lasting.compareTo(FAILING) >= 0;
    boolean back = over && streak.well && lasting.compareTo(WELL) >= 0;
    if (lost || back) {
      turn(org, active, lost, lease);
    }
  }

  private Streak seen(OrgId org, Backend active, boolean well) {
    String revision = active.label();
    @Nullable Streak known = streaks.get(org);
    Instant now = clock.instant();
    Streak next =
        known != null
                && known.revision.equals(revision)
                && known.well == well
                && !now.isBefore(known.since)
            ? new Streak(revision, well, known.since, known.times + 1)
            : new Streak(revision, well, now, 1);
    streaks.put(org, next);
    return next;
  }

  private void turn(Org org, Backend active, boolean toStandby, Lease lease) {
    try {
      // What was seen was seen of this version; another may lead to another bucket.
      Order order = new Order("standby watch", org.version(), false, lease);
      onboarding.failover(org.id(), active.name(), toStandby, order);
      LOG.log(
          Level.WARNING,
          toStandby
              ? "the bucket of {0}/{1} has failed for a minute: its standby serves"
              : "the bucket of {0}/{1} is well again and serves",
          org.id(),
          active.name());
    } catch (Impossible | Conflict e) {
      LOG.log(Level.WARNING, "backend of {0} was not switched: {1}", org.id(), e.getMessage());
    }
  }
}
