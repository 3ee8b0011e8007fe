package io.edgemint.app;

import io.edgemint.caller.KeyFetch;
import io.edgemint.outbound.Call;
import io.edgemint.outbound.Outbound;
import io.vertx.core.Future;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Fetches issuers' key sets the safe way. */
final class KeyFetcher implements KeyFetch {
  private static final int MAX_BYTES = 256 * 1024;
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Outbound outbound;

  KeyFetcher(Outbound outbound) {
    this.outbound = outbound;
  }

  @Override
  public Future<String> fetch(URI uri, boolean trusted) {
    Call call = new Call("GET", uri, Map.of(), null, MAX_BYTES, DEADLINE, trusted);
    return outbound
        .send(call)
        .compose(
            reply ->
                reply.status() == 200
                    ? Future.succeededFuture(reply.body().toString(StandardCharsets.UTF_8))
                    : Future.failedFuture("the issuer's keys answer HTTP " + reply.status()));
  }
}
