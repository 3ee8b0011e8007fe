package io.edgemint.http;

import io.edgemint.config.Field;
import io.edgemint.config.Section;
import io.edgemint.outbound.Network;
import io.edgemint.traffic.ConnectionLimits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where and how devices are answered.
 *
 * @param host the address to listen on
 * @param port the TCP port; 0 takes a free one
 * @param eventLoops how many event loops serve; 0 for one per core
 * @param tls what TLS needs; without it the edge speaks clear HTTP/1.1
 * @param proxies addresses whose word about the client's address is taken
 * @param proxyProtocol whether those proxies begin each connection with a PROXY header
 * @param connections what one client may hold open
 * @param requests how large a request may be
 * @param clientCertificates where devices show certificates instead of tokens
 * @param drain how long, after the order to stop, new requests are still answered
 */
public record EdgeSettings(
    String host,
    int port,
    int eventLoops,
    Optional<TlsSettings> tls,
    List<Network> proxies,
    boolean proxyProtocol,
    ConnectionLimits connections,
    RequestLimits requests,
    ClientCertificateSettings clientCertificates,
    Duration drain) {
  /** All addresses, port 8080, clear HTTP/1.1, one event loop per core. */
  public static final EdgeSettings DEFAULT =
      new EdgeSettings(
          "0.0.0.0",
          8080,
          0,
          Optional.empty(),
          List.of(),
          false,
          ConnectionLimits.DEFAULT,
          RequestLimits.DEFAULT,
          ClientCertificateSettings.NONE,
          Duration.ofSeconds(5));

  /** Copies the list. */
  public EdgeSettings {
    proxies = List.copyOf(proxies);
  }

  /** Reads the section {@code edge}. */
  public static Field<EdgeSettings> read(Section section) {
    String host = section.string("host", DEFAULT.host);
    int port = section.integer("port", DEFAULT.port, 0, 65_535);
    int eventLoops = section.integer("event_loops", DEFAULT.eventLoops, 0, 256);
    Field<Optional<TlsSettings>> tls = TlsSettings.read(section);
    Field<List<Network>> proxies = section.list("trusted_proxies", EdgeSettings::network);
    boolean proxyProtocol = section.flag("proxy_protocol", DEFAULT.proxyProtocol);
    Section limits = section.section("limits");
    ConnectionLimits connections = ConnectionLimits.read(limits);
    RequestLimits requests = RequestLimits.read(limits);
    Field<ClientCertificateSettings> clientCertificates = ClientCertificateSettings.read(section);
    Duration drain = section.duration("drain", DEFAULT.drain, Duration.ZERO, Duration.ofHours(1));
    return section.build(
        () -> {
          if (proxyProtocol && clientCertificates.get().forwarded().isPresent()) {
            throw new IllegalArgumentException(
                "proxy_protocol is on, so what trusted_proxies lists passes bytes on unread, and"
                    + " client_certificates.forwarded would believe whatever clients write; remove"
                    + " one of them");
          }
          if (proxyProtocol && proxies.get().isEmpty()) {
            throw new IllegalArgumentException(
                "proxy_protocol is on, so trusted_proxies must list who may send its header");
          }
          if (clientCertificates.get().forwarded().isPresent() && proxies.get().isEmpty()) {
            throw new IllegalArgumentException(
                "client_certificates.forwarded is on, so trusted_proxies must list who may send its"
                    + " header");
          }
          if (port != 0 && clientCertificates.get().port().equals(Optional.of(port))) {
            throw new IllegalArgumentException(
                "client_certificates.port is edge.port; certificates have a port of their own");
          }
          return new EdgeSettings(
              host,
              port,
              eventLoops,
              tls.get(),
              proxies.get(),
              proxyProtocol,
              connections,
              requests,
              clientCertificates.get(),
              drain);
        });
  }

  private static Network network(String text) {
    try {
      return Network.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a proxy is an address or a range such as 10.0.0.0/8");
    }
  }

  /** This on another address and port. */
  public EdgeSettings at(String otherHost, int otherPort) {
    return new EdgeSettings(
        otherHost,
        otherPort,
        eventLoops,
        tls,
        proxies,
        proxyProtocol,
        connections,
        requests,
        clientCertificates,
        drain);
  }

  /** Whether an address is that of a listed proxy. */
  public boolean isProxy(InetAddress address) {
    for (Network network : proxies) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** What Vert.x is told: to it, -1 is one free port for all loops, and 0 one for each. */
  int bindPort() {
    return port == 0 ? -1 : port;
  }

  /** The same for the port on which TLS asks for certificates: -2 is another free one. */
  Optional<Integer> certificateBindPort() {
    return clientCertificates.port().map(it -> it == 0 ? -2 : it);
  }
}
