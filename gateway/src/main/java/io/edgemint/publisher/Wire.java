package io.edgemint.publisher;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What both ends of the wire have in common. */
final class Wire {
  /** Of an answer, in bytes; the longest that is expected has 100 links. */
  static final long MOST_ANSWER = 16 << 20;

  private Wire() {}

  /** Follows no redirect: a token and a signature are for one address each. */
  static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(Duration.ofSeconds(15))
        .build();
  }

  /**
   * The whole answer to a request. The client's own timeout ends with the headers.
   *
   * @param patience how long to wait while nothing moves
   * @param moved how much of the request has gone
   */
  static HttpResponse<byte[]> send(
      HttpClient http, HttpRequest request, Duration patience, LongSupplier moved)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_ANSWER));
    try {
      long last = -1;
      while (moved.getAsLong() != last) {
        last = moved.getAsLong();
        try {
          return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          // Fine as long as bytes went meanwhile.
        }
      }
      throw new HttpTimeoutException("stalled");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException("failed", e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /** RFC 9110, section 10.2.3, in seconds; null when absent or a date. */
  static @Nullable Duration retryAfter(HttpHeaders headers) {
    String value = headers.firstValue("retry-after").orElse("");
    return value.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(value)) : null;
  }

  /** Whether trying again would be the same. */
  static boolean isFinal(IOException failure) {
    return failure instanceof SSLHandshakeException;
  }

  /** Why there is no answer, without the text of exceptions, which may show an address whole. */
  static String reason(IOException failure) {
    return switch (failure) {
      case HttpTimeoutException _ -> "no answer in time";
      case ConnectException _ when unresolved(failure) -> "its host name is not known";
      case ConnectException _ -> "cannot connect";
      case SSLException tls -> "TLS failed (" + tls.getMessage() + ")";
      default -> "the connection broke (" + failure.getClass().getSimpleName() + ")";
    };
  }

  private static boolean unresolved(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return true;
      }
    }
    return false;
  }
}
