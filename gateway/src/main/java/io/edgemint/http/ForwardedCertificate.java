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
  /** With the longest headers, less than 16 MiB; with usual ones, 2 MiB. */
  private static final int REMEMBERED = 1000;

  private final Grants grants;
  private final ClientAddress clients;
  private final Predicate<InetAddress> proxies;
  private final Forwarded forwarded;
  private final Credential others;

  /** Certificates that were accepted, by the text of their headers; the eldest goes first. */
  private final Map<String, ClientCertificate> accepted =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ClientCertificate> eldest) {
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

  @Override
  public Future<Caller> caller(HttpServerRequest request) {
    String leaf = header(request);
    if (leaf == null) {
      return others.caller(request);
    }
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      throw new Refused(
          Refusal.REQUEST_INVALID,
          "send either a token or, to the proxy, a certificate: the request has both");
    }
    String chain = chain(request);
    String text = chain.isEmpty() ? leaf : leaf + '\n' + chain;
    ClientCertificate known = accepted.get(text);
    if (known != null) {
      return grants.caller(known, () -> clients.of(request));
    }
    return grants.unknown(
        () -> {
          ClientCertificate read = read(leaf, chain);
          return grants.accept(read).onSuccess(_ -> accepted.put(text, read));
        },
        clients.of(request));
  }

  @Override
  public Future<Caller> again(HttpServerRequest request) {
    String leaf = header(request);
    if (leaf == null) {
      return others.again(request);
    }
    String chain = chain(request);
    ClientCertificate known = accepted.get(chain.isEmpty() ? leaf : leaf + '\n' + chain);
    return grants.again(known != null ? known : read(leaf, chain));
  }

  /** What the header says; null if it is absent, empty, or nobody's whose word counts. */
  private @Nullable String header(HttpServerRequest request) {
    List<String> values = request.headers().getAll(forwarded.header());
    if (values.isEmpty() || !isProxy(request)) {
      return null;
    }
    if (values.size() > 1) {
      throw new Refused(
          Refusal.REQUEST_INVALID, "the proxy's header with the certificate stands more than once");
    }
    // Some proxies send an empty one for devices without a certificate.
    return values.getFirst().isBlank() ? null : values.getFirst();
  }

  /** Of the connection itself: a PROXY header tells of the client, not of who wrote the headers. */
  private boolean isProxy(HttpServerRequest request) {
    String peer = request.connection().remoteAddress(true).hostAddress();
    return peer != null && proxies.test(InetAddress.ofLiteral(peer));
  }

  private String chain(HttpServerRequest request) {
    return forwarded.format() == Format.RFC9440
        ? String.join(",", request.headers().getAll(forwarded.header() + "-chain"))
        : "";
  }

  private ClientCertificate read(String leaf, String chain) {
    return switch (forwarded.format()) {
      case RFC9440 -> ForwardedChain.ofByteSequences(leaf, chain);
      case PEM_URL_ENCODED -> ForwardedChain.ofEscapedPem(leaf);
    };
  }
}
