package io.edgemint.caller;

import io.edgemint.backend.CertificateAuthority.Subject;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/** Reads the device's id from its certificate, byte for byte as its authority wrote it. */
final class DeviceName {
  private static final int URI = 6;
  private static final int DNS = 2;

  private DeviceName() {}

  /**
   * The one name of that kind.
   *
   * @throws io.edgemint.backend.Refused if there is none, more than one, or one that no token could
   *     have for its subject
   */
  static String of(X509Certificate certificate, Subject kind) {
    List<Object> names =
        switch (kind) {
          case CN -> commonNames(certificate);
          case SAN_URI -> alternativeNames(certificate, URI);
          case SAN_DNS -> alternativeNames(certificate, DNS);
        };
    if (names.size() != 1
        || !(names.getFirst() instanceof String name)
        || !Claims.isSubject(name)) {
      throw ChainFlaw.SUBJECT.refused();
    }
    return name;
  }

  private static List<Object> commonNames(X509Certificate certificate) {
    List<Object> names = new ArrayList<>();
    try {
      String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
      for (Rdn rdn : new LdapName(subject).getRdns()) {
        var commonName = rdn.toAttributes().get("CN");
        if (commonName != null) {
          names.addAll(Collections.list(commonName.getAll()));
        }
      }
      return names;
    } catch (InvalidNameException e) {
      throw ChainFlaw.SUBJECT.refused();
    } catch (NamingException e) {
      throw new IllegalStateException("a name in memory is not at hand", e);
    }
  }

  private static List<Object> alternativeNames(X509Certificate certificate, int kind) {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      List<Object> names = new ArrayList<>();
      if (all != null) {
        for (List<?> name : all) {
          if (name.get(0).equals(kind)) {
            names.add(name.get(1));
          }
        }
      }
      return names;
    } catch (CertificateParsingException e) {
      throw ChainFlaw.SUBJECT.refused();
    }
  }
}
