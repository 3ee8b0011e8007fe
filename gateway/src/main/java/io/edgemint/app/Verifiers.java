package io.edgemint.app;

import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Secrets;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.caller.AdministratorVerifier;
import io.edgemint.caller.CallerVerifier;
import io.edgemint.caller.CertificateVerifier;
import io.edgemint.caller.KeySupply;
import io.edgemint.caller.LastGoodKeys;
import io.edgemint.caller.Timers;
import io.edgemint.http.ClientCertificateSettings;
import io.edgemint.traffic.Traffic;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Whoever tells who asks: of devices by token or certificate, and of administrators. */
final class Verifiers implements AutoCloseable {
  private final CallerVerifier tokens;
  private final Optional<CertificateVerifier> certificates;
  private final AdministratorVerifier administrators;

  /** Begins to learn the issuers' keys. */
  Verifiers(
      Settings settings,
      Foundation foundation,
      OrgDirectory orgs,
      LastGoodKeys lastGood,
      Traffic traffic,
      Vertx vertx,
      InstantSource clock,
      MeterRegistry meters) {
    this.tokens =
        new CallerVerifier(
            settings.issuers(),
            orgs,
            keys(foundation, lastGood, vertx, clock),
            caller -> traffic.requestsOf(caller.org(), caller.subject()),
            settings.caches().tokens(),
            meters);
    this.certificates =
        settings.edge().clientCertificates().equals(ClientCertificateSettings.NONE)
            ? Optional.empty()
            : Optional.of(
                new CertificateVerifier(
                    orgs,
                    caller -> traffic.requestsOf(caller.org(), caller.subject()),
                    clock,
                    meters));
    this.administrators =
        new AdministratorVerifier(
            settings.admin().issuers(),
            settings.issuers(),
            keys(foundation, new AdministratorsKeys(lastGood), vertx, clock),
            meters);
  }

  private static KeySupply keys(
      Foundation foundation, LastGoodKeys lastGood, Vertx vertx, InstantSource clock) {
    Secrets secrets = foundation.secrets();
    return new KeySupply(
        new KeyFetcher(foundation.outbound()),
        lastGood,
        (issuer, shared) ->
            secrets.open(shared.secret(), Purpose.issuerSecret(issuer.org(), issuer.iss())),
        foundation.background(),
        Timers.of(vertx),
        clock,
        new Random());
  }

  CallerVerifier tokens() {
    return tokens;
  }

  /** Empty if no device may bring a certificate. */
  Optional<CertificateVerifier> certificates() {
    return certificates;
  }

  AdministratorVerifier administrators() {
    return administrators;
  }

  /** Completes when each issuer's keys have been looked for once, found or not. */
  Future<?> loaded() {
    return Future.join(tokens.loaded(), administrators.loaded());
  }

  /** Whether any device can get in at this moment. */
  boolean anyDeviceGetsIn() {
    return tokens.anybodyGetsIn()
        || certificates.map(CertificateVerifier::anybodyGetsIn).orElse(false);
  }

  /** Each issuer and authority that lets nobody in, in sentences for the operator. */
  List<String> problems() {
    List<String> problems = new ArrayList<>(tokens.problems());
    certificates.ifPresent(known -> problems.addAll(known.problems()));
    administrators.problems().forEach(it -> problems.add("for administrators, " + it));
    return problems;
  }

  @Override
  public void close() {
    administrators.close();
    tokens.close();
  }
}
