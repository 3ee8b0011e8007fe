package io.edgemint.http;

import static java.util.Objects.requireNonNull;

import io.edgemint.backend.ActiveBackends;
import io.edgemint.backend.KeyProblem;
import io.edgemint.backend.KeyResult;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.ReadyBackend;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Snapshot;
import io.edgemint.caller.Access;
import io.edgemint.caller.Caller;
import io.edgemint.caller.CallerVerifier;
import io.edgemint.caller.CertificateVerifier;
import io.edgemint.caller.ClientCertificate;
import io.edgemint.objects.ObjectFact;
import io.edgemint.objects.ObjectFact.Found;
import io.edgemint.objects.ObjectFact.Missing;
import io.edgemint.objects.ObjectFact.Unlearnt;
import io.edgemint.objects.ObjectFacts;
import io.edgemint.objects.ObjectFacts.Told;
import io.edgemint.objects.StoredObject;
import io.edgemint.signing.Link;
import io.edgemint.signing.LinkAsk;
import io.edgemint.signing.LinkMint;
import io.edgemint.traffic.Traffic;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The straight line from a credential to a link. Every step is complete at once when what it needs
 * is remembered; each miss is a future of its own.
 */
public final class Grants {
  @SuppressWarnings("StaticAssignmentOfThrowable") // It carries no stack trace: one serves all.
  private static final Refused UNREGISTERED =
      new Refused(Refusal.ORG_UNKNOWN, "the token's organisation is not registered here");

  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final Refused STALE =
      new Refused(
          Refusal.BACKEND_UNAVAILABLE,
          "the gateway has not reached the registry for longer than the organisation allows");

  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final Refused MISSING =
      new Refused(Refusal.OBJECT_MISSING, "the storage holds no object of this key and version");

  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final Refused ARCHIVED =
      new Refused(
          Refusal.OBJECT_ARCHIVED, "the object lies in an archive; restore it, and ask again");

  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final Refused UNLEARNT =
      new Refused(
          Refusal.BACKEND_UNAVAILABLE, "the storage tells nothing of the object at the moment");

  private static final Future<ObjectFact> NOTHING =
      Future.succeededFuture(new Unlearnt("no bucket is known", true));

  private final CallerVerifier callers;
  private final Optional<CertificateVerifier> certificates;
  private final OrgDirectory orgs;
  private final ActiveBackends backends;
  private final LinkMint mint;
  private final Traffic traffic;
  private final ObjectFacts facts;

  /**
   * Joins the parts that know callers, organisations, backends, links, objects, and who asks too
   * often.
   */
  public Grants(
      CallerVerifier callers,
      Optional<CertificateVerifier> certificates,
      OrgDirectory orgs,
      ActiveBackends backends,
      LinkMint mint,
      Traffic traffic,
      ObjectFacts facts) {
    this.callers = callers;
    this.certificates = certificates;
    this.orgs = orgs;
    this.backends = backends;
    this.mint = mint;
    this.traffic = traffic;
    this.facts = facts;
  }

  /**
   * A link and whose it is.
   *
   * @param sameUntil before when the same question gets the same link, in seconds since 1970
   */
  record Grant(
      Caller caller,
      ReadyBackend backend,
      ObjectKey key,
      @Nullable String version,
      Link link,
      long sameUntil) {}

  /**
   * What is known of an object that the caller may read.
   *
   * @param pinsVersions whether a link can lead to one version of it
   */
  record Described(Caller caller, StoredObject object, boolean pinsVersions) {}

  /**
   * Who the token speaks for, if it has not asked too often.
   *
   * @param from the client's address, which matters only for a token that is not remembered
   */
  Future<Caller> caller(String token, Supplier<InetAddress> from) {
    Future<Caller> known = callers.remembered(token);
    return known != null ? known : unknown(() -> callers.verify(token), from.get());
  }

  /**
   * Who a certificate speaks for, if it has not asked too often.
   *
   * @param from the client's address, which matters only for a certificate that must be judged
   */
  Future<Caller> caller(ClientCertificate certificate, Supplier<InetAddress> from) {
    Future<Caller> known = certificates().remembered(certificate);
    return known != null ? known : unknown(() -> accept(certificate), from.get());
  }

  /** Judges a certificate. */
  Future<Caller> accept(ClientCertificate certificate) {
    return certificates().verify(certificate);
  }

  /** Who a certificate still speaks for, for a request that was admitted and had to wait. */
  Future<Caller> again(ClientCertificate certificate) {
    return certificates().again(certificate);
  }

  private CertificateVerifier certificates() {
    return certificates.orElseThrow(() -> new IllegalStateException("no certificates are known"));
  }

  /** Looks at a credential, unless too many bad ones came from the same address. */
  Future<Caller> unknown(Supplier<Future<Caller>> look, InetAddress from) {
    Refused refused = traffic.unknownToken(from);
    if (refused != null) {
      return Future.failedFuture(refused);
    }
    return look(look)
        .onFailure(
            cause -> {
              // What has expired comes from devices that were let in before.
              if (cause instanceof Refused bad
                  && bad.refusal() != Refusal.TOKEN_EXPIRED
                  && bad.refusal() != Refusal.CERTIFICATE_EXPIRED
                  && bad.refusal() != Refusal.RATE_LIMITED) {
                traffic.badToken(from);
              }
            });
  }

  private static Future<Caller> look(Supplier<Future<Caller>> look) {
    try {
      return look.get();
    } catch (Refused e) {
      return Future.failedFuture(e);
    }
  }

  /** Who the token still speaks for, for a request that was admitted and had to wait. */
  Future<Caller> again(String token) {
    return callers.again(token);
  }

  /** All organisations as they are now. */
  Snapshot orgs() {
    return orgs.snapshot();
  }

  /** Whether what is known is older than the organisation allows. */
  boolean isTooOldFor(Org org) {
    return orgs.isTooOldFor(org);
  }

  private @Nullable Org org(Caller caller) {
    return orgs().org(caller.org());
  }

  /**
   * Null if a link that may have waited for others can still be given out, else why not: it may
   * have been withdrawn meanwhile.
   */
  @Nullable Refused withdrawn(Grant grant) {
    return withdrawn(grant.caller(), grant.key());
  }

  /** The same for what a caller may know of an object. */
  @Nullable Refused withdrawn(Caller caller, ObjectKey key) {
    Org org = org(caller);
    return org == null ? UNREGISTERED : Access.check(caller, org, key);
  }

  /** Counts what has made this gateway forget what it knew of an object. */
  long factsVersion() {
    return facts.version();
  }

  /** What is known of the object of a link; what is not is learnt beside. */
  Told known(Grant grant) {
    ReadyBackend backend = grant.backend();
    S3Storage objects = backend.objects();
    if (objects == null) {
      return Told.NOTHING_EVER;
    }
    Told told =
        facts.known(backend.org().id(), backend.name(), objects, grant.key(), grant.version());
    StoredObject object = told.object();
    // The link may rest on an older fact than this, which a caller is not judged by any more.
    return backend.checksObjects() && (object == null || object.archived())
        ? new Told(object, 0)
        : told;
  }

  /** Why a caller gets nothing under a key, or null if it may ask on. */
  private @Nullable Refused refusal(Caller caller, @Nullable Org org, KeyResult parsed) {
    return switch (parsed) {
      case KeyProblem problem -> new Refused(Refusal.KEY_INVALID, problem.detail());
      case ObjectKey key when org == null -> UNREGISTERED;
      case ObjectKey key -> {
        Refused denied = Access.check(caller, org, key);
        yield denied == null && isTooOldFor(org) ? STALE : denied;
      }
    };
  }

  /** What is known of one key for a verified caller, once it is. */
  Future<Described> describe(Caller caller, KeyResult parsed, LinkAsk ask) {
    Org known = org(caller);
    Refused refused = refusal(caller, known, parsed);
    if (refused != null) {
      return Future.failedFuture(refused);
    }
    Org org = requireNonNull(known);
    ObjectKey key = (ObjectKey) parsed;
    return then(
        backends.of(org),
        backend -> {
          boolean pins = backend.pins(backend.signer().current());
          if (ask.version() != null && !pins) {
            return Future.failedFuture(LinkMint.UNPINNABLE);
          }
          return then(
              fact(caller.subject(), backend, key, ask.version()),
              fact ->
                  org.equals(org(caller))
                      ? described(caller, fact, pins)
                      : describe(caller, parsed, ask));
        });
  }

  private static Future<Described> described(Caller caller, ObjectFact fact, boolean pins) {
    Refused unreadable = unreadable(fact);
    if (unreadable != null) {
      return Future.failedFuture(unreadable);
    }
    return fact instanceof Found found
        ? Future.succeededFuture(new Described(caller, found.object(), pins))
        : Future.failedFuture(UNLEARNT);
  }

  /** Asking for what nobody has asked for counts as a new signature does: it costs as much. */
  private Future<ObjectFact> fact(
      String subject, ReadyBackend backend, ObjectKey key, @Nullable String version) {
    S3Storage objects = backend.objects();
    if (objects == null) {
      return NOTHING;
    }
    OrgId org = backend.org().id();
    if (!facts.isAskedFor(org, objects, key, version)) {
      Refused over = traffic.signature(org, subject);
      if (over != null) {
        return Future.failedFuture(over);
      }
    }
    return facts.learn(org, backend.name(), objects, key, version);
  }

  /** Why a link would lead nowhere, or null if that is not known. */
  private static @Nullable Refused unreadable(ObjectFact fact) {
    return switch (fact) {
      case Missing missing -> MISSING;
      case Found found when found.object().archived() -> ARCHIVED;
      case Found found -> null;
      case Unlearnt unlearnt -> null;
    };
  }

  private Future<Link> link(ReadyBackend backend, ObjectKey key, LinkAsk ask, String subject) {
    if (!backend.checksObjects()) {
      return mint.link(backend, key, ask, subject);
    }
    return then(
        fact(subject, backend, key, ask.version()),
        fact -> {
          // What cannot be learnt stops no link.
          Refused unreadable = unreadable(fact);
          return unreadable == null
              ? mint.link(backend, key, ask, subject)
              : Future.failedFuture(unreadable);
        });
  }

  /** A link to one key for a verified caller. */
  Future<Grant> grant(Caller caller, KeyResult parsed, LinkAsk ask) {
    Org known = org(caller);
    Refused refused = refusal(caller, known, parsed);
    if (refused != null) {
      return Future.failedFuture(refused);
    }
    Org org = requireNonNull(known);
    ObjectKey key = (ObjectKey) parsed;
    LinkAsk limited = org.policy().tokenLimited() ? ask.until(caller.expiresAt()) : ask;
    return then(
        backends.of(org),
        backend ->
            then(
                link(backend, key, limited, caller.subject()),
                link ->
                    // Asked again if the record has changed while a session or a key was awaited.
                    org.equals(org(caller))
                        ? Future.succeededFuture(
                            new Grant(
                                caller,
                                backend,
                                key,
                                ask.version(),
                                link,
                                LinkMint.sameUntil(backend, ask, link)))
                        : grant(caller, parsed, ask)));
  }

  /**
   * Goes on at once where there is nothing to wait for, which spares a remembered link three
   * futures.
   */
  static <A, B> Future<B> then(Future<A> step, Function<A, Future<B>> next) {
    return step.succeeded() ? next.apply(step.result()) : step.compose(next);
  }
}
