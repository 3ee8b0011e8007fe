package io.edgemint.http;

import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;

/** Tells from where a client asks, also behind proxies. */
final class ClientAddress {
  private static final String FORWARDED_FOR = "x-forwarded-for";

  private final Predicate<InetAddress> proxies;

  /** Believes what these proxies say of the addresses they got requests from. */
  ClientAddress(Predicate<InetAddress> proxies) {
    this.proxies = proxies;
  }

  /**
   * The last address that no listed proxy vouches for: that of the connection (which a PROXY header
   * replaces), or while that is a proxy's, the one that it added to {@code X-Forwarded-For}. What
   * stands further left was written by the client. A proxy stands for clients without an address.
   */
  InetAddress of(HttpServerRequest request) {
    InetAddress address = InetAddress.ofLiteral(peer(request));
    if (!proxies.test(address)) {
      return address;
    }
    List<String> lists = request.headers().getAll(FORWARDED_FOR);
    String[] hops = String.join(",", lists).split(",", -1);
    for (int i = hops.length - 1; i >= 0 && proxies.test(address); i--) {
      try {
        address = InetAddress.ofLiteral(hops[i].strip());
      } catch (IllegalArgumentException e) {
        break; // A proxy that hides an address, or adds its port: the last one known stands.
      }
    }
    return address;
  }

  private static String peer(HttpServerRequest request) {
    String host = request.remoteAddress().hostAddress();
    // None if a PROXY header names a socket in the file system.
    return host != null ? host : request.connection().remoteAddress(true).hostAddress();
  }
}
