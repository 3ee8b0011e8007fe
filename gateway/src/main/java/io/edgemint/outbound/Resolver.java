package io.edgemint.outbound;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** Looks up the addresses of a name; the outside world in tests. */
@FunctionalInterface
interface Resolver {
  /** All addresses of a name, the preferred one first; fails or is empty if there are none. */
  Future<List<InetAddress>> resolve(String host);

  /** The hosts file and the name servers of this machine, asked without blocking. */
  static Resolver of(Vertx vertx) {
    return host -> {
      Promise<List<InetSocketAddress>> found = Promise.promise();
      ((VertxInternal) vertx).nameResolver().resolveAll(host, found::handle);
      return found.future().map(all -> all.stream().map(InetSocketAddress::getAddress).toList());
    };
  }
}
