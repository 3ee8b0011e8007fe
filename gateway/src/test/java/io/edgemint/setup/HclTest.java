package io.edgemint.setup;

import static io.edgemint.setup.Setups.bucket;
import static io.edgemint.setup.Setups.cdn;
import static io.edgemint.setup.Setups.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HclTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '^',
      value = {
        "a \"a\"",
        "${a} \"$${a}\"",
        "%{a} \"%%{a}\"",
        "$${a} \"$$${a}\"",
        "$%{ \"$%%{\"",
        "$a%b{} \"$a%b{}\"",
        "\"\\ \"\\\"\\\\\""
      })
  void quoted_whatHclWouldInterpret_isEscaped(String value, String literal) {
    assertThat(Hcl.quoted(value)).isEqualTo(literal);
  }

  @Test
  void quoted_anyText_isReadAsItWasWritten() {
    Seeded.run(
        5_000,
        random -> {
          String value = Seeded.string(random, 0, 20) + Seeded.string(random, "$%{}\"\\\n", 0, 8);
          HclReader reader = new HclReader(Hcl.quoted(value));

          assertThat(reader.value()).isEqualTo(value);
          assertThat(reader.atEnd()).isTrue();
        });
  }

  @Test
  void terraform_nastyPrefix_hasTheValuesOfTheJsonDocument() {
    Seeded.run(
        300,
        random -> {
          String prefix = Setups.prefix(random);
          Setup setup =
              Setups.of(
                  Setups.behind(
                      cdn("fw.acme.example", prefix, key("a", "K1"), key("b", null)),
                      bucket(prefix)));
          JsonObject document = new JsonObject(setup.json());
          JsonObject cloudFront = document.getJsonObject("cloudfront");
          String terraform = setup.terraform();
          HclReader reader =
              new HclReader(
                  terraform.substring(terraform.indexOf("locals {") + "locals ".length()));
          JsonObject values = (JsonObject) Objects.requireNonNull(reader.value());

          assertThat(values.getValue("trust_policy")).isEqualTo(document.getValue("trust_policy"));
          assertThat(values.getValue("permission_policies"))
              .isEqualTo(document.getValue("permission_policies"));
          assertThat(values.getValue("bucket_policy"))
              .isEqualTo(cloudFront.getValue("bucket_policy"));
          assertThat(values.getValue("key_policy")).isEqualTo(cloudFront.getValue("key_policy"));
          assertThat(values.getValue("cache_policy"))
              .isEqualTo(cloudFront.getValue("cache_policy"));
          assertThat(values.getJsonObject("public_keys").getValue("b"))
              .isEqualTo(cloudFront.getJsonArray("public_keys").getValue(1));
          assertThat(values.getJsonArray("public_key_ids")).isEqualTo(JsonArray.of("K1"));
          assertThat(values.getJsonArray("aliases")).isEqualTo(JsonArray.of("fw.acme.example"));
          assertThat(values.getString("kms_key")).isEqualTo(Setups.KEY_ARN);
        });
  }
}
