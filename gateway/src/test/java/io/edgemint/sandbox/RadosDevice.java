package io.edgemint.sandbox;

import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

/** A device of an organisation: asks a gateway for links and downloads through them. */
final class RadosDevice {
  private final HttpClient downloads;
  private final URI edge;
  private final String token;

  RadosDevice(HttpClient downloads, URI edge, String token) {
    this.downloads = downloads;
    this.edge = edge;
    this.token = token;
  }

  /** What a gateway answers to a question for a link. */
  Answer ask(String key) {
    return Viewer.send(
        "GET",
        edge.resolve("/v1/links/" + PercentEncoding.path(key)).toString(),
        Map.of("Authorization", "Bearer " + token));
  }

  /** The address in a link, which must be there. */
  URI link(String key) {
    Answer answer = ask(key);
    if (answer.status() != 200) {
      throw new IllegalStateException("no link: " + answer.status() + ' ' + answer.text());
    }
    return URI.create(new JsonObject(answer.text()).getString("url"));
  }

  /** What a link brings; the status and the code in place of bytes that do not come. */
  String fetch(URI link) {
    try {
      var answer = downloads.send(HttpRequest.newBuilder(link).build(), BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? answer.body()
          : "HTTP " + answer.statusCode() + ' ' + answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Asks for a link and downloads through it. */
  String download(String key) {
    return fetch(link(key));
  }
}
