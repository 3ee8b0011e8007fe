package io.edgemint.caller;

import io.edgemint.ManualClock;
import io.edgemint.TestAuthority;
import io.edgemint.TestAuthority.Device;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.CertificateAuthority.Subject;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Organisations with authorities, and a verifier that follows them. */
final class CertificateWorld {
  static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  final ManualClock clock = new ManualClock(NOW.getEpochSecond());
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final OrgDirectory orgs = new OrgDirectory();
  final CertificateVerifier verifier =
      new CertificateVerifier(orgs, caller -> () -> null, clock, meters);
  private final List<Org> registered = new ArrayList<>();
  private long version;

  /** Registers an authority, in place of its namesake. */
  void register(String org, CertificateAuthority... authorities) {
    registered.removeIf(it -> it.id().value().equals(org));
    Org next = Samples.org(org);
    for (CertificateAuthority each : authorities) {
      next = next.withAuthority(each);
    }
    registered.add(next);
    version++;
    orgs.replace(Snapshot.of(version, registered));
  }

  static CertificateAuthority authority(TestAuthority authority) {
    return authority(authority, Subject.CN, null);
  }

  static CertificateAuthority authority(
      TestAuthority authority, Subject subject, byte @Nullable [] crl) {
    return new CertificateAuthority(
        "ca-" + authority.fingerprint().substring(0, 8),
        authority.pem(),
        authority.fingerprint(),
        subject,
        crl == null ? null : Base64.getEncoder().encodeToString(crl));
  }

  /** Who a device is. */
  Caller caller(Device device) {
    return caller(ClientCertificate.of(device.chain()));
  }

  Caller caller(ClientCertificate certificate) {
    return verifier.verify(certificate).result();
  }

  /** Why a device is refused. */
  String refusal(Device device) {
    return refusal(ClientCertificate.of(device.chain()));
  }

  String refusal(ClientCertificate certificate) {
    var answer = verifier.verify(certificate);
    if (answer.succeeded()) {
      return "accepted";
    }
    Refused refused = (Refused) answer.cause();
    for (ChainFlaw flaw : ChainFlaw.values()) {
      if (flaw.refused() == refused) {
        return flaw.name();
      }
    }
    return refused.detail();
  }

  double judged() {
    return meters.get("gateway.certificate.auth").tag("reason", "verified").counter().count();
  }
}
