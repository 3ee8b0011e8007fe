package io.edgemint.onboarding;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.edgemint.backend.BackendStore;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.CertificateAuthority.Subject;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.caller.CertificateRules;
import io.edgemint.caller.RevocationList;
import io.edgemint.onboarding.Impossible.Reason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Brings certificate authorities to organisations: whoever registers one proves, by a certificate
 * that it signs over a nonce, that it is its own. Waits for the registry, so never on an event
 * loop.
 *
 * <p>What is asked for is kept nowhere: a challenge is a sealed text that the caller brings back,
 * and its digest is the nonce.
 */
public final class AuthorityRegistration {
  /** Long enough for an authority that is kept in a safe. */
  private static final Duration CHALLENGE_LIFE = Duration.ofDays(7);

  private static final int MOST = 20;

  /** For a change of keys under one name; more would make devices' issuers hard to tell apart. */
  private static final int MOST_OF_ONE_NAME = 4;

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final String WHOSE = "certificate-authority";

  private final OrgEditor editor;
  private final Secrets secrets;
  private final Supplier<Set<String>> platform;
  private final InstantSource clock;

  /**
   * Works on a store.
   *
   * @param secrets seals challenges
   * @param platform the fingerprints of the keys that vouch for the gateway itself
   */
  public AuthorityRegistration(
      BackendStore store, Secrets secrets, Supplier<Set<String>> platform, InstantSource clock) {
    this.editor = new OrgEditor(store);
    this.secrets = secrets;
    this.platform = platform;
    this.clock = clock;
  }

  /**
   * What an authority is to sign.
   *
   * @param nonce the common name of the certificate that it signs; 64 characters
   * @param challenge what is to be sent back with it
   * @param expiresAt when the challenge ends
   */
  public record Challenge(String nonce, String challenge, Instant expiresAt) {}

  /**
   * An authority to add, or to put in the place of the one with its name and key.
   *
   * @param certificate its certificate, PEM
   * @param challenge what {@link #challenge} gave
   * @param proof the certificate that it signed over the nonce, PEM
   * @param crl its revocation list, PEM; null for none, or to keep the one that stands
   */
  public record NewAuthority(
      String name,
      String certificate,
      String challenge,
      String proof,
      Subject subject,
      @Nullable String crl) {}

  /**
   * Begins a registration; nothing is written.
   *
   * @throws Impossible if the certificate cannot be an authority's here; the message says why
   */
  public Challenge challenge(OrgId id, String certificate, Order order) {
    Org org = editor.org(id, order);
    X509Certificate authority = authority(certificate);
    requireFree(org, null, authority);
    Instant end = clock.instant().plus(CHALLENGE_LIFE);
    String content = CertificateRules.fingerprint(authority) + ' ' + end.getEpochSecond();
    String sealed = secrets.seal(content.getBytes(US_ASCII), purpose(id), 1).text();
    return new Challenge(nonce(sealed), sealed, Instant.ofEpochSecond(end.getEpochSecond()));
  }

  private static Purpose purpose(OrgId org) {
    return new Purpose(org, WHOSE, "challenge");
  }

  private static String nonce(String challenge) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(challenge.getBytes(US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Adds an authority whose key has signed the nonce, or replaces what stands under its name and
   * has the same key.
   *
   * @return the organisation as written, or as it would be
   * @throws Impossible if it is refused; the message says why and what to do
   * @throws BackendStore.Conflict if the key belongs to another organisation
   */
  public Org put(OrgId id, NewAuthority wanted, Order order) {
    if (!NAME.matcher(wanted.name()).matches()) {
      throw new Impossible(
          Reason.AUTHORITY_UNFIT,
          "the name of a certificate authority is 1 to 32 of a-z, 0-9 and -");
    }
    X509Certificate certificate = authority(wanted.certificate());
    requireProof(id, certificate, wanted);
    RevocationList list = wanted.crl() == null ? null : list(wanted.crl(), certificate);
    return editor.edit(
        id,
        order,
        "put certificate authority " + wanted.name(),
        org -> {
          requireFree(org, wanted.name(), certificate);
          CertificateAuthority standing = org.authority(wanted.name());
          requireNewer(list, standing);
          String kept = standing == null ? null : standing.crl();
          return org.withAuthority(
              new CertificateAuthority(
                  wanted.name(),
                  wanted.certificate().strip() + "\n",
                  CertificateRules.fingerprint(certificate),
                  wanted.subject(),
                  list == null ? kept : list.base64()));
        });
  }

  /**
   * Replaces the revocation list of an authority.
   *
   * @throws Impossible if the organisation has no such authority, or the list is refused
   */
  public Org putCrl(OrgId id, String name, String crl, Order order) {
    return editor.edit(
        id,
        order,
        "put revocation list of certificate authority " + name,
        org -> {
          CertificateAuthority standing = standing(org, name);
          RevocationList list = list(crl, CertificateRules.parse(standing.certificate()));
          requireNewer(list, standing);
          return org.withAuthority(standing.withCrl(list.base64()));
        });
  }

  /**
   * Removes an authority: no certificate of it lets anybody in any more, and another organisation
   * may prove its key.
   *
   * @throws Impossible if the organisation has no such authority
   */
  public Org remove(OrgId id, String name, Order order) {
    return editor.edit(
        id,
        order,
        "remove certificate authority " + name,
        org -> {
          CertificateAuthority gone = standing(org, name);
          List<CertificateAuthority> left = new ArrayList<>(org.authorities());
          left.remove(gone);
          return org.withAuthorities(left);
        });
  }

  /**
   * The authority of that name.
   *
   * @throws Impossible if the organisation has none
   */
  public static CertificateAuthority standing(Org org, String name) {
    CertificateAuthority standing = org.authority(name);
    if (standing == null) {
      throw new Impossible(
          Reason.AUTHORITY_MISSING,
          "organisation '%s' has no certificate authority '%s'; it has %s"
              .formatted(
                  org.id(),
                  name,
                  org.authorities().stream().map(CertificateAuthority::name).toList()));
    }
    return standing;
  }

  private X509Certificate authority(String pem) {
    X509Certificate certificate = parsed(pem, "certificate");
    refuse(
        Reason.NOT_AN_AUTHORITY,
        CertificateRules.notAnAuthority(certificate),
        "give the certificate of the authority that issues the devices' certificates");
    refuse(
        Reason.WEAK_KEY,
        CertificateRules.weakKey(certificate),
        "use RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519");
    refuse(
        Reason.WEAK_SIGNATURE,
        CertificateRules.weakSignature(certificate),
        "issue it again with SHA-256");
    Instant now = clock.instant();
    Instant end = certificate.getNotAfter().toInstant();
    refuse(
        Reason.AUTHORITY_EXPIRED,
        now.isBefore(end) ? null : "it ended at " + end,
        "renew it, with the same key or another");
    if (platform.get().contains(CertificateRules.fingerprint(certificate))) {
      throw new Impossible(
          Reason.AUTHORITY_OF_PLATFORM,
          "this authority vouches for the gateway itself (edge.tls); give one of the organisation's"
              + " own");
    }
    return certificate;
  }

  private static void refuse(Reason reason, @Nullable String why, String fix) {
    if (why != null) {
      throw new Impossible(reason, "the certificate is refused: " + why + "; " + fix);
    }
  }

  private static X509Certificate parsed(String pem, String member) {
    try {
      return CertificateRules.parse(pem);
    } catch (IllegalArgumentException e) {
      throw new Impossible(Reason.AUTHORITY_UNFIT, member + ": " + e.getMessage());
    }
  }

  /** Whether the organisation may have it under that name; null for a name that is not known. */
  private static void requireFree(Org org, @Nullable String name, X509Certificate certificate) {
    String key = CertificateRules.fingerprint(certificate);
    CertificateAuthority named = name == null ? null : org.authority(name);
    if (named != null && !named.publicKey().equals(key)) {
      throw new Impossible(
          Reason.CONTRADICTION,
          "certificate authority '%s' stands with another key; choose another name, and remove it when the last of its devices has a new certificate"
              .formatted(name));
    }
    List<CertificateAuthority> others =
        org.authorities().stream().filter(it -> !it.name().equals(name)).toList();
    if (name != null) {
      others.stream()
          .filter(it -> it.publicKey().equals(key))
          .findFirst()
          .ifPresent(
              it -> {
                throw new Impossible(
                    Reason.CONTRADICTION,
                    "certificate authority '%s' has this key already; put it under that name, or remove it first"
                        .formatted(it.name()));
              });
    }
    if (named == null && others.size() >= MOST) {
      throw new Impossible(
          Reason.TOO_MANY_AUTHORITIES,
          "an organisation has at most %d certificate authorities; remove one that issues no more"
              .formatted(MOST));
    }
    long sameName =
        others.stream()
            .filter(it -> subject(it).equals(certificate.getSubjectX500Principal()))
            .count();
    if (sameName >= MOST_OF_ONE_NAME) {
      throw new Impossible(
          Reason.TOO_MANY_AUTHORITIES,
          "%d certificate authorities have this subject already; give each its own"
              .formatted(sameName));
    }
  }

  private static X500Principal subject(CertificateAuthority authority) {
    return CertificateRules.parse(authority.certificate()).getSubjectX500Principal();
  }

  private void requireProof(OrgId id, X509Certificate authority, NewAuthority wanted) {
    requireChallenge(id, authority, wanted.challenge());
    X509Certificate proof = parsed(wanted.proof(), "proof");
    refuse(
        Reason.WEAK_SIGNATURE,
        CertificateRules.weakSignature(proof),
        "sign the proof again with SHA-256");
    if (!CertificateRules.isIssuedBy(proof, authority)) {
      throw new Impossible(
          Reason.PROOF_INVALID,
          "the proof was not signed by this authority's key, or names another issuer; sign it with"
              + " the key of the certificate that was sent");
    }
    X500Principal expected = new X500Principal("CN=" + nonce(wanted.challenge()));
    if (!proof.getSubjectX500Principal().equals(expected)) {
      throw new Impossible(
          Reason.PROOF_INVALID,
          "the proof's subject is not CN=%s alone; issue it again for that nonce"
              .formatted(nonce(wanted.challenge())));
    }
  }

  private void requireChallenge(OrgId id, X509Certificate authority, String challenge) {
    String[] content;
    try {
      byte[] opened = secrets.open(new SealedSecret(1, challenge), purpose(id));
      content = new String(opened, US_ASCII).split(" ", 2);
    } catch (IllegalArgumentException e) {
      throw new Impossible(
          Reason.CHALLENGE_INVALID,
          "the challenge was not made here for this organisation; ask for a new one");
    }
    if (!content[0].equals(CertificateRules.fingerprint(authority))) {
      throw new Impossible(
          Reason.CHALLENGE_INVALID,
          "the challenge was made for another key; ask for one with this certificate");
    }
    if (!clock.instant().isBefore(Instant.ofEpochSecond(Long.parseLong(content[1])))) {
      throw new Impossible(
          Reason.CHALLENGE_INVALID, "the challenge ended after seven days; ask for a new one");
    }
  }

  private RevocationList list(String pem, X509Certificate authority) {
    RevocationList list;
    try {
      list = RevocationList.parse(pem);
    } catch (IllegalArgumentException e) {
      throw new Impossible(Reason.CRL_INVALID, "crl: " + e.getMessage());
    }
    String wrong = list.notOf(authority);
    Instant now = clock.instant();
    if (wrong == null && list.thisUpdate().isAfter(now)) {
      wrong = "it begins only at " + list.thisUpdate();
    }
    if (wrong == null && !now.isBefore(list.nextUpdate())) {
      wrong = "its nextUpdate was at " + list.nextUpdate();
    }
    if (wrong != null) {
      throw new Impossible(
          Reason.CRL_INVALID,
          "the revocation list is refused: %s; have the authority write a new one"
              .formatted(wrong));
    }
    return list;
  }

  private static void requireNewer(
      @Nullable RevocationList list, @Nullable CertificateAuthority standing) {
    RevocationList before = standing == null ? null : RevocationList.of(standing);
    if (list != null && before != null && list.isOlderThan(before)) {
      throw new Impossible(
          Reason.CRL_OLDER,
          "the revocation list is older than the one that stands, of %s; put the newest"
              .formatted(before.thisUpdate()));
    }
  }
}
