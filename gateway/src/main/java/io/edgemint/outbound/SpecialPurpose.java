package io.edgemint.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The addresses that are not of the public Internet (RFC 6890 and IANA's two registries after it).
 * For IPv6 the question is turned round: public is what lies in 2000::/3 and is not listed, so that
 * every way to write an IPv4 address into an IPv6 one is refused with the rest.
 */
final class SpecialPurpose {
  private static final Map<Network, String> VERSION_4 =
      networks(
          "0.0.0.0/8", "unspecified",
          "10.0.0.0/8", "private",
          "100.64.0.0/10", "carrier-shared",
          "127.0.0.0/8", "loopback",
          // Outside IANA's registry: every virtual machine at Azure reaches its host's agent here.
          "168.63.129.16", "cloud-platform",
          "169.254.0.0/16", "link-local",
          "172.16.0.0/12", "private",
          "192.0.0.0/24", "reserved",
          "192.0.2.0/24", "documentation",
          "192.88.99.0/24", "reserved",
          "192.168.0.0/16", "private",
          "198.18.0.0/15", "benchmarking",
          "198.51.100.0/24", "documentation",
          "203.0.113.0/24", "documentation",
          "224.0.0.0/4", "multicast",
          "240.0.0.0/4", "reserved");

  private static final Map<Network, String> VERSION_6 =
      networks(
          "::1/128", "loopback",
          "::/128", "unspecified",
          "fc00::/7", "private",
          "fe80::/10", "link-local",
          "ff00::/8", "multicast",
          "2001::/23", "reserved",
          "2001:db8::/32", "documentation",
          "2002::/16", "tunnelled",
          "3fff::/20", "documentation");

  private static final Network GLOBAL_UNICAST = Network.parse("2000::/3");

  /** IPv4 as seen from networks that have IPv6 alone (RFC 6052): judged by the address inside. */
  private static final Network TRANSLATED = Network.parse("64:ff9b::/96");

  private SpecialPurpose() {}

  /** What an address is for in one word, unless it is a public one. */
  static Optional<String> of(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return find(VERSION_4, address);
    }
    if (TRANSLATED.contains(address)) {
      return find(VERSION_4, fromBytes(Arrays.copyOfRange(bytes, 12, 16)));
    }
    return find(VERSION_6, address)
        .or(() -> GLOBAL_UNICAST.contains(address) ? Optional.empty() : Optional.of("reserved"));
  }

  /** The address without a name and a zone. */
  static InetAddress fromBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
    }
  }

  private static Optional<String> find(Map<Network, String> networks, InetAddress address) {
    return networks.entrySet().stream()
        .filter(entry -> entry.getKey().contains(address))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static Map<Network, String> networks(String... rangesAndPurposes) {
    Map<Network, String> networks = new LinkedHashMap<>();
    for (int i = 0; i < rangesAndPurposes.length; i += 2) {
      networks.put(Network.parse(rangesAndPurposes[i]), rangesAndPurposes[i + 1]);
    }
    return networks;
  }
}
