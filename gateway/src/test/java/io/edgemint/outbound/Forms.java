package io.edgemint.outbound;

import io.edgemint.Seeded;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.random.RandomGenerator;

/** The ways to write an IPv4 address into an IPv6 one, and addresses worth hiding so. */
final class Forms {
  private static final List<Network> FORBIDDEN =
      List.of(
          Network.parse("0.0.0.0/8"),
          Network.parse("10.0.0.0/8"),
          Network.parse("100.64.0.0/10"),
          Network.parse("127.0.0.0/8"),
          Network.parse("169.254.0.0/16"),
          Network.parse("169.254.169.254/32"),
          Network.parse("172.16.0.0/12"),
          Network.parse("192.168.0.0/16"),
          Network.parse("224.0.0.0/4"));

  private Forms() {}

  /** A random address of a range that nobody but the operator may name. */
  static byte[] forbidden(RandomGenerator random) {
    Network network = Seeded.pick(random, FORBIDDEN);
    int base = ByteBuffer.wrap(network.base().getAddress()).getInt();
    int free = network.bits() == 32 ? 0 : -1 >>> network.bits();
    return ByteBuffer.allocate(4).putInt(base | (random.nextInt() & free)).array();
  }

  /** Mapped, compatible, translated (RFC 6052), 6to4 and Teredo, each with this address inside. */
  static List<byte[]> of(byte[] inner) {
    byte[] inverted = new byte[4];
    for (int i = 0; i < 4; i++) {
      inverted[i] = (byte) ~inner[i];
    }
    return List.of(
        bytes(0, 0, 0, 0, 0, 0xFFFF).put(inner).array(),
        bytes(0, 0, 0, 0, 0, 0).put(inner).array(),
        bytes(0, 0, 0, 0, 0xFFFF, 0).put(inner).array(),
        bytes(0x64, 0xFF9B, 0, 0, 0, 0).put(inner).array(),
        bytes(0x64, 0xFF9B, 1, 0, 0, 0).put(inner).array(),
        bytes(0x2002).put(inner).array(),
        bytes(0x2001, 0).put(inner).array(),
        bytes(0x2001, 0, 0x0808, 0x0808, 0, 0).put(inverted).array(),
        bytes(0xFE80, 0, 0, 0, 0, 0x5EFE).put(inner).array());
  }

  private static ByteBuffer bytes(int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(16);
    for (int word : words) {
      bytes.putShort((short) word);
    }
    return bytes;
  }
}
