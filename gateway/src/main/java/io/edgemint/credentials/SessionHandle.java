package io.edgemint.credentials;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Leads to the session that signs now. Safe on all threads. */
public interface SessionHandle {
  /**
   * The session that is valid now, or null if there is none until {@link #renewed} has delivered.
   * Never waits; using a session that nears its end starts its renewal beside.
   */
  @Nullable Session current();

  /**
   * A session that lives for so many seconds longer, or the longest that can be had; single-flight.
   * Fails with {@link io.edgemint.backend.Refused} if none can be had now, with {@link NoSession}
   * behind it if that was tried. Completes on the thread that fetched it.
   */
  Future<Session> renewed(long seconds);
}
