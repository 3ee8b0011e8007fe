package io.edgemint.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.edgemint.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultTest {
  private static final byte[] SECRET = "plain-as-day".getBytes(UTF_8);
  private static final String CONTEXT = "acme|prod|s3-secret-key|1";

  @TempDir Path folder;
  private Vault vault;

  @BeforeEach
  void openVault() throws IOException {
    vault = Vault.openOrCreate(folder.resolve("kek"));
  }

  @Test
  void open_whatWasSealed_bringsItBack() {
    Seeded.run(
        2_000,
        random -> {
          byte[] secret = Seeded.bytes(random, 0, 300);
          String context = Seeded.string(random, 0, 60);

          assertThat(vault.open(vault.seal(secret, context), context)).isEqualTo(secret);
        });
  }

  @Test
  void open_longestSecret_bringsItBack() {
    byte[] longest = new byte[Vault.MAX_SECRET_BYTES];

    assertThat(vault.open(vault.seal(longest, CONTEXT), CONTEXT)).isEqualTo(longest);
    assertThatThrownBy(() -> vault.seal(new byte[Vault.MAX_SECRET_BYTES + 1], CONTEXT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a secret has at most 65536 bytes, but this one has 65537");
  }

  @Test
  void open_byAnotherProcessLater_bringsItBack() throws IOException {
    String sealed = vault.seal(SECRET, CONTEXT);

    Vault later = Vault.openOrCreate(folder.resolve("kek"));

    assertThat(later.open(sealed, CONTEXT)).isEqualTo(SECRET);
  }

  @Test
  void seal_sameSecretTwice_sharesNoPart() {
    Set<String> parts = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      String sealed = vault.seal(SECRET, CONTEXT);
      assertThat(sealed).matches("v1\\.[0-9a-f]{16}\\.[\\w-]{80}\\.[\\w-]{16}\\.[\\w-]{43}");
      parts.addAll(List.of(sealed.split("\\.", -1)).subList(2, 5));
    }

    assertThat(parts).hasSize(6);
  }

  @Test
  void open_anyCharacterFlipped_isRefusedAsChanged() {
    String alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=+/ \u00e4";
    Seeded.run(
        50,
        random -> {
          String sealed = vault.seal(Seeded.bytes(random, 0, 40), CONTEXT);
          for (int i = 0; i < sealed.length(); i++) {
            char other = alphabet.charAt(random.nextInt(alphabet.length()));
            if (other != sealed.charAt(i)) {
              String flipped = sealed.substring(0, i) + other + sealed.substring(i + 1);
              assertThat(refusal(flipped, CONTEXT)).containsAnyOf("changed", "no sealed secret");
            }
          }
        });
  }

  @Test
  void open_lastCharacterWithSpareBits_isRefused() {
    // 12 + 16 + 4 bytes leave four spare bits in the last of 43 characters.
    String sealed = vault.seal(SECRET, CONTEXT);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = alphabet.indexOf(sealed.charAt(sealed.length() - 1));
    String sameBytes = sealed.substring(0, sealed.length() - 1) + alphabet.charAt(last ^ 1);

    assertThat(refusal(sameBytes, CONTEXT)).contains("changed");
  }

  @Test
  void open_cutOrLengthened_isRefused() {
    String sealed = vault.seal(SECRET, CONTEXT);

    for (int length = 0; length < sealed.length(); length++) {
      assertThat(refusal(sealed.substring(0, length), CONTEXT)).isNotEmpty();
    }
    assertThat(refusal(sealed + "A", CONTEXT)).contains("changed");
    assertThat(refusal(sealed + ".", CONTEXT)).contains("no sealed secret");
    assertThat(refusal("x".repeat(10_000_000), CONTEXT)).contains("no sealed secret");
  }

  @Test
  void open_partsOfTwoSecrets_areRefused() {
    String[] one = vault.seal(SECRET, CONTEXT).split("\\.", -1);
    String[] two = vault.seal(SECRET, CONTEXT).split("\\.", -1);

    for (int i = 2; i < one.length; i++) {
      String[] mixed = one.clone();
      mixed[i] = two[i];
      assertThat(refusal(String.join(".", mixed), CONTEXT)).contains("changed");
    }
  }

  @Test
  void open_textMovedToAnotherPlace_isRefusedAsMoved() {
    String sealed = vault.seal(SECRET, CONTEXT);

    for (String other :
        List.of(
            "evil|prod|s3-secret-key|1",
            "acme|test|s3-secret-key|1",
            "acme|prod|signing-key|1",
            "acme|prod|s3-secret-key|2",
            CONTEXT + " ",
            "")) {
      assertThat(refusal(sealed, other))
          .isEqualTo(
              "the secret was sealed for another organisation, backend, kind or version, and does"
                  + " not open here; set it again in this place");
    }
  }

  @Test
  void open_underAnotherKey_isRefusedWithBothKeys() throws IOException {
    String sealed = vault.seal(SECRET, CONTEXT);
    Vault other = Vault.openOrCreate(folder.resolve("other"));

    assertThatThrownBy(() -> other.open(sealed, CONTEXT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sealed.split("\\.", -1)[1])
        .hasMessageContaining(folder.resolve("other") + " holds ")
        .hasMessageContaining("put that key file back");
  }

  @Test
  void context_withHalfACharacter_isRefused() {
    assertThatThrownBy(() -> vault.seal(SECRET, "acme\ud800"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the context of a secret has half a character");
  }

  @Test
  void keyId_isTheBeginningOfTheKeysDigest() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key());

    assertThat(vault.seal(SECRET, CONTEXT).split("\\.", -1)[1])
        .isEqualTo(HexFormat.of().formatHex(digest).substring(0, 16));
  }

  @Test
  void seal_bothLayers_carryTheContextAndKeysOfTheirOwn() throws Exception {
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      Envelope envelope = Envelope.parse(vault.seal(SECRET, CONTEXT));
      byte[] dataKey =
          decrypt(
              key(),
              envelope.keyNonce,
              "edgemint vault v1 data key\n" + CONTEXT,
              envelope.wrappedKey);
      byte[] secret =
          decrypt(
              dataKey, envelope.nonce, "edgemint vault v1 secret\n" + CONTEXT, envelope.ciphertext);

      assertThat(secret).isEqualTo(SECRET);
      assertThat(envelope.nonce).isNotEqualTo(envelope.keyNonce);
      keys.add(HexFormat.of().formatHex(dataKey));
    }
    assertThat(keys).hasSize(2).allMatch(key -> key.length() == 64);
  }

  @Test
  void seal_dataKey_isWipedAfterUse() throws IOException {
    List<byte[]> drawn = new ArrayList<>();
    var random =
        new SecureRandom() {
          private static final long serialVersionUID = 1L;

          @Override
          public void nextBytes(byte[] bytes) {
            super.nextBytes(bytes);
            drawn.add(bytes);
          }
        };
    KeyFile keyFile = KeyFile.openOrCreate(folder.resolve("kek"), random);

    new Vault(keyFile, random).seal(SECRET, CONTEXT);

    assertThat(drawn).filteredOn(bytes -> bytes.length == 32).containsExactly(new byte[32]);
  }

  @Test
  void open_forgedTextWithPartsOfOtherLengths_isRefused() {
    String keyId = vault.seal(SECRET, CONTEXT).split("\\.", -1)[1];
    for (List<Integer> lengths :
        List.of(
            List.of(0, 48, 12, 16),
            List.of(12, 47, 12, 16),
            List.of(12, 48, 0, 16),
            List.of(12, 48, 12, 15))) {
      List<byte[]> parts = lengths.stream().map(byte[]::new).toList();
      var forged = new Envelope(keyId, parts.get(0), parts.get(1), parts.get(2), parts.get(3));

      assertThat(refusal(forged.text(), CONTEXT)).contains("changed");
    }
  }

  private byte[] key() throws IOException {
    return Base64.getDecoder().decode(Files.readString(folder.resolve("kek")).strip());
  }

  private static byte[] decrypt(byte[] key, byte[] nonce, String associated, byte[] sealed)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(associated.getBytes(UTF_8));
    return cipher.doFinal(sealed);
  }

  private String refusal(String sealed, String context) {
    Throwable refusal = catchThrowable(() -> vault.open(sealed, context));
    assertThat(refusal)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining(new String(SECRET, UTF_8));
    return String.valueOf(refusal.getMessage());
  }
}
