package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PemTest {
  private static final int LONGEST_BODY = 256 * 1024;
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";

  /** Looked through once for each space, these texts take minutes. */
  @Test
  @Timeout(30)
  void spaces_howeverMany_areLookedThroughOnce() {
    String spaces = " ".repeat(LONGEST_BODY);

    for (String text : new String[] {spaces, BEGIN + spaces, BEGIN + "\nAA==" + spaces + "-"}) {
      assertThatThrownBy(() -> Pem.decode(text, "CERTIFICATE", "fix"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one PEM block");
      assertThat(Pem.blocks(text, "CERTIFICATE")).isEmpty();
    }
  }

  @Test
  void blocks_spacesAroundThem_areRead() {
    String block = BEGIN + "\r\n QUJD\r\nRA==\n-----END CERTIFICATE-----";

    assertThat(Pem.decode("\n " + block + " \n", "CERTIFICATE", "fix"))
        .asString()
        .isEqualTo("ABCD");
    assertThat(Pem.blocks(" " + block + "\n\n" + block + " ", "CERTIFICATE").orElseThrow())
        .hasSize(2);
    assertThat(Pem.blocks("", "CERTIFICATE").orElseThrow()).isEmpty();
    assertThat(Pem.blocks(block + "x" + block, "CERTIFICATE")).isEmpty();
    assertThat(Pem.blocks(block, "X509 CRL")).isEmpty();
  }
}
