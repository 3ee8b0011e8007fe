package io.edgemint.admin;

import io.edgemint.admin.AdminApi.Shown;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.CertificateAuthority.Subject;
import io.edgemint.backend.Org;
import io.edgemint.caller.CertificateRules;
import io.edgemint.caller.RevocationList;
import io.edgemint.config.Field;
import io.edgemint.config.Section;
import io.edgemint.config.SettingsFile;
import io.edgemint.onboarding.AuthorityRegistration;
import io.edgemint.onboarding.AuthorityRegistration.Challenge;
import io.edgemint.onboarding.AuthorityRegistration.NewAuthority;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** The calls that register, renew and remove certificate authorities, and show them. */
final class AuthorityCalls {
  private final Administration parts;

  AuthorityCalls(Administration parts) {
    this.parts = parts;
  }

  Shown list(AdminCall call) {
    Org org = parts.standing(call.org());
    return Shown.of(
        org,
        new JsonObject()
            .put(
                "certificate_authorities", OrgJson.array(org.authorities(), AuthorityCalls::json)));
  }

  Shown get(AdminCall call) {
    return shown(parts.standing(call.org()), call);
  }

  Shown challenge(AdminCall call) {
    String certificate = call.text("certificate");
    Challenge made = parts.authorities().challenge(call.org(), certificate, call.order());
    return Shown.of(
        new JsonObject()
            .put("nonce", made.nonce())
            .put("challenge", made.challenge())
            .put("expires_at", made.expiresAt().toString()));
  }

  Shown put(AdminCall call) {
    NewAuthority wanted =
        SettingsFile.readRequest(call.body(), root -> wanted(root, call.authority()));
    return shown(parts.authorities().put(call.org(), wanted, call.order()), call);
  }

  private static NewAuthority wanted(Section root, String name) {
    Field<String> certificate = root.field("certificate", text -> text);
    Field<String> challenge = root.field("challenge", text -> text);
    Field<String> proof = root.field("proof", text -> text);
    Subject subject = root.oneOf("subject", Subject.CN);
    Field<Optional<String>> crl = root.optional("crl", text -> text);
    return root.build(
            () ->
                new NewAuthority(
                    name,
                    certificate.get(),
                    challenge.get(),
                    proof.get(),
                    subject,
                    crl.get().orElse(null)))
        .get();
  }

  Shown putCrl(AdminCall call) {
    String crl = call.text("crl");
    return shown(parts.authorities().putCrl(call.org(), call.authority(), crl, call.order()), call);
  }

  Shown remove(AdminCall call) {
    Org org = parts.authorities().remove(call.org(), call.authority(), call.order());
    return Shown.of(org, new JsonObject().put("removed", call.authority()));
  }

  private static Shown shown(Org org, AdminCall call) {
    return Shown.of(org, json(AuthorityRegistration.standing(org, call.authority())));
  }

  static JsonObject json(CertificateAuthority authority) {
    X509Certificate certificate = CertificateRules.parse(authority.certificate());
    JsonObject json =
        new JsonObject()
            .put("name", authority.name())
            .put("subject", OrgJson.word(authority.subject()))
            .put("issuer_name", certificate.getSubjectX500Principal().getName())
            .put("fingerprint", "SHA256:" + authority.publicKey())
            .put("not_after", certificate.getNotAfter().toInstant().toString())
            .put("certificate", authority.certificate());
    RevocationList list = RevocationList.of(authority);
    if (list != null) {
      json.put(
          "crl",
          new JsonObject()
              .put("this_update", list.thisUpdate().toString())
              .put("next_update", list.nextUpdate().toString())
              .put("revoked", list.size()));
    }
    return json;
  }
}
