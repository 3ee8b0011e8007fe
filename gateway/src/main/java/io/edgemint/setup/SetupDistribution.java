package io.edgemint.setup;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** How a distribution and its cache behave, in the words of the CloudFront API. */
record SetupDistribution(SetupCloudFront front) {
  private static final int DAY = 24 * 60 * 60;
  private static final int YEAR = 365 * DAY;

  /** "Understand cache policies": what is in the key goes on to the origin, and nothing else. */
  JsonObject cachePolicy() {
    JsonArray names = new JsonArray(front.queryStrings());
    JsonObject query =
        JsonObject.of(
            "QueryStringBehavior",
            "whitelist",
            "QueryStrings",
            JsonObject.of("Quantity", names.size(), "Items", names));
    return new JsonObject()
        .put("Name", name())
        .put("Comment", name())
        .put("MinTTL", 0)
        .put("DefaultTTL", DAY)
        .put("MaxTTL", YEAR)
        .put(
            "ParametersInCacheKeyAndForwardedToOrigin",
            new JsonObject()
                .put("EnableAcceptEncodingGzip", false)
                .put("EnableAcceptEncodingBrotli", false)
                .put("HeadersConfig", JsonObject.of("HeaderBehavior", "none"))
                .put("CookiesConfig", JsonObject.of("CookieBehavior", "none"))
                .put("QueryStringsConfig", query));
  }

  JsonObject config() {
    JsonObject origin =
        new JsonObject()
            .put("Id", "bucket")
            .put("DomainName", front.originDomain())
            .put("OriginPath", front.originPath())
            .put("OriginAccessControlId", "{origin_access_control_id}")
            .put("S3OriginConfig", JsonObject.of("OriginAccessIdentity", ""));
    JsonObject config =
        new JsonObject()
            .put("CallerReference", name())
            .put("Comment", name())
            .put("Enabled", true)
            .put("HttpVersion", "http2and3")
            .put("IsIPV6Enabled", true)
            .put("Origins", items(origin))
            .put("DefaultCacheBehavior", behavior());
    if (!front.aliases().isEmpty()) {
      config
          .put("Aliases", items(front.aliases().get(0)))
          .put(
              "ViewerCertificate",
              new JsonObject()
                  .put("ACMCertificateArn", "{certificate_arn}")
                  .put("SSLSupportMethod", "sni-only")
                  .put("MinimumProtocolVersion", "TLSv1.2_2021"));
    }
    return config;
  }

  /** The one behaviour there is, so that no path is served unsigned. */
  private static JsonObject behavior() {
    JsonObject methods = items("GET", "HEAD").put("CachedMethods", items("GET", "HEAD"));
    return new JsonObject()
        .put("TargetOriginId", "bucket")
        .put("TrustedKeyGroups", items("{key_group_id}").put("Enabled", true))
        .put("ViewerProtocolPolicy", "https-only")
        .put("AllowedMethods", methods)
        .put("CachePolicyId", "{cache_policy_id}")
        .put("Compress", false);
  }

  private static JsonObject items(Object... items) {
    return JsonObject.of("Quantity", items.length, "Items", JsonArray.of(items));
  }

  private String name() {
    return front.scope().name();
  }
}
