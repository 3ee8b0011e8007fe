package io.edgemint.outbound;

import java.net.InetAddress;

/**
 * A range of addresses in CIDR notation (RFC 4632; RFC 4291, section 2.3).
 *
 * @param base the first address of the range
 * @param bits how many leading bits all its addresses share
 */
public record Network(InetAddress base, int bits) {
  /**
   * Reads {@code 10.0.0.0/8}, {@code fd00::/8} or a single address.
   *
   * @throws IllegalArgumentException if it is anything else, or has bits beyond the shared ones
   */
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    InetAddress base = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    int most = 8 * base.getAddress().length;
    int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
    if (bits < 0 || bits > most) {
      throw new IllegalArgumentException("the length of this range is 0 to " + most + " bits");
    }
    var network = new Network(base, bits);
    if (!network.isFirst()) {
      throw new IllegalArgumentException("the address of a range of this length ends in zero bits");
    }
    return network;
  }

  /** Tells whether an address lies in the range; one of the other family never does. */
  public boolean contains(InetAddress address) {
    byte[] ours = base.getAddress();
    byte[] theirs = address.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      if (bit(ours, bit) != bit(theirs, bit)) {
        return false;
      }
    }
    return true;
  }

  private boolean isFirst() {
    byte[] bytes = base.getAddress();
    for (int bit = bits; bit < 8 * bytes.length; bit++) {
      if (bit(bytes, bit)) {
        return false;
      }
    }
    return true;
  }

  private static boolean bit(byte[] bytes, int number) {
    return (bytes[number / 8] >> (7 - number % 8) & 1) != 0;
  }
}
