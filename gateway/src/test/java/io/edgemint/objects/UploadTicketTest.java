package io.edgemint.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Samples;
import io.edgemint.vault.Vault;
import io.edgemint.vault.Vaults;
import org.junit.jupiter.api.Test;

class UploadTicketTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final String NONCE = "00112233445566778899aabbccddeeff";
  private static final String SHA256 = "ab".repeat(32);

  private final Vault vault = Vaults.fresh();

  @Test
  void open_whatWasSealed_bringsItBack() {
    Seeded.run(
        200,
        random -> {
          var order =
              new UploadOrder(
                  Samples.key("fw/" + random.nextInt() + "ü.bin"),
                  random.nextLong(UploadPlan.MAX_SIZE),
                  SHA256,
                  "text/plain; charset=utf-8",
                  random.nextBoolean());
          var ticket = new UploadTicket(order, "prod@2", "2~id", NONCE, 100);

          assertThat(UploadTicket.open(ticket.seal(vault, ACME), vault, ACME, 99))
              .isEqualTo(ticket);
        });
  }

  @Test
  void open_otherOrganisationOrDamaged_isUnknown() {
    String id = ticket("fw/1.bin", "u").seal(vault, ACME);
    for (String bad : new String[] {id + "A", id.substring(1), "", "x", id.replace('.', '/')}) {
      requireUnknown(bad, ACME, 0);
    }
    requireUnknown(id, new OrgId("globex"), 0);
  }

  @Test
  void open_atItsEnd_isUnknown() {
    String id = ticket("fw/1.bin", "u").seal(vault, ACME);

    assertThat(UploadTicket.open(id, vault, ACME, 99).key().value()).isEqualTo("fw/1.bin");
    requireUnknown(id, ACME, 100);
  }

  /** The request line is 5 KiB by default; method, route and query take less than 100 of it. */
  @Test
  void seal_longestEverything_fitsTheRequestLine() {
    String id = ticket("ü".repeat(512), "x".repeat(1024)).seal(vault, ACME);

    assertThat(id.length()).isLessThan(5 * 1024 - 100);
    assertThat(id).matches("[A-Za-z0-9_.-]+");
  }

  private void requireUnknown(String id, OrgId org, long now) {
    assertThatThrownBy(() -> UploadTicket.open(id, vault, org, now))
        .isInstanceOfSatisfying(
            Refused.class, it -> assertThat(it.refusal()).isEqualTo(Refusal.UPLOAD_UNKNOWN));
  }

  private static UploadTicket ticket(String key, String uploadId) {
    var order = new UploadOrder(Samples.key(key), 5, SHA256, "a/" + "b".repeat(253), false);
    return new UploadTicket(order, "default:" + "b".repeat(64) + "/p/", uploadId, NONCE, 100);
  }
}
