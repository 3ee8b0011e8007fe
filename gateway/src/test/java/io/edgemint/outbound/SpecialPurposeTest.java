package io.edgemint.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import java.net.InetAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecialPurposeTest {
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, unspecified",
    "0.1.2.3, unspecified",
    "10.0.0.1, private",
    "10.255.255.255, private",
    "100.64.0.0, carrier-shared",
    "100.127.255.255, carrier-shared",
    "127.0.0.1, loopback",
    "127.255.255.254, loopback",
    "169.254.169.254, link-local",
    "169.254.170.2, link-local",
    "168.63.129.16, cloud-platform",
    "172.16.0.0, private",
    "172.31.255.255, private",
    "192.0.0.170, reserved",
    "192.0.2.1, documentation",
    "192.168.0.0, private",
    "192.168.255.255, private",
    "198.18.0.1, benchmarking",
    "198.19.255.255, benchmarking",
    "224.0.0.1, multicast",
    "239.255.255.255, multicast",
    "240.0.0.1, reserved",
    "255.255.255.255, reserved",
    "::, unspecified",
    "::1, loopback",
    "::127.0.0.1, reserved",
    "::ffff:127.0.0.1, loopback",
    "::ffff:a9fe:a9fe, link-local",
    "::ffff:0:127.0.0.1, reserved",
    "64:ff9b::169.254.169.254, link-local",
    "64:ff9b::a00:1, private",
    "64:ff9b:1::8.8.8.8, reserved",
    "100::1, reserved",
    "2001::1, reserved",
    "2001:0:7f00:1::, reserved",
    "2001:db8::1, documentation",
    "2002:7f00:1::, tunnelled",
    "2002:808:808::, tunnelled",
    "3fff::1, documentation",
    "4000::1, reserved",
    "5f00::1, reserved",
    "fc00::1, private",
    "fd00:ec2::254, private",
    "fe80::1, link-local",
    "fec0::1, reserved",
    "ff02::1, multicast"
  })
  void of_addressThatIsNotPublic_namesItsPurpose(String address, String purpose) {
    assertThat(SpecialPurpose.of(InetAddress.ofLiteral(address))).contains(purpose);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.0.0.0",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2000::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2003::1",
        "2600:9000::1",
        "3ffe::1"
      })
  void of_publicAddress_isEmpty(String address) {
    assertThat(SpecialPurpose.of(InetAddress.ofLiteral(address))).isEmpty();
  }

  @Test
  void of_whatTheJdkKnowsAsLocal_isNeverPublic() {
    Seeded.run(
        20_000,
        random -> {
          InetAddress address =
              SpecialPurpose.fromBytes(
                  random.nextBoolean() ? localIsh(random, 4) : localIsh(random, 16));
          if (address.isLoopbackAddress()
              || address.isAnyLocalAddress()
              || address.isSiteLocalAddress()
              || address.isLinkLocalAddress()
              || address.isMulticastAddress()) {
            assertThat(SpecialPurpose.of(address)).as(address.toString()).isPresent();
          }
        });
  }

  @Test
  void of_forbiddenAddressInAnyVersion6Form_isNeverPublic() {
    Seeded.run(
        5_000,
        random -> {
          byte[] inner = Forms.forbidden(random);
          for (byte[] form : Forms.of(inner)) {
            InetAddress address = SpecialPurpose.fromBytes(form);
            assertThat(SpecialPurpose.of(address)).as(address.toString()).isPresent();
          }
        });
  }

  /** Random bytes after a beginning that is often a special one. */
  private static byte[] localIsh(RandomGenerator random, int length) {
    byte[] bytes = Seeded.bytes(random, length, length);
    bytes[0] =
        (byte) Seeded.pick(random, List.of(0, 10, 127, 169, 172, 192, 224, 0xFE, 0xFF)).intValue();
    if (random.nextBoolean()) {
      bytes[1] = (byte) Seeded.pick(random, List.of(0, 16, 31, 168, 254, 0x80, 0xC0)).intValue();
    }
    return bytes;
  }
}
