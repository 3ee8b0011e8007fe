package io.edgemint.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.app.Gateway;
import io.edgemint.backend.Issuer.ClaimNames;
import io.edgemint.backend.OrgId;
import io.edgemint.caller.TokenMinter;
import io.edgemint.sandbox.Viewer;
import io.edgemint.sandbox.Viewer.Answer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A whole gateway with an issuer of devices and one of administrators, asked over HTTP. */
final class AdminWorld implements AutoCloseable {
  static final String STAFF = "https://staff.test";
  static final String DEVICES = "https://devices.test";
  static final TokenMinter STAFF_KEY = minter("the staff's secret, of thirty-two bytes");
  static final TokenMinter DEVICES_KEY = minter("the devices' secret, of thirty-two bytes");

  final List<String> said = new ArrayList<>();
  private final Path folder;
  private final Gateway gateway;

  AdminWorld(Path folder) {
    this(folder, "on", "none");
  }

  AdminWorld(Path folder, String bootstrapToken, String addressTokens) {
    this.folder = folder;
    write("staff.secret", "the staff's secret, of thirty-two bytes");
    write("devices.secret", "the devices' secret, of thirty-two bytes");
    Path settings =
        write(
            "edgemint.yaml",
            """
            edge: {host: 127.0.0.1, port: 0, event_loops: 1}
            traffic: {address_tokens: %s}
            admin:
              host: 127.0.0.1
              port: 0
              bootstrap_token: %s
              issuers:
                - issuer: %s
                  audiences: [edgemint-admin]
                  algorithms: [HS256]
                  keys: {secret: {file: staff.secret}}
            issuers:
              - issuer: %s
                audiences: [edgemint]
                algorithms: [HS256]
                keys: {secret: {file: devices.secret}}
              - issuer: %s
                audiences: [edgemint]
                algorithms: [HS256]
                keys: {secret: {file: staff.secret}}
            sessions: {identity: "arn:aws:iam::111122223333:role/edgemint"}
            signing: {provider: jdk}
            """
                .formatted(addressTokens, bootstrapToken, STAFF, DEVICES, STAFF));
    gateway = Gateway.start(settings, Map.of(), InstantSource.system(), said::add);
  }

  private Path write(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TokenMinter minter(String secret) {
    return TokenMinter.ofSecret(secret.getBytes(StandardCharsets.UTF_8), null);
  }

  /** Acme and globex, each with a backend that waits; the gateway has followed by then. */
  AdminWorld withOrgs() throws InterruptedException {
    for (String org : List.of("acme", "globex")) {
      Answer made =
          call(
              "PUT",
              "/admin/v1/orgs/" + org,
              bootstrap(),
              Map.of("If-None-Match", "*"),
              "{\"policy\": {\"entitlement\": [\"fw/\"], \"allowed_regions\": [\"eu-west-1\"]}}");
      assertThat(made.status()).as(made.text()).isEqualTo(201);
      String account = org.equals("acme") ? "123456789012" : "210987654321";
      Answer backend =
          call(
              "PUT",
              "/admin/v1/orgs/" + org + "/backends/prod",
              bootstrap(),
              Map.of("If-Match", made.header("etag")),
              backend("arn:aws:iam::" + account + ":role/edgemint", null));
      assertThat(backend.status()).as(backend.text()).isEqualTo(200);
    }
    Patience.until(() -> get("/admin/v1/orgs", bootstrap()).text().contains("globex"));
    return this;
  }

  static String backend(String role, @Nullable String via) {
    String between = via == null ? "" : ", \"via\": \"" + via + '"';
    return "{\"upload\": {\"s3\": {\"bucket\": \"firmware\", \"region\": \"eu-west-1\","
        + " \"credentials\": {\"role\": \""
        + role
        + '"'
        + between
        + "}}}}";
  }

  static long now() {
    return InstantSource.system().instant().getEpochSecond();
  }

  /** A token of staff, right in every way but what is asked for. */
  static String staff(String subject, @Nullable String org, String... scopes) {
    return STAFF_KEY.mint(content(STAFF, "edgemint-admin", subject, org, scopes), now());
  }

  static TokenMinter.Content content(
      String iss, String audience, String subject, @Nullable String org, String... scopes) {
    return new TokenMinter.Content(
        iss,
        Set.of(audience.split(",")),
        subject,
        org == null ? null : new OrgId(org),
        Set.of(scopes),
        null,
        Duration.ofHours(1),
        ClaimNames.DEFAULT);
  }

  /** The content of the token file. */
  String bootstrap() {
    try {
      return Files.readString(folder.resolve("data/admin.token")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path tokenFile() {
    return folder.resolve("data/admin.token");
  }

  Answer get(String path, String token) {
    return call("GET", path, token, Map.of(), "");
  }

  Answer call(String method, String path, String token, Map<String, String> more, String body) {
    Map<String, String> headers = new HashMap<>(more);
    if (!token.isEmpty()) {
      headers.put("Authorization", "Bearer " + token);
    }
    return Viewer.send(
        method,
        "http://127.0.0.1:" + gateway.adminPort() + path,
        headers,
        body.getBytes(StandardCharsets.UTF_8));
  }

  /** What the devices' port says to a token. */
  Answer device(String token) {
    return Viewer.send(
        "GET",
        "http://127.0.0.1:" + gateway.edgePort() + "/v1/links/fw/a",
        Map.of("Authorization", "Bearer " + token));
  }

  /** The newest line of the audit trail. */
  JsonObject lastChange() {
    return new JsonObject(
            get("/admin/v1/audit?limit=1", staff("auditor", null, Mandate.VIEWER)).text())
        .getJsonArray("entries")
        .getJsonObject(0);
  }

  static String code(Answer answer) {
    return new JsonObject(answer.text()).getString("code");
  }

  @Override
  public void close() {
    gateway.close();
  }
}
