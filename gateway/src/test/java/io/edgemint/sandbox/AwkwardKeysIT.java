package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import io.edgemint.backend.KeyResult;
import io.edgemint.backend.ObjectKey;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Keys that are legal but awkward lead to the right object through servers that verify the link.
 */
class AwkwardKeysIT extends InSandbox {
  private static final int TRIES = 120;
  private static final List<String> KNOWN =
      List.of(
          "fw/a b",
          "fw/a+b",
          "fw/a%b",
          "fw/100%",
          "fw/~a",
          "fw/it's",
          "fw/\"q\"",
          "fw/Grüße",
          "fw/😀",
          "fw/a*b",
          "fw/a?b",
          "fw/a#b",
          "fw/a&b=c",
          "fw/a;b",
          "fw/a:b@c",
          "fw/a,b!$()",
          "fw/[a]{b}|^`<>",
          "fw/…/．．",
          "fw/.hidden",
          "fw/...",
          "fw/ leading",
          "fw/trailing ",
          "fw/\u202Eright",
          "fw/e\u0301",
          "fw/" + "a".repeat(1021),
          "fw/" + "ü".repeat(510));

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void links_awkwardKeys_bringTheRightObject() throws Exception {
    S3Server s3 = running().world().s3();
    try (S3Client acme = s3.client(Tenant.ACME.account());
        S3Client initech = s3.client(Tenant.INITECH.account())) {
      Seeded.run(
          TRIES + KNOWN.size(),
          random -> {
            ObjectKey key = key(random);
            downloads(acme, Tenant.ACME, key);
            downloads(initech, Tenant.INITECH, key);
          });
    }
  }

  private final List<String> left = new ArrayList<>(KNOWN);

  private ObjectKey key(RandomGenerator random) {
    while (true) {
      String text = left.isEmpty() ? "fw/" + Seeded.string(random, 1, 40) : left.removeLast();
      KeyResult result = ObjectKey.of(text);
      if (result instanceof ObjectKey key) {
        return key;
      }
    }
  }

  private void downloads(S3Client client, Tenant tenant, ObjectKey key) throws Exception {
    byte[] content = (tenant.id() + " " + key.value()).getBytes(StandardCharsets.UTF_8);
    client.putObject(
        b -> b.bucket(tenant.bucket()).key(tenant.prefix() + key.value()),
        RequestBody.fromBytes(content));
    String token = running().world().files().tokens().get(tenant.id() + "-device");
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(running().edge() + "/v1/links/" + key.encoded()))
                .header("Authorization", "Bearer " + token)
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(key + ": " + answer.body()).isEqualTo(200);
    JsonObject link = new JsonObject(answer.body());
    assertThat(link.getJsonObject("object").getString("key")).isEqualTo(key.value());
    HttpResponse<byte[]> object =
        http.send(
            HttpRequest.newBuilder(URI.create(link.getString("url"))).build(),
            BodyHandlers.ofByteArray());
    assertThat(object.statusCode()).as(key.value()).isEqualTo(200);
    assertThat(object.body()).as(key.value()).isEqualTo(content);
  }
}
