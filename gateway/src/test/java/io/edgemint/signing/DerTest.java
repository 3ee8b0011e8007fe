package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DerTest {
  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  /** ITU-T X.690, section 8.1.3: lengths in one octet up to 127, in the fewest octets above. */
  @ParameterizedTest
  @CsvSource({
    "0, 0400",
    "127, 047f",
    "128, 048180",
    "255, 0481ff",
    "256, 04820100",
    "65535, 0482ffff"
  })
  void write_anyLength_hasTheShortestHeaderAndIsReadAgain(int length, String header) {
    byte[] content = new byte[length];
    Arrays.fill(content, (byte) 7);

    byte[] written = Der.write(Der.OCTET_STRING, content);

    assertThat(HexFormat.of().formatHex(written)).startsWith(header);
    assertThat(written).hasSize(header.length() / 2 + length);
    assertThat(new Der(written).read(Der.OCTET_STRING)).isEqualTo(content);
  }

  @Test
  void enter_sequence_reachesToItsEndAndNoFurther() {
    Der outer = new Der(bytes("3003020105020109"));
    Der inner = outer.enter(Der.SEQUENCE);

    assertThat(inner.number()).isEqualTo(BigInteger.valueOf(5));
    assertThat(inner.isNext(Der.INTEGER)).isFalse();
    assertThatExceptionOfType(Der.Malformed.class).isThrownBy(inner::number);
    assertThat(outer.number()).isEqualTo(BigInteger.valueOf(9));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "02",
        "0201",
        "020200",
        "0200",
        "0400",
        "0281",
        "0280",
        "028201",
        "02840000000100",
        "02857fffffff00"
      })
  void number_bytesThatAreNone_areMalformed(String hex) {
    assertThatExceptionOfType(Der.Malformed.class).isThrownBy(() -> new Der(bytes(hex)).number());
  }

  /** ITU-T X.690, section 10.1: the indefinite form is BER alone, not a length of 128. */
  @Test
  void read_indefiniteLength_isMalformed() {
    Der der = new Der(bytes("0480" + "00".repeat(128)));

    assertThatExceptionOfType(Der.Malformed.class).isThrownBy(() -> der.read(Der.OCTET_STRING));
  }

  @Test
  void number_lengthInThreeOctets_isRead() {
    assertThat(new Der(bytes("028300000105")).number()).isEqualTo(BigInteger.valueOf(5));
  }
}
