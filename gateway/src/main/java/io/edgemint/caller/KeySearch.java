package io.edgemint.caller;

import io.edgemint.backend.Issuer;
import io.edgemint.backend.Refused;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/** Finds the key that a token names, among those of its issuer, which may have to be fetched. */
final class KeySearch {
  private final Issuers issuers;

  KeySearch(Issuers issuers) {
    this.issuers = issuers;
  }

  /**
   * Looks at a token with the key that it names.
   *
   * @param <T> what it speaks of
   */
  @FunctionalInterface
  interface Judge<T> {
    /** What the token speaks of; throws {@link Refused} if the key or the claims say no. */
    Future<T> judge(Token token, Issuer issuer, VerifyingKey key);
  }

  /**
   * What the judge says, or why no key can be found; complete at once unless keys are on their way,
   * and then completed on the Vert.x context of this call, if it has one.
   */
  <T> Future<T> judge(Token token, Judge<T> judge) {
    return look(token, judge, false);
  }

  /** Looks for the token's key; again once keys have come, or may have come in between. */
  private <T> Future<T> look(Token token, Judge<T> judge, boolean last) {
    try {
      IssuerKeys issuer = issuer(token);
      VerifyingKey key = issuer.keys().find(token.algorithm(), token.kid());
      if (key != null) {
        return judge.judge(token, issuer.issuer(), key);
      }
      if (last) {
        return Future.failedFuture(Flaw.KEY_UNKNOWN.refused());
      }
      Future<Void> arriving = issuer.arriving();
      return arriving == null ? look(token, judge, true) : await(token, judge, arriving);
    } catch (Refused e) {
      return Future.failedFuture(e);
    }
  }

  private <T> Future<T> await(Token token, Judge<T> judge, Future<Void> arriving) {
    Promise<T> answer = Promise.promise();
    Context context = Vertx.currentContext();
    Runnable lookAgain = () -> look(token, judge, true).onComplete(answer);
    arriving.onComplete(
        _ -> {
          if (context == null) {
            lookAgain.run();
          } else {
            context.runOnContext(_ -> lookAgain.run());
          }
        });
    return answer.future();
  }

  private IssuerKeys issuer(Token token) {
    IssuerKeys issuer = issuers.find(token.iss());
    if (issuer == null) {
      throw Flaw.ISSUER_UNKNOWN.refused();
    }
    if (!issuer.issuer().algorithms().contains(token.algorithm())) {
      throw Flaw.ALGORITHM.refused();
    }
    return issuer;
  }
}
