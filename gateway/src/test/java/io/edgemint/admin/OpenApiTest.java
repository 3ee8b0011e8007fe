package io.edgemint.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the document against the routes, both ways. */
class OpenApiTest {
  private static JsonObject document() throws IOException {
    try (var stream = AdminApi.class.getResourceAsStream("/openapi.json")) {
      return new JsonObject(
          new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  @SuppressWarnings("NullAway") // No call is made.
  void document_describesTheRoutesAndNothingElse() throws IOException {
    Vertx vertx = Vertx.vertx();
    try {
      Router router = Router.router(vertx);
      Administration none =
          new Administration(
              null, null, null, null, null, null, null, null, null, null, null, null, null);
      new AdminApi(vertx, none, null).install(router);
      List<String> routes =
          router.getRoutes().stream()
              .filter(route -> route.methods() != null)
              .flatMap(
                  route ->
                      route.methods().stream().map(method -> method.name() + " " + route.getPath()))
              .distinct()
              .sorted()
              .toList();
      JsonObject paths = document().getJsonObject("paths");
      List<String> described =
          paths.fieldNames().stream()
              .flatMap(
                  path ->
                      paths.getJsonObject(path).fieldNames().stream()
                          .map(
                              method ->
                                  method.toUpperCase(Locale.ROOT)
                                      + " "
                                      + path.replaceAll("\\{([a-z]+)}", ":$1")))
              .sorted()
              .toList();
      assertThat(described).isEqualTo(routes);
    } finally {
      Patience.await(vertx.close());
    }
  }

  @Test
  void document_everyReference_leadsSomewhere() throws IOException {
    JsonObject document = document();
    JsonObject components = document.getJsonObject("components");
    Stream<String> references =
        Arrays.stream(document.encode().split("\"\\$ref\":\"#/components/", -1))
            .skip(1)
            .map(rest -> rest.substring(0, rest.indexOf('"')));
    assertThat(references)
        .isNotEmpty()
        .allSatisfy(
            reference -> {
              String[] steps = reference.split("/", -1);
              assertThat(components.getJsonObject(steps[0]).containsKey(steps[1]))
                  .as(reference)
                  .isTrue();
            });
  }
}
