package io.edgemint.sandbox;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/**
 * A refusal in the form that S3 and CloudFront give theirs.
 *
 * @param status the HTTP status
 * @param code the stable word that clients compare
 * @param message a sentence for people, without characters that XML escapes
 */
record XmlError(int status, String code, String message) {

  /** Answers the request with it and lets its body go. */
  void answer(HttpServerRequest request) {
    String body =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <Error><Code>%s</Code><Message>%s</Message></Error>
        """
            .formatted(code, message);
    var response = request.response().setStatusCode(status);
    response.putHeader("Content-Type", "application/xml");
    if (!request.isEnded()) {
      // A body that nobody reads must not stand before the next request of the connection.
      response.putHeader("Connection", "close");
    }
    if (request.method().equals(HttpMethod.HEAD)) {
      response.end();
    } else {
      response.end(body);
    }
  }
}
