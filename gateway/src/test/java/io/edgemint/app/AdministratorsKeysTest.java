package io.edgemint.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.caller.LastGoodKeys;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdministratorsKeysTest {
  private final Map<String, String> kept = new HashMap<>();
  private final LastGoodKeys all =
      new LastGoodKeys() {
        @Override
        public @Nullable String load(String iss) {
          return kept.get(iss);
        }

        @Override
        public void save(String iss, String jwksJson) {
          kept.put(iss, jwksJson);
        }
      };

  @Test
  void save_keptName_isNoNameThatAnOrganisationsIssuerCanHave() {
    LastGoodKeys administrators = new AdministratorsKeys(all);
    administrators.save("https://login.example", "of administrators");
    all.save("https://login.example", "of devices");

    assertThat(administrators.load("https://login.example")).isEqualTo("of administrators");
    assertThat(kept.keySet())
        .filteredOn(name -> name.chars().noneMatch(Character::isISOControl))
        .as("names that IssuerSettings accepts")
        .containsExactly("https://login.example");
  }
}
