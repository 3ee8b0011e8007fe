package io.edgemint.admin;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.caller.Administrator;
import io.edgemint.caller.AdministratorVerifier;
import io.edgemint.traffic.Traffic;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets administrators in: by the token in the operator's file, if there is one, and by tokens of
 * their issuers. From an address that sent too many bad ones, only tokens are taken that cost
 * nothing to know. Never waits.
 */
public final class FrontDoor {
  private final Optional<AdminToken> ownToken;
  private final AdministratorVerifier verifier;
  private final Traffic traffic;

  /**
   * Opens to whoever has one of these tokens.
   *
   * @param traffic counts bad tokens by address
   */
  public FrontDoor(Optional<AdminToken> ownToken, AdministratorVerifier verifier, Traffic traffic) {
    this.ownToken = ownToken;
    this.verifier = verifier;
    this.traffic = traffic;
  }

  /** What whoever sent the request may do; fails with an {@link AdminProblem}. */
  Future<Mandate> open(HttpServerRequest request) {
    List<String> headers = request.headers().getAll("Authorization");
    String token = headers.size() == 1 ? bearer(headers.getFirst()) : null;
    if (token == null) {
      return Future.failedFuture(AdminProblem.tokenMissing());
    }
    if (ownToken.isPresent() && ownToken.get().is(token)) {
      return Future.succeededFuture(Mandate.OF_TOKEN_FILE);
    }
    Administrator known = verifier.remembered(token);
    return (known == null
            ? unknown(token, InetAddress.ofLiteral(address(request)))
            : Future.succeededFuture(known))
        .compose(FrontDoor::mandate);
  }

  private Future<Administrator> unknown(String token, InetAddress from) {
    Refused tooMany = traffic.unknownToken(from);
    if (tooMany != null) {
      return Future.failedFuture(
          new AdminProblem(429, "rate_limited", tooMany.detail() + "; wait a minute"));
    }
    return verifier
        .verify(token)
        .recover(
            failure -> {
              traffic.badToken(from);
              return Future.failedFuture(
                  failure instanceof Refused refused ? problem(refused) : failure);
            });
  }

  private static AdminProblem problem(Refused refused) {
    return refused.refusal() == Refusal.TOKEN_EXPIRED
        ? AdminProblem.unauthorized("token_expired", refused.detail())
        : AdminProblem.unauthorized("token_invalid", refused.detail());
  }

  private static Future<Mandate> mandate(Administrator administrator) {
    Mandate mandate = Mandate.of(administrator);
    return mandate.isEmpty()
        ? Future.failedFuture(
            AdminProblem.scopeInsufficient(
                Mandate.VIEWER,
                "the token has none of the scopes %s, %s and, with the organisation's claim, %s"
                    .formatted(Mandate.OPERATOR, Mandate.VIEWER, Mandate.ORG_ADMIN)))
        : Future.succeededFuture(mandate);
  }

  /** The token of a bearer credential (RFC 6750, section 2.1), or null. */
  private static @Nullable String bearer(String authorization) {
    String token =
        authorization.regionMatches(true, 0, "Bearer ", 0, 7)
            ? authorization.substring(7).strip()
            : "";
    return token.isEmpty() ? null : token;
  }

  private static String address(HttpServerRequest request) {
    String host = request.remoteAddress().hostAddress();
    return host == null ? "0.0.0.0" : host;
  }
}
