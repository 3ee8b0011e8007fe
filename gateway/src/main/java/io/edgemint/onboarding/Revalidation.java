package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore.Conflict;
import io.edgemint.backend.Leases;
import io.edgemint.backend.Leases.Lease;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Probes the backends that serve again and again, on one gateway at a time, and writes down what
 * has changed. It never switches anything: a backend that fails shows as a state, and the
 * organisation's policy decides whether it goes on serving. Belongs to one thread, which waits for
 * disk and network.
 */
public final class Revalidation {
  private static final System.Logger LOG = System.getLogger(Revalidation.class.getName());
  private static final String WORK = "revalidation";

  /** Whatever failed may be over soon, and the organisation may want no links until it is. */
  private static final Duration RETRY = Duration.ofMinutes(5);

  /** Much longer than a probe takes. */
  private static final Duration LEASE = Duration.ofMinutes(10);

  private final Supplier<? extends Iterable<Org>> orgs;
  private final Leases leases;
  private final Onboarding onboarding;
  private final Duration period;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final String holder;
  private final Map<OrgId, Due> due = new HashMap<>();

  /**
   * Probes nothing before it is asked to.
   *
   * @param orgs what this gateway serves from
   * @param period how often each backend is probed
   * @param holder names this process
   */
  public Revalidation(
      Supplier<? extends Iterable<Org>> orgs,
      Leases leases,
      Onboarding onboarding,
      Duration period,
      InstantSource clock,
      RandomGenerator random,
      String holder,
      MeterRegistry meters) {
    this.orgs = orgs;
    this.leases = leases;
    this.onboarding = onboarding;
    this.period = period;
    this.clock = clock;
    this.random = random;
    this.holder = holder;
    Gauge.builder("gateway.backends.failing", orgs, it -> failing(it.get()))
        .description("Backends that serve and whose last probe failed")
        .strongReference(true)
        .register(meters);
  }

  private static long failing(Iterable<Org> orgs) {
    long failing = 0;
    for (Org org : orgs) {
      Backend active = org.active();
      if (active != null && !active.verified()) {
        failing++;
      }
    }
    return failing;
  }

  /**
   * When a revision is to be probed.
   *
   * @param revision which one serves
   */
  private record Due(String revision, Instant at) {}

  /** Probes whatever is due, if no other gateway does. */
  public void run() {
    if (leases.take(WORK, holder, LEASE) == null) {
      due.clear();
      return;
    }
    for (Org org : orgs.get()) {
      Backend active = org.active();
      if (active == null) {
        due.remove(org.id());
      } else if (isDue(org.id(), active)) {
        Lease lease = leases.take(WORK, holder, LEASE);
        if (lease == null) {
          return;
        }
        probe(org.id(), lease);
      }
    }
  }

  /** The first time comes at random within a period, so that a start probes nobody at once. */
  private boolean isDue(OrgId org, Backend active) {
    String revision = active.label();
    Instant now = clock.instant();
    Due known = due.get(org);
    if (known == null || !known.revision.equals(revision)) {
      Duration phase = Duration.ofMillis(random.nextLong(period.toMillis()) + 1);
      due.put(org, new Due(revision, now.plus(phase)));
      return false;
    }
    // A time that is far off was set by a clock that has been turned back since.
    boolean reached = !now.isBefore(known.at) || known.at.isAfter(now.plus(period));
    if (reached) {
      due.put(org, new Due(revision, now.plus(period)));
    }
    return reached;
  }

  private void lookAgainSoon(OrgId org, Backend failing) {
    Instant soon = clock.instant().plus(RETRY.compareTo(period) < 0 ? RETRY : period);
    due.put(org, new Due(failing.label(), soon));
  }

  private void probe(OrgId org, Lease lease) {
    try {
      Onboarding.@Nullable Findings findings =
          onboarding.revalidate(org, new Order("revalidation", null, false, lease));
      if (findings != null && !findings.backend().verified()) {
        Backend backend = findings.backend();
        lookAgainSoon(org, backend);
        LOG.log(
            Level.WARNING,
            "backend {0} of {1} serves and fails its probe: upload {2}, download {3}",
            backend.name(),
            org,
            Onboarding.word(backend.uploadSide()),
            Onboarding.word(backend.downloadSide()));
      }
    } catch (Impossible | Conflict e) {
      LOG.log(Level.INFO, "backend of {0} was not probed: {1}", org, e.getMessage());
    }
  }
}
