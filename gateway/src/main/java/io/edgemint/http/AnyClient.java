package io.edgemint.http;

import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Lets TLS take any client certificate whose key the client holds, and name no authorities when it
 * asks for one: a list of hundreds would break small TLS stacks. What a certificate is worth is
 * found afterwards, where the answer can say it. The extended kind, for TLS adds rules of its own
 * to the plain one.
 */
final class AnyClient extends X509ExtendedTrustManager {
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) {}

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) {
    throw notAServer();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
    throw notAServer();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
    throw notAServer();
  }

  private static UnsupportedOperationException notAServer() {
    return new UnsupportedOperationException("this is for clients");
  }
}
