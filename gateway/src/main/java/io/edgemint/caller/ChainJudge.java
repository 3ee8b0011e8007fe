package io.edgemint.caller;

import io.edgemint.backend.Refused;
import io.vertx.core.Future;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Judges one chain at one moment (RFC 5280, section 6): finds the authorities that vouch for it,
 * and walks the path from the nearest one by the JDK's own rules. Fetches nothing. Costs a few
 * signature checks.
 */
final class ChainJudge {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String ANY_PURPOSE = "2.5.29.37.0";
  private static final int DIGITAL_SIGNATURE = 0;

  /** Four that were sent, and as many authorities above each other. */
  private static final int MOST_STEPS = 8;

  private final Anchors anchors;
  private final Instant now;
  private final List<X509Certificate> chain;

  /** What was asked of the index on the way, and what it said. */
  private final List<X509Certificate> asked = new ArrayList<>();

  private final List<List<Anchor>> named = new ArrayList<>();
  private final List<X509Certificate> met = new ArrayList<>();
  private @Nullable Anchor nearest;
  private Instant from;
  private Instant until;

  private ChainJudge(Anchors anchors, Instant now, List<X509Certificate> chain) {
    this.anchors = anchors;
    this.now = now;
    this.chain = chain;
    this.from = chain.getFirst().getNotBefore().toInstant();
    this.until = chain.getFirst().getNotAfter().toInstant();
  }

  /**
   * A chain that was accepted. It holds from one moment until another, and for as long as the same
   * authorities are named by its certificates.
   *
   * @param anchors the index that was asked last
   * @param asked the certificates whose issuers were looked for
   * @param named what the index said of each
   * @param from when all of the path is valid
   * @param until the first moment at which some of the path, or a revocation list, is not
   * @param answer the caller, complete
   * @param account where its requests are counted
   */
  record Verdict(
      Anchors anchors,
      List<X509Certificate> asked,
      List<List<Anchor>> named,
      Instant from,
      Instant until,
      Future<Caller> answer,
      Supplier<@Nullable Refused> account) {
    boolean holdsAt(Instant now) {
      return !now.isBefore(from) && now.isBefore(until);
    }

    /** Whether another index says the same of every certificate; no key is tried for it. */
    boolean holdsWith(Anchors other) {
      for (int i = 0; i < asked.size(); i++) {
        if (!other.named(asked.get(i)).equals(named.get(i))) {
          return false;
        }
      }
      return true;
    }

    Verdict with(Anchors other) {
      return new Verdict(other, asked, named, from, until, answer, account);
    }
  }

  /**
   * Accepts a chain.
   *
   * @param accounts where a caller's requests are counted
   * @throws Refused if it is not accepted
   */
  static Verdict judge(
      Anchors anchors,
      Instant now,
      List<X509Certificate> chain,
      Function<Caller, Supplier<@Nullable Refused>> accounts) {
    return new ChainJudge(anchors, now, chain).judge(accounts);
  }

  private Verdict judge(Function<Caller, Supplier<@Nullable Refused>> accounts) {
    X509Certificate leaf = chain.getFirst();
    requireDevice(leaf);
    List<X509Certificate> toAnchor = walk(leaf);
    Anchor anchor = nearest;
    if (anchor == null) {
      throw ChainFlaw.UNKNOWN.refused();
    }
    validate(toAnchor, anchor);
    String subject = DeviceName.of(leaf, anchor.authority().subject());
    Instant end =
        toAnchor.stream()
            .map(certificate -> certificate.getNotAfter().toInstant())
            .reduce(anchor.certificate().getNotAfter().toInstant(), ChainJudge::earlier);
    Caller caller =
        new Caller(
            "ca:" + anchor.authority().publicKey(),
            subject,
            anchor.org(),
            Set.of(),
            null,
            end.getEpochSecond());
    return new Verdict(
        anchors,
        List.copyOf(asked),
        List.copyOf(named),
        from,
        until,
        Future.succeededFuture(caller),
        accounts.apply(caller));
  }

  /** What the certificate says of itself, before any key is tried. */
  private void requireDevice(X509Certificate leaf) {
    require(now.isBefore(until), ChainFlaw.EXPIRED);
    require(!now.isBefore(from), ChainFlaw.NOT_YET_VALID);
    require(
        CertificateRules.weakKey(leaf) == null && CertificateRules.weakSignature(leaf) == null,
        ChainFlaw.WEAK);
    require(leaf.getBasicConstraints() < 0, ChainFlaw.NOT_A_DEVICE);
    require(CertificateRules.allows(leaf, DIGITAL_SIGNATURE), ChainFlaw.USAGE);
    require(isForClients(leaf), ChainFlaw.USAGE);
  }

  /** None at all allows everything (RFC 5280, section 4.2.1.12). */
  private static boolean isForClients(X509Certificate certificate) {
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      return purposes == null || purposes.contains(CLIENT_AUTH) || purposes.contains(ANY_PURPOSE);
    } catch (CertificateParsingException e) {
      throw ChainFlaw.MALFORMED.refused();
    }
  }

  /**
   * Climbs from the device over certificates that were sent and authorities' own, every way there
   * is, so that it makes no difference which of them the device sends, and in which order.
   *
   * @return the path to the nearest authority, itself left out
   */
  private List<X509Certificate> walk(X509Certificate leaf) {
    List<X509Certificate> toAnchor = List.of();
    Queue<List<X509Certificate>> ways = new ArrayDeque<>();
    ways.add(List.of(leaf));
    met.add(leaf);
    for (int i = 0; i < MOST_STEPS && !ways.isEmpty(); i++) {
      List<X509Certificate> way = ways.remove();
      X509Certificate last = way.getLast();
      List<Anchor> candidates = anchors.named(last);
      asked.add(last);
      named.add(candidates);
      Anchor anchor = Anchors.issuer(candidates, last);
      if (anchor != null) {
        if (nearest == null) {
          nearest = anchor;
          toAnchor = way;
        }
        vouches(anchor, last);
      }
      for (X509Certificate next : above(last, anchor)) {
        List<X509Certificate> longer = new ArrayList<>(way);
        longer.add(next);
        ways.add(longer);
      }
    }
    return toAnchor;
  }

  private void vouches(Anchor anchor, X509Certificate issued) {
    Anchor first = nearest;
    require(first != null && first.org().equals(anchor.org()), ChainFlaw.AMBIGUOUS);
    require(!anchor.hasRevoked(issued), ChainFlaw.REVOKED);
    Instant next = anchor.nextUpdate();
    if (next != null) {
      require(now.isBefore(next), ChainFlaw.LIST_OVERDUE);
      until = earlier(until, next);
    }
  }

  /** Those that have issued a certificate and were not met before. */
  private List<X509Certificate> above(X509Certificate last, @Nullable Anchor anchor) {
    List<X509Certificate> above = new ArrayList<>();
    for (X509Certificate sent : chain) {
      if (!met.contains(sent) && CertificateRules.isIssuedBy(last, sent)) {
        above.add(sent);
        met.add(sent);
      }
    }
    if (anchor != null && !met.contains(anchor.certificate())) {
      above.add(anchor.certificate());
      met.add(anchor.certificate());
    }
    return above;
  }

  private void validate(List<X509Certificate> toAnchor, Anchor anchor) {
    for (X509Certificate each : toAnchor) {
      narrow(each);
    }
    narrow(anchor.certificate());
    require(now.isBefore(until) && !now.isBefore(from), ChainFlaw.PATH);
    long between =
        toAnchor.stream()
            .skip(1)
            .filter(it -> !it.getSubjectX500Principal().equals(it.getIssuerX500Principal()))
            .count();
    require(between <= anchor.certificate().getBasicConstraints(), ChainFlaw.PATH);
    // As TLS stacks have it: an authority that is for servers alone makes no devices.
    require(toAnchor.stream().skip(1).allMatch(ChainJudge::isForClients), ChainFlaw.PATH);
    List<X509Certificate> whole = new ArrayList<>(toAnchor);
    if (anchor.isConstrained()) {
      whole.add(anchor.certificate());
    }
    require(CertificateRules.hasFewNames(whole), ChainFlaw.PATH);
    try {
      PKIXParameters parameters = new PKIXParameters(Set.of(anchor.trust()));
      // Lists come from the organisation's record, never from an address in a certificate.
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      // Nobody asks for policies here, and with mappings a chain can have millions of nodes of
      // them.
      parameters.setPolicyMappingInhibited(true);
      var _ =
          CertPathValidator.getInstance("PKIX")
              .validate(CertificateRules.factory().generateCertPath(whole), parameters);
    } catch (CertPathValidatorException e) {
      throw ChainFlaw.PATH.refused();
    } catch (InvalidAlgorithmParameterException e) {
      throw new IllegalStateException("the parameters are PKIX ones", e);
    } catch (RuntimeException e) {
      // Such as the JDK's of two name constraints for mail that have no name in common.
      throw ChainFlaw.PATH.refused();
    } catch (GeneralSecurityException e) {
      throw ChainFlaw.MALFORMED.refused();
    }
  }

  private void narrow(X509Certificate certificate) {
    Instant begin = certificate.getNotBefore().toInstant();
    from = begin.isAfter(from) ? begin : from;
    until = earlier(until, certificate.getNotAfter().toInstant());
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static void require(boolean condition, ChainFlaw flaw) {
    if (!condition) {
      throw flaw.refused();
    }
  }
}
