package io.edgemint.loadtest;

import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Verifies tokens with vertx-auth-jwt and the gateway's provider of cryptography, one after the
 * other and nothing else, in a process of its own: how many one core can do at most.
 */
final class RawVerifier {
  private RawVerifier() {}

  /** Takes a PEM file with the issuer's public key, and a file with tokens. */
  public static void main(String[] args) throws Exception {
    Sample.crypto();
    JWTAuth library =
        JWTAuth.create(
            null,
            new JWTAuthOptions()
                .addPubSecKey(
                    new PubSecKeyOptions()
                        .setAlgorithm("ES256")
                        .setBuffer(Files.readString(Path.of(args[0]))))
                .setJWTOptions(new JWTOptions().setIssuer(Site.ISSUER).addAudience(Site.AUDIENCE)));
    List<TokenCredentials> tokens =
        Files.readAllLines(Path.of(args[1])).stream().map(TokenCredentials::new).toList();
    try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> serve(listening, library, tokens));
      Child.serve(listening.getLocalPort());
    }
    System.exit(0);
  }

  private static void serve(
      ServerSocket listening, JWTAuth library, List<TokenCredentials> tokens) {
    while (true) {
      try (Socket asked = listening.accept()) {
        int seconds = new DataInputStream(asked.getInputStream()).readInt();
        new DataOutputStream(asked.getOutputStream()).writeDouble(verify(library, tokens, seconds));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static double verify(JWTAuth library, List<TokenCredentials> tokens, int seconds) {
    long begun = System.nanoTime();
    long end = begun + TimeUnit.SECONDS.toNanos(seconds);
    long verified = 0;
    while (System.nanoTime() < end) {
      if (library.authenticate(tokens.get((int) (verified % tokens.size()))).failed()) {
        throw new IllegalStateException("a token is not accepted");
      }
      verified++;
    }
    return verified * 1e9 / (System.nanoTime() - begun);
  }

  /** Tokens per second, by such a process. */
  static double rate(Child verifier, int seconds) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), verifier.port())) {
      new DataOutputStream(socket.getOutputStream()).writeInt(seconds);
      return new DataInputStream(socket.getInputStream()).readDouble();
    }
  }
}
