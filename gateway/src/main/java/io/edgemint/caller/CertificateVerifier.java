package io.edgemint.caller;

import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.ChainJudge.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns client certificates into callers.
 *
 * <p>What was accepted is remembered with the certificate, and looked at each time: it holds until
 * the first certificate or revocation list behind it ends, and for as long as its issuers' names
 * lead to the same authorities. Otherwise it is judged anew. What was refused is never remembered.
 *
 * <p>Safe on all threads; each certificate belongs to one event loop. A remembered one costs two
 * comparisons, another one a few signature checks where the caller stands.
 */
public final class CertificateVerifier {
  private final InstantSource clock;
  private final Function<Caller, Supplier<@Nullable Refused>> accounts;
  private final Counter remembered;
  private final Counter verified;
  private final AuthCounters counters;
  private volatile Anchors anchors = Anchors.NONE;

  /**
   * Follows the organisations' authorities from now on.
   *
   * @param accounts where a caller's requests are counted, each giving null or why the caller has
   *     to come back later; safe on all threads, and asked for once for each certificate
   */
  public CertificateVerifier(
      OrgDirectory orgs,
      Function<Caller, Supplier<@Nullable Refused>> accounts,
      InstantSource clock,
      MeterRegistry meters) {
    this.accounts = accounts;
    this.clock = clock;
    this.counters =
        new AuthCounters(
            meters,
            "gateway.certificate.auth",
            "Client certificates by what became of them",
            ChainFlaw.values(),
            ChainFlaw::refused);
    this.remembered = counters.accepted("remembered");
    this.verified = counters.accepted("verified");
    orgs.onReplace(this::follow);
    follow(orgs.snapshot());
  }

  private synchronized void follow(Snapshot snapshot) {
    anchors = Anchors.of(snapshot, anchors);
  }

  /**
   * The caller that a remembered certificate speaks of, complete, and charged to its account; null
   * if it must be judged, which costs signature checks.
   */
  public @Nullable Future<Caller> remembered(ClientCertificate certificate) {
    Verdict known = standing(certificate);
    if (known == null) {
      return null;
    }
    remembered.increment();
    return charge(known);
  }

  /**
   * The caller that a certificate speaks of, complete; fails with a {@link Refused} of {@code
   * CERTIFICATE_INVALID} or {@code CERTIFICATE_EXPIRED}, or with what its account says.
   */
  public Future<Caller> verify(ClientCertificate certificate) {
    Future<Caller> known = remembered(certificate);
    if (known != null) {
      return known;
    }
    try {
      return charge(judge(certificate));
    } catch (Refused e) {
      return refuse(e);
    }
  }

  /** The same for a request that has been charged before, and had to wait. */
  public Future<Caller> again(ClientCertificate certificate) {
    Verdict known = standing(certificate);
    try {
      return (known != null ? known : judge(certificate)).answer();
    } catch (Refused e) {
      return refuse(e);
    }
  }

  private @Nullable Verdict standing(ClientCertificate certificate) {
    Verdict known = certificate.accepted;
    if (known == null || !known.holdsAt(clock.instant())) {
      return null;
    }
    Anchors newest = anchors;
    if (known.anchors() == newest) {
      return known;
    }
    if (!known.holdsWith(newest)) {
      return null;
    }
    Verdict renewed = known.with(newest);
    certificate.accepted = renewed;
    return renewed;
  }

  private Verdict judge(ClientCertificate certificate) {
    certificate.accepted = null;
    Verdict verdict = ChainJudge.judge(anchors, clock.instant(), certificate.chain(), accounts);
    certificate.accepted = verdict;
    verified.increment();
    return verdict;
  }

  private static Future<Caller> charge(Verdict known) {
    Refused over = known.account().get();
    return over == null ? known.answer() : Future.failedFuture(over);
  }

  private Future<Caller> refuse(Refused reason) {
    counters.count(reason);
    return Future.failedFuture(reason);
  }

  /** Whether there is any authority, though it may let nobody in at this moment. */
  public boolean anybodyGetsIn() {
    return !anchors.isEmpty();
  }

  /** Each authority that lets nobody in, in sentences for the operator. */
  public List<String> problems() {
    Instant now = clock.instant();
    return anchors
        .all()
        .flatMap(
            anchor ->
                AuthorityHealth.problem(anchor.authority(), now).stream()
                    .map(problem -> anchor.org() + ": " + problem))
        .toList();
  }
}
