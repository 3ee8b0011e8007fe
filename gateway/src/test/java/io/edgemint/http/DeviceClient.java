package io.edgemint.http;

import io.edgemint.TestAuthority.Device;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A device that shows its certificate by the JDK's own TLS, and takes up its sessions again. */
final class DeviceClient {
  private final SSLContext context;
  private final String protocol;

  /**
   * Prepares a device.
   *
   * @param device null for one without a certificate
   */
  DeviceClient(@Nullable Device device, String protocol) {
    this.protocol = protocol;
    try {
      context = SSLContext.getInstance("TLS");
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      if (device != null) {
        List<Certificate> chain = new ArrayList<>();
        for (byte[] each : device.chain()) {
          chain.add(
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(each)));
        }
        store.setKeyEntry(
            "device", device.pair().getPrivate(), new char[0], chain.toArray(new Certificate[0]));
      }
      keys.init(store, new char[0]);
      context.init(
          keys.getKeyManagers(), new TrustManager[] {new TlsClient.Anybody()}, new SecureRandom());
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A device with TLS 1.3. */
  static DeviceClient of(@Nullable Device device) {
    return new DeviceClient(device, "TLSv1.3");
  }

  /** A connection, and when its TLS session began. */
  record Connected(RawClient client, SSLSocket socket) implements AutoCloseable {
    RawClient.Answer get(String path) {
      return client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    long sessionBegan() {
      return socket.getSession().getCreationTime();
    }

    @Override
    public void close() {
      client.close();
    }
  }

  Connected connect(int port) {
    try {
      SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
      socket.setEnabledProtocols(new String[] {protocol});
      socket.startHandshake();
      return new Connected(new RawClient(socket), socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
