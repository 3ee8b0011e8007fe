package io.edgemint.probe;

import io.edgemint.outbound.Call;
import io.edgemint.outbound.Outbound;
import io.edgemint.outbound.OutboundFailure;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Sends a probe's requests and waits for the answers. */
public final class Courier {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int MAX_ANSWER = 128 * 1024;

  private final Outbound outbound;

  /** Sends through the guard against inner addresses. */
  public Courier(Outbound outbound) {
    this.outbound = outbound;
  }

  /** Reads an address as a device does. */
  Answer get(URI uri, Map<String, String> headers) {
    return send(new BucketRequests.Signed("GET", uri, headers, null));
  }

  /** Sends a request to a bucket. */
  public Answer send(BucketRequests.Signed request) {
    Call call =
        new Call(
            request.method(),
            request.uri(),
            request.headers(),
            request.body(),
            MAX_ANSWER,
            DEADLINE,
            false);
    try {
      return new Answer(await(outbound.send(call)), null);
    } catch (OutboundFailure e) {
      return new Answer(null, e);
    }
  }

  /** Waits on the calling thread; refusals and failures come out as themselves. */
  public static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
