package io.edgemint.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vault with several keys. */
class VaultRotationTest {
  private static final byte[] SECRET = "plain-as-day".getBytes(UTF_8);
  private static final String CONTEXT = "4:acme|4:prod|13:s3-secret-key|1";

  @TempDir Path folder;
  private Path oldFile;
  private Path newFile;
  private Vault before;
  private Vault after;

  @BeforeEach
  void makeKeys() throws IOException {
    oldFile = folder.resolve("old");
    newFile = folder.resolve("new");
    before = Vault.openOrCreate(oldFile);
    Vault.newKey(newFile);
    after = Vault.openOrCreate(newFile, List.of(oldFile));
  }

  @Test
  void open_previousKey_opensAndTheFirstSeals() {
    assertThat(after.open(before.seal(SECRET, CONTEXT), CONTEXT)).isEqualTo(SECRET);
    assertThat(Vault.keyIdOf(after.seal(SECRET, CONTEXT)))
        .isEqualTo(after.keyId())
        .isNotEqualTo(before.keyId());
    assertThat(after.keys().keySet()).containsExactly(after.keyId(), before.keyId());
  }

  @Test
  void open_unknownKey_namesEveryHeldKeyAndItsFile() throws IOException {
    Vault stranger = Vault.openOrCreate(folder.resolve("stranger"));

    assertThatThrownBy(() -> after.open(stranger.seal(SECRET, CONTEXT), CONTEXT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key-encryption key " + stranger.keyId())
        .hasMessageContaining(newFile + " holds " + after.keyId())
        .hasMessageContaining(oldFile + " holds " + before.keyId());
  }

  @Test
  void rewrap_anySecretThroughAnyKeys_keepsTheCiphertextAndOpensWithTheLastAlone()
      throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      files.add(folder.resolve("kek" + i));
      Vault.newKey(files.get(i));
    }
    Seeded.run(
        200,
        random -> {
          byte[] secret = Seeded.bytes(random, 0, 300);
          String context = Seeded.string(random, 0, 60);
          String first = Vault.openOrCreate(files.getFirst()).seal(secret, context);
          String text = first;
          Path last = files.getFirst();
          for (int i = 0; i < random.nextInt(1, 4); i++) {
            last = Seeded.pick(random, files);
            text = Vault.openOrCreate(last, files).rewrap(text, context);
          }

          assertThat(Vault.openOrCreate(last).open(text, context)).isEqualTo(secret);
          Envelope one = Envelope.parse(first);
          Envelope other = Envelope.parse(text);
          assertThat(other.ciphertext).isEqualTo(one.ciphertext);
          assertThat(other.nonce).isEqualTo(one.nonce);
        });
  }

  @Test
  void rewrap_alreadyUnderTheFirstKey_isTheVerySameText() {
    String sealed = after.seal(SECRET, CONTEXT);

    assertThat(after.rewrap(sealed, CONTEXT)).isSameAs(sealed);
  }

  @Test
  void rewrap_textOfAnotherPlace_isRefused() {
    String sealed = before.seal(SECRET, CONTEXT);

    assertThatThrownBy(() -> after.rewrap(sealed, "4:evil|4:prod|13:s3-secret-key|1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sealed for another organisation");
  }

  @Test
  void open_rewrappedTextMovedToAnotherPlace_isRefused() {
    String moved = after.rewrap(before.seal(SECRET, CONTEXT), CONTEXT);

    for (String other :
        List.of(
            "4:evil|4:prod|13:s3-secret-key|1",
            "4:acme|4:test|13:s3-secret-key|1",
            "4:acme|4:prod|11:signing-key|1",
            "4:acme|4:prod|13:s3-secret-key|2")) {
      assertThatThrownBy(() -> after.open(moved, other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sealed for another organisation");
    }
    assertThat(after.open(moved, CONTEXT)).isEqualTo(SECRET);
  }

  @Test
  void open_partsOfARewrappedText_doNotFitAnother() {
    String[] one = after.rewrap(before.seal(SECRET, CONTEXT), CONTEXT).split("\\.", -1);
    String[] two = after.rewrap(before.seal(SECRET, CONTEXT), CONTEXT).split("\\.", -1);

    for (int i = 2; i < one.length; i++) {
      String[] mixed = one.clone();
      mixed[i] = two[i];
      assertThatThrownBy(() -> after.open(String.join(".", mixed), CONTEXT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("changed");
    }
  }

  @Test
  void openOrCreate_swappedFiles_openTheSame() throws IOException {
    String sealed = before.seal(SECRET, CONTEXT);
    Path aside = folder.resolve("aside");
    Files.move(oldFile, aside);
    Files.move(newFile, oldFile);
    Files.move(aside, newFile);

    Vault swapped = Vault.openOrCreate(newFile, List.of(oldFile));

    assertThat(swapped.open(sealed, CONTEXT)).isEqualTo(SECRET);
    assertThat(swapped.keyId()).isEqualTo(before.keyId());
  }

  @Test
  void openOrCreate_previousFileMissing_isNotMade() {
    Path missing = folder.resolve("missing");

    assertThatThrownBy(() -> Vault.openOrCreate(newFile, List.of(missing)))
        .isInstanceOf(IOException.class)
        .hasMessage(missing + " is not there; put the key file back, from a backup if need be")
        .hasCauseInstanceOf(NoSuchFileException.class);
    assertThat(missing).doesNotExist();
  }

  @Test
  void newKey_fileThatStands_isNotOverwritten() throws IOException {
    String content = Files.readString(oldFile);

    assertThatThrownBy(() -> Vault.newKey(oldFile))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("never overwritten");
    assertThat(oldFile).hasContent(content);
  }

  @Test
  void newKey_freshFile_isForItsOwnerAlone() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(newFile)))
        .isEqualTo("rw-------");
    assertThat(Vault.openOrCreate(newFile).keyId()).isEqualTo(after.keyId());
  }

  @Test
  void keyIdOf_textThatIsNoSecret_isRefused() {
    for (String text : List.of("", "v1", "v1.", "v1.abc", "v2.abc.d.e.f", "settings.0")) {
      assertThatThrownBy(() -> Vault.keyIdOf(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no sealed secret");
    }
  }
}
