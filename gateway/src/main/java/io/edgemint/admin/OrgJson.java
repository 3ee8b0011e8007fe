package io.edgemint.admin;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.Download;
import io.edgemint.backend.History;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocation;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials;
import io.edgemint.backend.S3Storage.Encryption;
import io.edgemint.onboarding.Onboarding;
import io.edgemint.probe.Check;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Shows records as JSON, under the names of organisations' files. Secrets are left out: of a key
 * pair, its public half is shown as a fingerprint, of a secret the number of times it was set.
 */
final class OrgJson {
  private OrgJson() {}

  static JsonObject org(Org org) {
    return new JsonObject()
        .put("org", org.id().value())
        .put("version", org.version())
        .put("policy", policy(org.policy()))
        .put("revocations", revocations(org.revocations()))
        .put("issuers", array(org.issuers(), OrgJson::issuer))
        .put("backends", array(org.backends(), OrgJson::backend))
        .put("certificate_authorities", array(org.authorities(), AuthorityCalls::json))
        .put("destinations", array(org.destinations(), DestinationCalls::json));
  }

  private static JsonObject policy(Policy policy) {
    JsonObject json =
        new JsonObject()
            .put("entitlement", new JsonArray(policy.entitlement().prefixes()))
            .put(
                "allowed_regions",
                new JsonArray(policy.allowedRegions().stream().sorted().toList()))
            .put("token_limited", policy.tokenLimited())
            .put("when_failing", policy.refuseFailing() ? "refuse" : "hold")
            .put("replace_objects", policy.replaceObjects());
    if (policy.maxStaleness() != null) {
      json.put("max_staleness", policy.maxStaleness().toSeconds() + "s");
    }
    return json;
  }

  static JsonObject revocations(Revocations revocations) {
    return new JsonObject()
        .put("everything", revocations.everything())
        .put("subjects", new JsonArray(revocations.subjects().stream().sorted().toList()))
        .put("key_prefixes", new JsonArray(List.copyOf(revocations.keyPrefixes())));
  }

  static JsonObject revocation(Revocation revocation) {
    return switch (revocation) {
      case Revocation.Subject(String subject) -> new JsonObject().put("subject", subject);
      case Revocation.KeyPrefix(String prefix) -> new JsonObject().put("key_prefix", prefix);
      case Revocation.Everything() -> new JsonObject().put("everything", true);
    };
  }

  private static JsonObject issuer(Issuer issuer) {
    String keys =
        switch (issuer.keys()) {
          case Issuer.KeySource.Pem pem -> "pem";
          case Issuer.KeySource.Jwks jwks -> "jwks";
          case Issuer.KeySource.JwksUrl url -> url.uri().toString();
          case Issuer.KeySource.SharedSecret secret ->
              "secret, version " + secret.secret().version();
        };
    return new JsonObject()
        .put("issuer", issuer.iss())
        .put("audiences", new JsonArray(issuer.audiences().stream().sorted().toList()))
        .put("algorithms", array(issuer.algorithms().stream().sorted().toList(), Enum::name))
        .put("keys", keys);
  }

  static JsonObject backend(Backend backend) {
    JsonObject json =
        new JsonObject()
            .put("name", backend.name())
            .put("revision", backend.revision())
            .put("state", word(backend.state()))
            .put("suspended", backend.service().suspended())
            .put(
                "upload",
                new JsonObject()
                    .put("verification", Onboarding.word(backend.uploadSide()))
                    .put("s3", s3(backend.upload())))
            .put(
                "download",
                download(backend.download())
                    .put("verification", Onboarding.word(backend.downloadSide())));
    json.put("check_objects", backend.objects().checked());
    Backend.Standby standby = backend.standby();
    if (standby != null) {
      json.put(
          "standby",
          new JsonObject()
              .put("bucket", standby.bucket())
              .put("region", standby.region())
              .put("automatic", standby.automatic())
              .put("serves", backend.service().failedOver()));
    }
    return json;
  }

  private static JsonObject download(Download download) {
    return switch (download) {
      case S3Storage s3 -> new JsonObject().put("s3", s3(s3));
      case CloudFront cdn -> new JsonObject().put("cloudfront", cloudFront(cdn));
    };
  }

  static JsonObject s3(S3Storage s3) {
    JsonObject json =
        new JsonObject()
            .put("bucket", s3.bucket())
            .put("region", s3.region())
            .put("prefix", s3.prefix())
            .put("ttl", s3.ttl().toSeconds() + "s")
            .put("path_style", s3.endpoint().pathStyle())
            .put("dual_stack", s3.endpoint().dualStack())
            .put("fips", s3.endpoint().fips())
            .put("accelerate", s3.endpoint().accelerate())
            .put("credentials", credentials(s3.credentials()));
    if (s3.endpoint().uri() != null) {
      json.put("endpoint", s3.endpoint().uri().toString());
    }
    switch (s3.encryption()) {
      case Encryption.BucketDefault() -> json.put("encryption", "bucket-default");
      case Encryption.SseS3() -> json.put("encryption", "sse-s3");
      case Encryption.SseKms(String keyId) ->
          json.put("encryption", "sse-kms").put("kms_key_id", keyId);
    }
    return json;
  }

  private static JsonObject credentials(Credentials credentials) {
    return switch (credentials) {
      case Credentials.Role(String role, String via) ->
          via == null
              ? new JsonObject().put("role", role)
              : new JsonObject().put("role", role).put("via", via);
      case Credentials.StaticKey key ->
          new JsonObject()
              .put(
                  "static",
                  new JsonObject()
                      .put("access_key_id", key.accessKeyId())
                      .put("secret_version", key.secretAccessKey().version()));
      case Credentials.Ambient() -> new JsonObject().put("ambient", true);
    };
  }

  private static JsonObject cloudFront(CloudFront cdn) {
    return new JsonObject()
        .put("scheme", cdn.scheme())
        .put("host", cdn.host())
        .put("path_prefix", cdn.pathPrefix())
        .put("ttl", cdn.ttl().toSeconds() + "s")
        .put("signing_keys", array(cdn.keys(), OrgJson::signingKey));
  }

  static JsonObject signingKey(SigningKey key) {
    JsonObject json =
        new JsonObject()
            .put("name", key.name())
            .put("state", word(key.state()))
            .put("algorithm", word(key.algorithm()))
            .put("hash", word(key.hash()))
            .put("public_key", key.publicKey())
            .put("fingerprint", fingerprint(key.publicKey()));
    if (key.id() != null) {
      json.put("id", key.id());
    }
    if (key.linksUntil() > 0) {
      json.put("links_until", Instant.ofEpochSecond(key.linksUntil()).toString());
    }
    return json;
  }

  private static String fingerprint(String publicKey) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return "SHA256:"
          + HexFormat.of().formatHex(digest.digest(publicKey.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  static JsonObject entry(History.Entry entry) {
    return new JsonObject()
        .put("version", entry.version())
        .put("at", Instant.ofEpochMilli(entry.at()).toString())
        .put("actor", entry.actor())
        .put("action", entry.action())
        .put("org", entry.org().value())
        .put("before", entry.before())
        .put("after", entry.after())
        .put("chain", entry.chain());
  }

  static JsonObject check(Check check) {
    JsonObject json =
        new JsonObject()
            .put("side", word(check.side()))
            .put("step", check.step())
            .put("passed", check.passed())
            .put("code", check.code())
            .put("seen", check.seen());
    return check.fix().isEmpty() ? json : json.put("fix", check.fix());
  }

  /** A constant as the files write it. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static <T> JsonArray array(List<T> items, Function<T, ?> form) {
    JsonArray array = new JsonArray();
    items.forEach(item -> array.add(form.apply(item)));
    return array;
  }
}
