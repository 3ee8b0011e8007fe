package io.edgemint.probe;

import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.bucket.Courier;
import io.edgemint.credentials.RoleTrial;
import io.edgemint.credentials.RoleTrial.Attempt;
import io.edgemint.credentials.RoleTrial.Attempt.Denied;
import io.edgemint.credentials.RoleTrial.Attempt.Granted;
import io.edgemint.credentials.RoleTrial.Attempt.Unclear;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.Sessions;
import io.edgemint.probe.Check.Side;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Checks that the gateway gets into a storage, and that nobody else gets in through it. */
final class RoleChecks {
  private static final String ASSUME = "assume the role with its external id";
  private static final String WITHOUT = "assume the role without an external id";
  private static final String WRONG = "assume the role with a wrong external id";

  private final Sessions sessions;
  private final OrgId org;
  private final RandomGenerator random;
  private final Report report;

  RoleChecks(Sessions sessions, OrgId org, RandomGenerator random, Report report) {
    this.sessions = sessions;
    this.org = org;
    this.random = random;
    this.report = report;
  }

  /** A session that may try everything in a storage, or null if there is none to be had. */
  @Nullable Session session(Side side, String backend, S3Storage storage, long life) {
    try {
      return storage.credentials() instanceof Role role
          ? prove(side, storage, role)
          : Courier.await(sessions.toProbe(org, backend, storage, Probe.FOLDER).renewed(life));
    } catch (Refused | IllegalArgumentException e) {
      report.failed(
          side,
          "get a session",
          String.valueOf(e.getMessage()),
          new Diagnosis("session_unavailable", "correct the credentials of this side"));
      return null;
    }
  }

  /**
   * The confused-deputy proof: without the external id and with a wrong one the role must be
   * denied, between two times that it is granted. Returns the session of the second time, or of the
   * first.
   */
  private @Nullable Session prove(Side side, S3Storage storage, Role role) {
    RoleTrial trial = sessions.trial(org, storage, role, Probe.FOLDER);
    Attempt first = trial.withRightId();
    if (!(first instanceof Granted granted)) {
      notGranted(side, role, trial, first);
      return null;
    }
    report.passed(side, ASSUME, "granted");
    Attempt without = trial.withoutId();
    Attempt wrong = trial.withWrongId("-" + HexFormat.of().toHexDigits(random.nextLong()));
    Attempt again = trial.withRightId();
    boolean proven = again instanceof Granted;
    mustBeDenied(side, WITHOUT, "external_id_not_required", without, proven, trial);
    mustBeDenied(side, WRONG, "external_id_any", wrong, proven, trial);
    return again instanceof Granted second ? second.session() : granted.session();
  }

  private void notGranted(Side side, Role role, RoleTrial trial, Attempt attempt) {
    Diagnosis diagnosis =
        switch (attempt) {
          case Denied denied when denied.roleArn().equals(role.via()) ->
              new Diagnosis(
                  "platform_role_missing",
                  "have the operator create the role " + role.via() + " and let the gateway in");
          case Denied denied ->
              new Diagnosis(
                  "role_denied",
                  "let the role's trust policy name the platform's role as principal and ask for"
                      + condition(trial)
                      + "; 'aws sts assume-role' needs --external-id "
                      + trial.externalId()
                      + " to try it");
          case Granted granted -> Diagnosis.inconclusive();
          case Unclear unclear -> Diagnosis.inconclusive();
        };
    report.failed(side, ASSUME, seen(attempt), diagnosis);
  }

  private void mustBeDenied(
      Side side, String step, String code, Attempt attempt, boolean proven, RoleTrial trial) {
    switch (attempt) {
      case Granted granted ->
          report.failed(
              side,
              step,
              seen(attempt),
              new Diagnosis(
                  code,
                  "anybody whom the platform serves could reach this bucket; add to every statement"
                      + " of the role's trust policy"
                      + condition(trial)));
      case Denied denied when proven -> report.passed(side, step, seen(attempt));
      case Denied denied ->
          report.failed(
              side, step, "AccessDenied, but so is the right one now", Diagnosis.inconclusive());
      case Unclear unclear -> report.failed(side, step, seen(attempt), Diagnosis.inconclusive());
    }
  }

  private static String condition(RoleTrial trial) {
    return " \"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"%s\"}}"
        .formatted(trial.externalId());
  }

  private static String seen(Attempt attempt) {
    return switch (attempt) {
      case Granted granted -> "granted";
      case Denied denied -> "AccessDenied";
      case Unclear unclear -> unclear.seen();
    };
  }
}
