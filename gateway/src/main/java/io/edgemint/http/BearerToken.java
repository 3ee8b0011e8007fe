package io.edgemint.http;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.caller.Caller;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** The token of a bearer credential (RFC 6750, section 2.1). */
final class BearerToken implements Credential {
  @SuppressWarnings("StaticAssignmentOfThrowable") // It carries no stack trace: one serves all.
  static final Refused TWO_TOKENS =
      new Refused(Refusal.REQUEST_INVALID, "Authorization stands more than once");

  private final Grants grants;
  private final ClientAddress clients;

  BearerToken(Grants grants, ClientAddress clients) {
    this.grants = grants;
    this.clients = clients;
  }

  @Override
  public Future<Caller> caller(HttpServerRequest request) {
    return grants.caller(token(request), () -> clients.of(request));
  }

  @Override
  public Future<Caller> again(HttpServerRequest request) {
    return grants.again(token(request));
  }

  private static String token(HttpServerRequest request) {
    String value = request.headers().get(HttpHeaders.AUTHORIZATION);
    if (value == null) {
      throw new Refused(Refusal.TOKEN_MISSING, "send Authorization: Bearer and a token");
    }
    // With HTTP/1.1, the decoder has seen that it stands once only.
    if (request.version() == HttpVersion.HTTP_2
        && request.headers().getAll(HttpHeaders.AUTHORIZATION).size() > 1) {
      throw TWO_TOKENS;
    }
    if (!value.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw new Refused(Refusal.TOKEN_MISSING, "Authorization is not of the form Bearer <token>");
    }
    return value.substring(7);
  }
}
