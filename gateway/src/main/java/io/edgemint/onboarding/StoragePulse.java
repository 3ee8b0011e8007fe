package io.edgemint.onboarding;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.Courier;
import io.edgemint.credentials.Ailment;
import io.edgemint.credentials.NoSession;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.Sessions;
import io.edgemint.outbound.Outbound;
import io.edgemint.probe.Probe;
import java.time.InstantSource;

/** Asks a bucket for an object that nobody has, as a device would; any answer of S3 will do. */
public final class StoragePulse implements StandbyWatch.Pulse {
  private static final long SECONDS = 60;
  private static final ObjectKey NOBODYS = (ObjectKey) ObjectKey.of(Probe.FOLDER + "pulse");

  private final Sessions sessions;
  private final Courier courier;
  private final InstantSource clock;

  /** Asks with the sessions that also serve. */
  public StoragePulse(Sessions sessions, Outbound outbound, InstantSource clock) {
    this.sessions = sessions;
    this.courier = new Courier(outbound);
    this.clock = clock;
  }

  @Override
  public boolean answers(OrgId org, String backend, S3Storage storage) {
    try {
      Session session = Courier.await(sessions.of(org, backend, storage).renewed(SECONDS));
      Answer answer = courier.send(new BucketRequests(storage, session, clock).head(NOBODYS));
      return answer.status() > 0 && answer.status() < 500;
    } catch (Refused e) {
      // A denial is no outage: the organisation's role would deny the standby too.
      return e.getCause() instanceof NoSession none && none.ailment() != Ailment.FAILING;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }
}
