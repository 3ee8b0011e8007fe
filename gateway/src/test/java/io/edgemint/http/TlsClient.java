package io.edgemint.http;

import io.edgemint.KeyPairs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Connects by the JDK's own TLS, to whoever answers; what it shows is looked at afterwards. */
final class TlsClient {
  private TlsClient() {}

  /** An HTTP/1.1 connection that names a host in its handshake. */
  static RawClient http1(int port, String host) {
    return new RawClient(handshake(RawClient.connect("127.0.0.1", port), host));
  }

  /** TLS on a connection that stands, on which nothing was sent yet. */
  static RawClient over(RawClient clear, String host) {
    return new RawClient(handshake(clear.socket(), host));
  }

  /** The certificate that the clients of a host are shown, in PEM. */
  static String shown(int port, String host) {
    try (SSLSocket socket = handshake(RawClient.connect("127.0.0.1", port), host)) {
      Certificate shown = socket.getSession().getPeerCertificates()[0];
      return KeyPairs.pem("CERTIFICATE", shown.getEncoded());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SSLSocket handshake(Socket clear, String host) {
    try {
      SSLSocket socket =
          (SSLSocket)
              trustingAnybody().getSocketFactory().createSocket(clear, "127.0.0.1", 0, true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(host)));
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** TLS that takes any certificate. */
  static SSLContext trustingAnybody() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whoever answers. */
  static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
