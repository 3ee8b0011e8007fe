package io.edgemint.probe;

import io.edgemint.backend.Destination;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.Courier;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.Sessions;
import io.edgemint.probe.Check.Side;
import java.time.InstantSource;

/**
 * Checks that the very session that deliveries use is held below the prefix by the storage itself,
 * by ending an upload outside that nobody has: whoever may not is refused, everybody else hears
 * that it is missing. Looking for an object would not tell, for whoever may list the bucket hears
 * of what is missing, as that session does, even where it may read nothing.
 */
final class TenantChecks {
  private static final String STEP = "act outside the prefix with the session of a delivery";
  private static final String NO_UPLOAD = "edgemint-probe";
  private static final long LIFE = 300;

  private final Sessions sessions;
  private final Courier courier;
  private final InstantSource clock;
  private final Report report;

  TenantChecks(Sessions sessions, Courier courier, InstantSource clock, Report report) {
    this.sessions = sessions;
    this.courier = courier;
    this.clock = clock;
    this.report = report;
  }

  /**
   * Tries to end what is not there.
   *
   * @param nowhere a key that no one has, below the prefix and outside of it
   */
  void run(OrgId org, Destination destination, ObjectKey nowhere) {
    S3Storage storage = destination.storage();
    Session session;
    try {
      session = Courier.await(sessions.toPublish(org, destination.name(), storage).renewed(LIFE));
    } catch (Refused | IllegalArgumentException e) {
      report.failed(
          Side.UPLOAD,
          "get a session for deliveries",
          String.valueOf(e.getMessage()),
          new Diagnosis("session_unavailable", "correct the credentials of this side"));
      return;
    }
    if (!(storage.credentials() instanceof Role)) {
      // A key pair has no session that could be narrowed.
      return;
    }
    var outside = new BucketRequests(storage.withPrefix(""), session, clock);
    Answer answer = courier.send(outside.abortUpload(nowhere, NO_UPLOAD));
    if (answer.status() == 403) {
      report.passed(Side.UPLOAD, STEP, answer.seen());
    } else {
      report.failed(
          Side.UPLOAD,
          STEP,
          answer.seen(),
          Diagnosis.of(
              answer,
              new Diagnosis(
                  "prefix_open",
                  "the storage lets the session act outside the prefix: use one that evaluates the"
                      + " Policy of AssumeRole, and let no policy of the bucket allow the session"
                      + " itself")));
    }
  }
}
