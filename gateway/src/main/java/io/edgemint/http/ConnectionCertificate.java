package io.edgemint.http;

import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.caller.Caller;
import io.edgemint.caller.ClientCertificate;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The certificate that a device showed in its TLS handshake, where TLS has seen that it holds the
 * key, or in the one that the connection's session began with. It is read once per connection.
 */
final class ConnectionCertificate implements Credential {
  private static final AttributeKey<ClientCertificate> KEY =
      AttributeKey.valueOf(ConnectionCertificate.class, "of");

  @SuppressWarnings("StaticAssignmentOfThrowable") // It carries no stack trace: one serves all.
  private static final Refused REQUIRED =
      new Refused(
          Refusal.CERTIFICATE_REQUIRED, "connect with the device's certificate; it was not shown");

  @SuppressWarnings("StaticAssignmentOfThrowable") // It carries no stack trace: one serves all.
  private static final Refused TWO_CREDENTIALS =
      new Refused(
          Refusal.REQUEST_INVALID,
          "send no Authorization to this port: the certificate is the one credential");

  private final Grants grants;
  private final ClientAddress clients;

  ConnectionCertificate(Grants grants, ClientAddress clients) {
    this.grants = grants;
    this.clients = clients;
  }

  @Override
  public Future<Caller> caller(HttpServerRequest request) {
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      throw TWO_CREDENTIALS;
    }
    return grants.caller(of(request.connection()), () -> clients.of(request));
  }

  @Override
  public Future<Caller> again(HttpServerRequest request) {
    return grants.again(of(request.connection()));
  }

  /** Another certificate needs another handshake. */
  @Override
  public boolean endsConnection(Throwable refusal) {
    return refusal instanceof Refused refused
        && switch (refused.refusal()) {
          case CERTIFICATE_REQUIRED, CERTIFICATE_INVALID, CERTIFICATE_EXPIRED -> true;
          default -> false;
        };
  }

  private static ClientCertificate of(HttpConnection connection) {
    // Vert.x shows a connection's channel to its own classes only.
    Channel channel = ((ConnectionBase) connection).channel();
    ClientCertificate known = channel.attr(KEY).get();
    if (known != null) {
      return known;
    }
    ClientCertificate read = ClientCertificate.of(shown(connection));
    channel.attr(KEY).set(read);
    return read;
  }

  private static List<byte[]> shown(HttpConnection connection) {
    try {
      SSLSession session = connection.sslSession();
      if (session == null) {
        throw REQUIRED;
      }
      List<byte[]> chain = new ArrayList<>();
      for (Certificate certificate : session.getPeerCertificates()) {
        chain.add(certificate.getEncoded());
      }
      return chain;
    } catch (SSLPeerUnverifiedException e) {
      throw REQUIRED;
    } catch (CertificateEncodingException e) {
      return List.of(); // Which is told as what it is: no certificate.
    }
  }
}
