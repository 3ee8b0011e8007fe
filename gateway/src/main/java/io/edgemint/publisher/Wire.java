package io.edgemint.publisher;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What both ends of the wire have in common. */
final class Wire {
  private Wire() {}

  /** Follows no redirect: a token and a signature are for one address each. */
  static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(Duration.ofSeconds(15))
        .build();
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
