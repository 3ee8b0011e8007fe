package io.edgemint.setup;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.backend.Backend;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Org;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Role;
import io.edgemint.credentials.PlatformRole;
import io.edgemint.credentials.RoleArn;
import io.edgemint.credentials.SessionSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SequencedCollection;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes what the platform's own account needs so that the gateway can assume the roles of all
 * organisations: what the gateway's role may do, and the roles in between with their trust in the
 * gateway alone.
 */
public final class PlatformSetup {
  /** "IAM and AWS STS quotas", IAM user guide: roles in an account, unless AWS raised it. */
  public static final int ROLE_QUOTA = 1000;

  /** The same page: the size of all inline policies of a role, without white space. */
  private static final int POLICY_QUOTA = 10_240;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String identity;
  private final ObjectNode identityPolicy;
  private final List<MiddleRole> middleRoles = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /**
   * For the organisations as they stand.
   *
   * @throws IllegalStateException if the settings do not say enough; the message says what to set
   */
  public PlatformSetup(SessionSettings settings, Collection<Org> orgs) {
    if (settings.identity() == null) {
      throw new IllegalStateException(
          "sessions.identity is missing; set it to the ARN of the gateway's own role");
    }
    this.identity = settings.identity();
    SortedMap<String, SortedSet<String>> ways = middleRoles(orgs);
    ways.forEach(this::add);
    SortedSet<String> direct = new TreeSet<>();
    roles(orgs).filter(role -> role.via() == null).forEach(role -> direct.add(role.roleArn()));
    this.identityPolicy = assume(identityTargets(settings.platformRole(), ways.keySet()), direct);
    if (nearsQuota(ways.size())) {
      warnings.add(quotaWarning(ways.size()));
    }
  }

  private void add(String via, SortedSet<String> customers) {
    if (!RoleArn.account(via).equals(RoleArn.account(identity))) {
      warnings.add(via + " lies in another account than sessions.identity and is left out");
      return;
    }
    middleRoles.add(
        new MiddleRole(
            via, RoleArn.name(via), RoleArn.path(via), trust(), assume(List.of(), customers)));
  }

  /**
   * The roles of the platform that lead to organisations' roles, each with those that it assumes.
   */
  public static SortedMap<String, SortedSet<String>> middleRoles(Collection<Org> orgs) {
    SortedMap<String, SortedSet<String>> ways = new TreeMap<>();
    roles(orgs)
        .forEach(
            role -> {
              if (role.via() != null) {
                ways.computeIfAbsent(role.via(), via -> new TreeSet<>()).add(role.roleArn());
              }
            });
    return ways;
  }

  private static Stream<Role> roles(Collection<Org> orgs) {
    return orgs.stream()
        .flatMap(PlatformSetup::storages)
        .map(storage -> storage.credentials() instanceof Role role ? role : null)
        .filter(Objects::nonNull);
  }

  private static Stream<S3Storage> storages(Org org) {
    return Stream.concat(
        org.backends().stream().flatMap(PlatformSetup::storages),
        org.destinations().stream().map(Destination::storage));
  }

  private static Stream<S3Storage> storages(Backend backend) {
    return backend.download() instanceof S3Storage download
        ? Stream.of(backend.upload(), download)
        : Stream.of(backend.upload());
  }

  /** Whether so many roles are four fifths of what an account has unless AWS raised its quota. */
  public static boolean nearsQuota(int roles) {
    return roles >= ROLE_QUOTA * 4 / 5;
  }

  /** What to say then. */
  public static String quotaWarning(int roles) {
    return ("%d roles of the platform, and an account has at most %d unless AWS raised its quota;"
            + " a sessions.platform_role without {org} is one role for all")
        .formatted(roles, ROLE_QUOTA);
  }

  /** What could not be written, or soon cannot. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /* ---- policies ---- */

  private static List<String> identityTargets(
      @Nullable PlatformRole template, Collection<String> vias) {
    if (template == null) {
      return List.copyOf(vias);
    }
    List<String> targets = new ArrayList<>();
    targets.add(template.pattern());
    vias.stream().filter(via -> !template.covers(via)).forEach(targets::add);
    return targets;
  }

  private ObjectNode trust() {
    ObjectNode policy = policy();
    ObjectNode statement = policy.withArray("Statement").addObject();
    statement.put("Effect", "Allow").put("Action", "sts:AssumeRole");
    statement.putObject("Principal").put("AWS", identity);
    return policy;
  }

  /**
   * Allows to assume roles of the platform, and those of customers. Where the latter are too many
   * for IAM to hold, any role outside of the platform's account: whom it lets in, and with which
   * external id, is said by its own trust policy.
   */
  private ObjectNode assume(List<String> ownRoles, SequencedCollection<String> customers) {
    ObjectNode policy = allow(ownRoles, customers);
    if (policy.toString().length() <= POLICY_QUOTA) {
      return policy;
    }
    String partition = RoleArn.partition(identity);
    ObjectNode wide = allow(ownRoles, List.of());
    if (!customers.isEmpty()) {
      ObjectNode statement = wide.withArray("Statement").addObject();
      statement
          .put("Effect", "Allow")
          .put("Action", "sts:AssumeRole")
          .put("Resource", "arn:" + partition + ":iam::*:role/*");
      statement
          .putObject("Condition")
          .putObject("StringNotEquals")
          .put("aws:ResourceAccount", RoleArn.account(identity));
    }
    if (wide.toString().length() > POLICY_QUOTA) {
      throw new IllegalStateException(
          "the roles in between are too many to be listed in a policy; set sessions.platform_role,"
              + " which one line of it stands for");
    }
    return wide;
  }

  private static ObjectNode allow(Collection<String> ownRoles, Collection<String> customers) {
    ObjectNode policy = policy();
    ArrayNode statements = policy.withArray("Statement");
    Stream.of(ownRoles, customers)
        .filter(roles -> !roles.isEmpty())
        .forEach(
            roles -> {
              ObjectNode statement = statements.addObject();
              statement.put("Effect", "Allow").put("Action", "sts:AssumeRole");
              ArrayNode resources = statement.putArray("Resource");
              roles.forEach(resources::add);
            });
    return policy;
  }

  private static ObjectNode policy() {
    ObjectNode policy = JSON.createObjectNode().put("Version", "2012-10-17");
    policy.putArray("Statement");
    return policy;
  }

  private boolean identityNeedsAPolicy() {
    return !identityPolicy.withArray("Statement").isEmpty();
  }

  /* ---- forms ---- */

  /** All documents as one JSON object. */
  public String json() {
    ObjectNode root = JSON.createObjectNode();
    root.putObject("identity").put("role", identity).set("policy", identityPolicy);
    ArrayNode roles = root.putArray("middle_roles");
    for (MiddleRole role : middleRoles) {
      ObjectNode node = roles.addObject();
      node.put("role", role.arn).put("name", role.name).put("path", role.path);
      node.set("trust_policy", role.trust);
      node.set("policy", role.policy);
    }
    return root.toPrettyString() + "\n";
  }

  /** A POSIX shell script for the AWS CLI, which may run again after any change. */
  public String cli() {
    StringBuilder script =
        new StringBuilder(
            """
            #!/bin/sh
            # Roles through which Edgemint assumes those of organisations. Run it with the AWS CLI as
            # somebody who manages the roles of the platform's account; again after any change.
            set -eu
            account=%s
            if [ "$(aws sts get-caller-identity --query Account --output text)" != "$account" ]; then
              echo "these roles belong into account $account" >&2
              exit 1
            fi
            middle_role() {
              aws iam get-role --role-name "$1" >/dev/null 2>&1 ||
                aws iam create-role --role-name "$1" --path "$2" --assume-role-policy-document "$3" >/dev/null
              aws iam update-assume-role-policy --role-name "$1" --policy-document "$3"
              aws iam put-role-policy --role-name "$1" --policy-name edgemint-assume --policy-document "$4"
            }
            """
                .formatted(shell(RoleArn.account(identity))));
    for (MiddleRole role : middleRoles) {
      script.append(
          "middle_role %s %s %s %s\n"
              .formatted(
                  shell(role.name), shell(role.path), shell(role.trust), shell(role.policy)));
    }
    if (identityNeedsAPolicy()) {
      script.append(
          """
          aws iam put-role-policy --role-name %s --policy-name edgemint-assume \\
            --policy-document %s
          """
              .formatted(shell(RoleArn.name(identity)), shell(identityPolicy)));
    }
    return script.toString();
  }

  private static String shell(Object value) {
    return "'" + value.toString().replace("'", "'\\''") + "'";
  }

  /** Terraform for the provider {@code hashicorp/aws}. */
  public String terraform() {
    ObjectNode roles = JSON.createObjectNode();
    for (MiddleRole role : middleRoles) {
      ObjectNode node = roles.putObject(role.name);
      node.put("path", role.path);
      node.set("trust", role.trust);
      node.set("policy", role.policy);
    }
    StringBuilder text =
        new StringBuilder(
            """
            # Roles through which Edgemint assumes those of organisations.
            locals {
              edgemint_middle_roles = %s
            }

            resource "aws_iam_role" "edgemint_middle" {
              for_each           = local.edgemint_middle_roles
              name               = each.key
              path               = each.value.path
              assume_role_policy = jsonencode(each.value.trust)
            }

            resource "aws_iam_role_policy" "edgemint_middle" {
              for_each = local.edgemint_middle_roles
              name     = "edgemint-assume"
              role     = aws_iam_role.edgemint_middle[each.key].name
              policy   = jsonencode(each.value.policy)
            }
            """
                .formatted(terraform(roles.toPrettyString(), 2)));
    if (identityNeedsAPolicy()) {
      text.append(
          """

          resource "aws_iam_role_policy" "edgemint_identity" {
            name   = "edgemint-assume"
            role   = %s
            policy = jsonencode(%s)
          }
          """
              .formatted(
                  terraform(JSON.valueToTree(RoleArn.name(identity)).toString(), 0),
                  terraform(identityPolicy.toPrettyString(), 2)));
    }
    return text.toString();
  }

  /** JSON as an expression: "Template Sequences" of the Terraform language begin with $ or %. */
  private static String terraform(String json, int indent) {
    return json.replace("${", "$${").replace("%{", "%%{").replace("\n", "\n" + " ".repeat(indent));
  }

  private record MiddleRole(
      String arn, String name, String path, ObjectNode trust, ObjectNode policy) {}
}
