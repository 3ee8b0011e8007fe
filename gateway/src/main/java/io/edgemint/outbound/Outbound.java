package io.edgemint.outbound;

import io.edgemint.outbound.OutboundFailure.Code;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Sends HTTP requests to addresses that customers named. A name is resolved once, all its addresses
 * are judged, and the connection goes to the first of them and nowhere else. It follows no
 * redirect, asks no proxy, keeps no cookie and no connection. Safe for use by many threads.
 */
public final class Outbound {
  private final Vertx vertx;
  private final HttpClientAgent client;
  private final Resolver resolver;
  private final List<Allowance> allowances;

  /** Lets every call reach the public Internet and what the operator allows beside it. */
  public Outbound(Vertx vertx, List<Allowance> allowances) {
    this(vertx, allowances, Resolver.of(vertx), new HttpClientOptions());
  }

  /** Takes the name resolution and the base of the TLS options, for tests. */
  Outbound(Vertx vertx, List<Allowance> allowances, Resolver resolver, HttpClientOptions options) {
    this.vertx = vertx;
    this.client = vertx.createHttpClient(options.setKeepAlive(false));
    this.resolver = resolver;
    this.allowances = List.copyOf(allowances);
  }

  /**
   * Sends a request. The future completes on the caller's Vert.x context, or on a new one, with the
   * whole reply; it fails with {@link OutboundFailure} alone.
   */
  public Future<Reply> send(Call call) {
    try {
      Target target = Target.of(call.uri());
      return new Exchange(vertx, client, target, call).run(() -> address(target, call.trusted()));
    } catch (OutboundFailure refused) {
      return Future.failedFuture(refused);
    }
  }

  /** Ends all calls. */
  public Future<Void> close() {
    return client.close();
  }

  private Future<InetAddress> address(Target target, boolean trusted) {
    Future<List<InetAddress>> all =
        target.literal() != null
            ? Future.succeededFuture(List.of(target.literal()))
            : resolver.resolve(target.host()).otherwise(List.of());
    return all.map(found -> judged(target, found, trusted));
  }

  /** One bad address spoils the name: whoever owns it would else choose which one is judged. */
  private InetAddress judged(Target target, List<InetAddress> found, boolean trusted) {
    if (found.isEmpty()) {
      throw new OutboundFailure(
          Code.UNRESOLVABLE, target.host() + " has no address; correct the name or its DNS record");
    }
    for (InetAddress address : found) {
      Optional<String> purpose = SpecialPurpose.of(address);
      if (purpose.isPresent() && !trusted && !isAllowed(target, address)) {
        throw new OutboundFailure(
            Code.ADDRESS_FORBIDDEN,
            ("%s has an address that is not public (%s);"
                    + " name a public host, or have the operator allow this one")
                .formatted(target.host(), purpose.get()));
      }
    }
    return SpecialPurpose.fromBytes(found.getFirst().getAddress());
  }

  private boolean isAllowed(Target target, InetAddress address) {
    return allowances.stream().anyMatch(allowance -> allowance.covers(target, address));
  }
}
