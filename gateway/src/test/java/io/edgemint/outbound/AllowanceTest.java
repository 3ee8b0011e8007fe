package io.edgemint.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowanceTest {
  @ParameterizedTest
  @CsvSource({
    "10.1.0.0/16, 10.1.0.0, true",
    "10.1.0.0/16, 10.1.255.255, true",
    "10.1.0.0/16, 10.0.255.255, false",
    "10.1.0.0/16, 10.2.0.0, false",
    "10.1.2.3, 10.1.2.3, true",
    "10.1.2.3, 10.1.2.2, false",
    "0.0.0.0/0, 127.0.0.1, true",
    "0.0.0.0/0, ::1, false",
    "fd12::/16, fd12:ffff::1, true",
    "fd12::/16, fd13::1, false",
    "::1, ::1, true",
    "127.0.0.0/8, ::ffff:127.0.0.1, true",
    "10.0.0.0/8, 64:ff9b::10.0.0.1, false"
  })
  void covers_range_holdsForItsAddressesAlone(String range, String address, boolean covered) {
    Target target = Target.of(URI.create("https://files.example/"));

    assertThat(Allowance.parse(range).covers(target, InetAddress.ofLiteral(address)))
        .isEqualTo(covered);
  }

  @ParameterizedTest
  @CsvSource({
    "minio.internal:9000, http://minio.internal:9000/a, true",
    "MinIO.internal:9000, http://minio.INTERNAL:9000/a, true",
    "minio.internal:9000, http://minio.internal:9001/a, false",
    "minio.internal:443, https://minio.internal/a, true",
    "minio.internal:9000, http://other.internal:9000/a, false",
    "minio.internal:9000, http://minio.internal.evil.example:9000/a, false",
    "127.0.0.1:9000, http://127.0.0.1:9000/a, true",
    "'[::1]:9000', 'http://[::1]:9000/a', true",
    "'[::1]:9000', 'http://[::1]:9001/a', false"
  })
  void covers_hostAndPort_holdsForBothAlone(String host, URI uri, boolean covered) {
    assertThat(Allowance.parse(host).covers(Target.of(uri), InetAddress.ofLiteral("10.0.0.1")))
        .isEqualTo(covered);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "minio.internal",
        "minio.internal:",
        "minio.internal:70000",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/x",
        "10.0.0.1/8",
        "fd12::1/16",
        "::ffff:10.0.0.0/104",
        "http://minio.internal:9000"
      })
  void parse_anythingElse_isRefusedWithExamples(String text) {
    assertThatThrownBy(() -> Allowance.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10.1.0.0/16")
        .hasMessageContaining("minio.internal:9000");
  }

  @Test
  void contains_rangeOfAnyLength_holdsExactlyWhileItsBitsAreKept() {
    Seeded.run(
        2_000,
        random -> {
          int bits = random.nextInt(33);
          int mask = bits == 0 ? 0 : -1 << (32 - bits);
          int base = random.nextInt() & mask;
          int other = random.nextBoolean() ? random.nextInt() : base ^ (1 << random.nextInt(32));

          var network = new Network(address(base), bits);

          assertThat(network.contains(address(other))).isEqualTo((other & mask) == base);
          assertThat(network.contains(address(base))).isTrue();
        });
  }

  private static InetAddress address(int bits) {
    return SpecialPurpose.fromBytes(ByteBuffer.allocate(4).putInt(bits).array());
  }
}
