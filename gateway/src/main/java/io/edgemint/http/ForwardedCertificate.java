package io.edgemint.http;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.caller.Caller;
import io.edgemint.caller.ClientCertificate;
import io.edgemint.http.ClientCertificateSettings.Format;
import io.edgemint.http.ClientCertificateSettings.Forwarded;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a listed proxy says a device has shown to it; from anybody else the header
 * is as if it were not there. Requests without it bring a token. Belongs to one event loop.
 */
final class ForwardedCertificate implements Credential {
  /** With headers as long as the default limit allows, less than 16 MiB; with usual ones, 2 MiB. */
  private static final int REMEMBERED = 1000;

  private final Grants grants;
  private final ClientAddress clients;
  private final Predicate<InetAddress> proxies;
  private final Forwarded forwarded;
  private final Credential others;

  /** Certificates that were accepted; the one that was last seen longest ago goes first. */
  private final Map<Shown, ClientCertificate> accepted =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Shown, ClientCertificate> eldest) {
          return size() > REMEMBERED;
        }
      };

  ForwardedCertificate(
      Grants grants,
      ClientAddress clients,
      Predicate<InetAddress> proxies,
      Forwarded forwarded,
      Credential others) {
    this.grants = grants;
    this.clients = clients;
    this.proxies = proxies;
    this.forwarded = forwarded;
    this.others = others;
  }

  /**
   * What the proxy's headers say.
   *
   * @param chain the certificates behind the device's own; empty for none
   */
  private record Shown(String leaf, String chain) {}

  @Override
  public Future<Caller> caller(HttpServerRequest request) {
    Shown shown = shown(request);
    if (shown == null) {
      return others.caller(request);
    }
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      throw new Refused(
          Refusal.REQUEST_INVALID,
          "send either a token or, to the proxy, a certificate: the request has both");
    }
    ClientCertificate known = accepted.get(shown);
    if (known != null) {
      return grants.caller(known, () -> clients.of(request));
    }
    return grants.unknown(
        () -> {
          ClientCertificate read = read(shown);
          return grants.accept(read).onSuccess(_ -> accepted.put(shown, read));
        },
        clients.of(request));
  }

  @Override
  public Future<Caller> again(HttpServerRequest request) {
    Shown shown = shown(request);
    if (shown == null) {
      return others.again(request);
    }
    ClientCertificate known = accepted.get(shown);
    return grants.again(known != null ? known : read(shown));
  }

  /** Null if the header is absent, empty, or nobody's whose word counts. */
  private @Nullable Shown shown(HttpServerRequest request) {
    List<String> values = request.headers().getAll(forwarded.header());
    if (values.isEmpty() || !isProxy(request)) {
      return null;
    }
    if (values.size() > 1) {
      throw new Refused(
          Refusal.REQUEST_INVALID, "the proxy's header with the certificate stands more than once");
    }
    if (values.getFirst().isBlank()) {
      return null; // Some proxies send an empty one for devices without a certificate.
    }
    return new Shown(
        values.getFirst(),
        forwarded.format() == Format.RFC9440
            ? String.join(",", request.headers().getAll(forwarded.header() + "-chain"))
            : "");
  }

  /** Of the connection itself: a PROXY header tells of the client, not of who wrote the headers. */
  private boolean isProxy(HttpServerRequest request) {
    String peer = request.connection().remoteAddress(true).hostAddress();
    return peer != null && proxies.test(InetAddress.ofLiteral(peer));
  }

  private ClientCertificate read(Shown shown) {
    return switch (forwarded.format()) {
      case RFC9440 -> ForwardedChain.ofByteSequences(shown.leaf, shown.chain);
      case PEM_URL_ENCODED -> ForwardedChain.ofEscapedPem(shown.leaf);
    };
  }
}
