package io.edgemint.http;

import io.edgemint.caller.Caller;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;

/** By what the requests of a port show who asks. Belongs to one event loop. */
interface Credential {
  /**
   * Who asks, complete at once where that is remembered, if it has not asked too often.
   *
   * @throws io.edgemint.backend.Refused if the request shows nothing, or too much
   */
  Future<Caller> caller(HttpServerRequest request);

  /** The same for a request that was admitted and had to wait. */
  Future<Caller> again(HttpServerRequest request);

  /** Whether a refusal is its connection's last answer, as nothing better can come on it. */
  default boolean endsConnection(Throwable refusal) {
    return false;
  }
}
