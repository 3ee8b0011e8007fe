package io.edgemint.outbound;

import io.edgemint.outbound.OutboundFailure.Code;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a URL leads.
 *
 * @param host in lower case; an IPv6 address stands in brackets
 * @param literal the address, if the URL has one in place of a name
 * @param requestUri the raw path and query
 */
record Target(
    boolean tls, String host, int port, @Nullable InetAddress literal, String requestUri) {
  /**
   * Takes a URL apart.
   *
   * @throws OutboundFailure with {@code URL_REFUSED} for anything that is never called
   */
  static Target of(URI uri) {
    String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw refused("begin with https:// or http://");
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw refused("have neither a user before '@' nor a fragment after '#'");
    }
    String host = uri.getHost();
    if (host == null) {
      throw refused("name a host of letters, digits, '-' and '.', or an IP address");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
    if (port == 0 || port > 0xFFFF) {
      throw refused("have a port from 1 to 65535");
    }
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String requestUri = uri.getRawQuery() == null ? path : path + '?' + uri.getRawQuery();
    if (!requestUri.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
      throw refused("percent-encode all characters beyond ASCII");
    }
    String lowerHost = host.toLowerCase(Locale.ROOT);
    return new Target(scheme.equals("https"), lowerHost, port, literal(lowerHost), requestUri);
  }

  /** Whatever looks like an address must be one in its usual form: no name server sees it. */
  private static @Nullable InetAddress literal(String host) {
    boolean version6 = host.startsWith("[");
    if (!version6 && !Character.isDigit(host.charAt(host.length() - 1))) {
      return null;
    }
    try {
      InetAddress address =
          InetAddress.ofLiteral(version6 ? host.substring(1, host.length() - 1) : host);
      if (host.indexOf('%') < 0 && (version6 || address.getHostAddress().equals(host))) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // Refused below, together with what is an address in an unusual form.
    }
    throw refused("write an IP address as 192.0.2.1 or [2001:db8::1], without a zone");
  }

  private static OutboundFailure refused(String rule) {
    return new OutboundFailure(Code.URL_REFUSED, "the URL must " + rule);
  }
}
