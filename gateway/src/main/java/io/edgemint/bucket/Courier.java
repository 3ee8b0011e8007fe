package io.edgemint.bucket;

import io.edgemint.outbound.Call;
import io.edgemint.outbound.Outbound;
import io.edgemint.outbound.OutboundFailure;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Sends requests to storages and distributions, and waits for the answers. */
public final class Courier {
  private final Outbound outbound;
  private final int maxAnswer;
  private final Duration deadline;

  /** Sends through the guard against inner addresses. */
  public Courier(Outbound outbound) {
    this(outbound, 128 * 1024, Duration.ofSeconds(10));
  }

  /** The same for answers of another size, and the time that they take. */
  public Courier(Outbound outbound, int maxAnswer, Duration deadline) {
    this.outbound = outbound;
    this.maxAnswer = maxAnswer;
    this.deadline = deadline;
  }

  /** Reads an address as a device does. */
  public Answer get(URI uri, Map<String, String> headers) {
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
            maxAnswer,
            deadline,
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
