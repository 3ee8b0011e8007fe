package io.edgemint.setup;

import io.edgemint.backend.Backend;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.Destination;
import io.edgemint.backend.OrgId;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an organisation applies in its own AWS account so that a backend or destination of it works:
 * role, bucket and distribution, in three languages, with nothing left to fill in.
 */
public final class Setup {
  private final SetupScope scope;
  private final @Nullable SetupCloudFront cloudFront;

  private Setup(SetupScope scope, @Nullable SetupCloudFront cloudFront) {
    this.scope = scope;
    this.cloudFront = cloudFront;
  }

  /**
   * The documents of a backend.
   *
   * @param principalArn the role or user of the gateway that assumes the organisation's role
   * @param externalId what it shows when it does
   * @throws IllegalArgumentException if the backend has nothing to set up this way, or what could
   *     not work; the message names the field and the fix
   */
  public static Setup of(OrgId org, Backend backend, String principalArn, String externalId) {
    SetupScope scope = SetupScope.of(org, backend, principalArn, externalId);
    return new Setup(
        scope,
        backend.download() instanceof CloudFront cdn ? SetupCloudFront.of(scope, cdn) : null);
  }

  /**
   * The documents of a destination: as those of a backend, with no more rights than deliveries and
   * the gateway's own checks take.
   *
   * @throws IllegalArgumentException as {@link #of(OrgId, Backend, String, String)}
   */
  public static Setup of(
      OrgId org, Destination destination, String principalArn, String externalId) {
    return new Setup(SetupScope.of(org, destination, principalArn, externalId), null);
  }

  /** One JSON document, its parts in the words of the AWS APIs that take them. */
  public String json() {
    JsonObject role =
        new JsonObject()
            .put("arn", scope.roleArn())
            .put("path", scope.rolePath())
            .put("name", scope.roleName());
    JsonObject document =
        new JsonObject()
            .put("org", scope.org().value())
            .put(scope.kind(), scope.backend())
            .put("partition", scope.partition().id())
            .put("account", scope.account())
            .put("role", role)
            .put("trust_policy", new SetupPolicies(scope).trust())
            .put("permission_policies", new SetupPolicies(scope).permissions())
            .put("bucket", new SetupBucket(scope).settings());
    if (cloudFront != null) {
      document.put("cloudfront", cloudFront.settings());
    }
    return document.encodePrettily() + '\n';
  }

  /** A script for bash with calls of the AWS CLI, version 2, that may run again and again. */
  public String cli() {
    return new SetupScript(scope, cloudFront).text();
  }

  /** A root module for Terraform with its AWS provider. */
  public String terraform() {
    return new SetupTerraform(scope, cloudFront).text();
  }

  /** The part of a document that is the same for all. */
  static String template(String name) {
    try (InputStream in = Objects.requireNonNull(Setup.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
