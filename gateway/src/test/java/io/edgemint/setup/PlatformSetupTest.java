package io.edgemint.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.edgemint.backend.Backend;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.S3Storage;
import io.edgemint.credentials.PlatformRole;
import io.edgemint.credentials.SessionSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformSetupTest {
  private static final String START = "arn:aws:iam::111122223333:role/";
  private static final String IDENTITY = START + "service/edgemint";
  private static final PlatformRole TEMPLATE =
      new PlatformRole(START + "binary_backend_{org}_{backend}");
  private static final ObjectMapper JSON = new ObjectMapper();

  private @TempDir @Nullable Path folder;

  private static PlatformSetup setup(@Nullable PlatformRole template, List<Org> orgs) {
    return new PlatformSetup(
        new SessionSettings(null, Duration.ofSeconds(5), 100, 1, Map.of(), IDENTITY, template),
        orgs);
  }

  private static Org org(String id, String role, @Nullable String via) {
    var storage =
        new S3Storage(
            "bucket",
            "eu-west-1",
            "",
            S3Storage.Endpoint.AMAZON,
            new S3Storage.Credentials.Role(role, via),
            new S3Storage.Encryption.BucketDefault(),
            Duration.ofMinutes(15),
            new TreeMap<>());
    return new Org(
        new OrgId(id),
        1,
        new Policy(new Entitlement(List.of("")), Set.of(), false),
        new Revocations(false, Set.of(), List.of()),
        List.of(),
        List.of(Backend.draft("prod", 1, storage, storage)));
  }

  private static Org via(String id) {
    return org(id, customer(id), TEMPLATE.arn(new OrgId(id), "prod"));
  }

  private static String customer(String id) {
    return "arn:aws:iam::210987654321:role/firmware-" + id;
  }

  private static JsonNode json(String text) throws Exception {
    return JSON.readTree(text);
  }

  @Test
  void json_middleRoles_trustTheGatewayAloneAndAssumeTheirCustomersRoleAlone() throws Exception {
    JsonNode all = json(setup(TEMPLATE, List.of(via("acme"), via("zeta"))).json());

    assertThat(all.get("middle_roles")).hasSize(2);
    assertThat(all.get("middle_roles").get(0))
        .isEqualTo(
            json(
                """
                {"role": "arn:aws:iam::111122223333:role/binary_backend_acme_prod",
                 "name": "binary_backend_acme_prod", "path": "/",
                 "trust_policy": {"Version": "2012-10-17", "Statement": [
                   {"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:role/service/edgemint"}}]},
                 "policy": {"Version": "2012-10-17", "Statement": [
                   {"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Resource": ["arn:aws:iam::210987654321:role/firmware-acme"]}]}}
                """));
    assertThat(all.get("identity"))
        .isEqualTo(
            json(
                """
                {"role": "arn:aws:iam::111122223333:role/service/edgemint",
                 "policy": {"Version": "2012-10-17", "Statement": [
                   {"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Resource": ["arn:aws:iam::111122223333:role/binary_backend_*_*"]}]}}
                """));
  }

  @Test
  void json_noRoleBetween_listsTheCustomersRoles() throws Exception {
    JsonNode all =
        json(
            setup(
                    null,
                    List.of(org("acme", customer("acme"), null), org("b2", customer("b"), null)))
                .json());

    assertThat(all.get("middle_roles")).isEmpty();
    assertThat(all.at("/identity/policy/Statement/0/Resource"))
        .map(JsonNode::textValue)
        .containsExactly(customer("acme"), customer("b"));
  }

  @Test
  void json_moreCustomersThanAPolicyHolds_allowsAnyRoleOutsideOfTheOwnAccount() throws Exception {
    List<Org> orgs = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      orgs.add(org("org" + i, customer("org" + i), null));
    }

    JsonNode statements = json(setup(null, orgs).json()).at("/identity/policy/Statement");

    assertThat(statements).hasSize(1);
    assertThat(statements.get(0).get("Resource").textValue()).isEqualTo("arn:aws:iam::*:role/*");
    assertThat(statements.get(0).at("/Condition/StringNotEquals/aws:ResourceAccount").textValue())
        .isEqualTo("111122223333");
  }

  @Test
  void new_rolesOfAnEarlierTemplate_areKept() throws Exception {
    String earlier = START + "mid-acme";

    JsonNode all = json(setup(TEMPLATE, List.of(org("acme", customer("acme"), earlier))).json());

    assertThat(all.at("/identity/policy/Statement/0/Resource").get(1).textValue())
        .isEqualTo(earlier);
    assertThat(all.at("/middle_roles/0/role").textValue()).isEqualTo(earlier);
  }

  @Test
  void new_roleOfAnotherAccount_isLeftOutWithAWarning() throws Exception {
    String elsewhere = "arn:aws:iam::999999999999:role/mid";
    PlatformSetup setup = setup(null, List.of(org("acme", customer("acme"), elsewhere)));

    assertThat(setup.warnings()).singleElement().asString().contains(elsewhere, "another account");
    assertThat(json(setup.json()).get("middle_roles")).isEmpty();
  }

  @Test
  void new_identityIsNotSet_saysWhatToSet() {
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> new PlatformSetup(SessionSettings.DEFAULT, List.of()))
        .withMessageContaining("sessions.identity");
  }

  @Test
  void warnings_fourFifthsOfTheQuota_tellOfIt() {
    List<Org> orgs = new ArrayList<>();
    for (int i = 0; i < 799; i++) {
      orgs.add(via("org" + i));
    }
    assertThat(setup(TEMPLATE, orgs).warnings()).isEmpty();

    orgs.add(via("one-more"));
    assertThat(setup(TEMPLATE, orgs).warnings()).singleElement().asString().contains("800", "1000");
  }

  /** Runs the script with an {@code aws} that writes down what it was given. */
  @Test
  void cli_script_callsTheAwsCliWithWholeDocuments() throws Exception {
    PlatformSetup setup =
        setup(TEMPLATE, List.of(via("acme"), org("b2", customer("o=b,c@d+e.f"), null)));
    List<String> seen = run("script.sh", setup.cli(), "111122223333");

    List<String> documents = seen.stream().filter(word -> word.startsWith("{")).toList();
    JsonNode all = json(setup.json());
    for (String document : documents) {
      assertThat(JSON.readTree(document))
          .isIn(
              all.at("/identity/policy"),
              all.at("/middle_roles/0/trust_policy"),
              all.at("/middle_roles/0/policy"));
    }
    assertThat(documents).hasSize(4);
    assertThat(seen)
        .containsSubsequence("create-role", "--role-name", "binary_backend_acme_prod")
        .containsSubsequence("update-assume-role-policy", "put-role-policy", "edgemint");
  }

  @Test
  void cli_otherAccount_changesNothing() throws Exception {
    List<String> seen =
        run("script.sh", setup(TEMPLATE, List.of(via("acme"))).cli(), "444455556666");

    assertThat(seen).doesNotContain("iam");
  }

  private List<String> run(String name, String script, String account) throws Exception {
    Path at = Objects.requireNonNull(folder);
    Path log = at.resolve("log");
    Path aws = at.resolve("aws");
    Files.writeString(
        aws,
        """
        #!/bin/sh
        printf '%%s\\n' "$@" >> '%s'
        case "$2" in
          get-caller-identity) echo %s ;;
          get-role) exit 1 ;;
        esac
        """
            .formatted(log, account));
    assertThat(aws.toFile().setExecutable(true)).isTrue();
    Files.writeString(at.resolve(name), script);
    var builder = new ProcessBuilder("sh", at.resolve(name).toString()).redirectErrorStream(true);
    builder.environment().merge("PATH", at.toString(), (old, own) -> own + ":" + old);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    assertThat(code).as(output).isEqualTo(account.equals("111122223333") ? 0 : 1);
    return Files.readAllLines(log);
  }

  @Test
  void terraform_documents_areExpressionsThatInterpolateNothing() throws Exception {
    String text = setup(TEMPLATE, List.of(via("acme"), org("b2", customer("b"), null))).terraform();

    String roles = text.substring(text.indexOf("edgemint_middle_roles = ") + 24);
    // One JSON value is an expression of the Terraform language; the parser stops at its end.
    JsonNode middle = JSON.readTree(roles);
    assertThat(middle.at("/binary_backend_acme_prod/policy"))
        .isEqualTo(json(setup(TEMPLATE, List.of(via("acme"))).json()).at("/middle_roles/0/policy"));
    assertThat(text)
        .contains("role   = \"edgemint\"", "for_each = local.edgemint_middle_roles")
        .doesNotContain("${", "%{");
  }
}
