package io.edgemint.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.net.OpenSSLEngineOptions;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/**
 * A TLS handshake in memory with what the edge is about to show. BoringSSL reads fewer certificates
 * than the JDK, and tells so only to the clients that it fails.
 */
final class TrialHandshake {
  private static final SslProvider ENGINE =
      OpenSSLEngineOptions.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

  private TrialHandshake() {}

  /** Whether the engine of the edge comes to an end of a handshake with itself. */
  static boolean succeeds(KeyManagerFactory shown) {
    try {
      SslHandler server = handler(SslContextBuilder.forServer(shown).sslProvider(ENGINE).build());
      // Whoever trusts it is the clients' affair: what is tried is whether it can be shown.
      SslHandler client =
          handler(
              SslContextBuilder.forClient()
                  .sslProvider(ENGINE)
                  .trustManager(InsecureTrustManagerFactory.INSTANCE)
                  .endpointIdentificationAlgorithm(null)
                  .build());
      EmbeddedChannel left = new EmbeddedChannel(server);
      EmbeddedChannel right = new EmbeddedChannel(client);
      try {
        while (carry(right, left) || carry(left, right)) {
          // On to the next flight.
        }
        return server.handshakeFuture().isSuccess() && client.handshakeFuture().isSuccess();
      } finally {
        left.finishAndReleaseAll();
        right.finishAndReleaseAll();
      }
    } catch (Exception e) {
      return false;
    }
  }

  private static SslHandler handler(SslContext context) throws SSLException {
    return context.newHandler(ByteBufAllocator.DEFAULT);
  }

  /** Whether there was anything to carry. */
  private static boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
    boolean any = false;
    for (Object bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
      to.writeInbound(bytes);
      any = true;
    }
    return any;
  }
}
