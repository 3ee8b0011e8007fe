package io.edgemint.credentials;

import io.vertx.core.Future;
import java.time.Instant;

/** A key pair that does not end. */
final class LastingSession implements SessionHandle {
  private final Session session;
  private final Future<Session> renewed;

  LastingSession(String accessKeyId, String secretAccessKey) {
    session = new Session(accessKeyId, secretAccessKey, null, Instant.EPOCH, null);
    renewed = Future.succeededFuture(session);
  }

  @Override
  public Session current() {
    return session;
  }

  @Override
  public Future<Session> renewed(long seconds) {
    return renewed;
  }
}
