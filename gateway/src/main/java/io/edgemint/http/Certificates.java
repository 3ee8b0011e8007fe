package io.edgemint.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that the edge shows, followed as their files change. What cannot be used is left
 * alone: the last good ones stay, and {@code gateway_tls_last_reload_successful} turns to 0.
 * Connections that stand are not touched.
 */
public final class Certificates {
  private static final Logger LOG = System.getLogger(Certificates.class.getName());

  private final TlsSettings settings;
  private final InstantSource clock;
  private final AtomicInteger successful = new AtomicInteger(1);
  private volatile List<Certificate> shown;
  private @Nullable String problem;

  /**
   * Reads the files; blocks.
   *
   * @throws IllegalArgumentException if a pair cannot be used
   */
  public Certificates(TlsSettings settings, InstantSource clock, MeterRegistry meters) {
    this.settings = settings;
    this.clock = clock;
    this.shown = read();
    meters.gauge("gateway.tls.last.reload.successful", successful);
    meters.gauge("gateway.tls.certificate.expiry.seconds", this, Certificates::secondsLeft);
  }

  private List<Certificate> read() {
    return settings.certificates().stream().map(pair -> Certificate.read(pair)).toList();
  }

  private static Instant end(List<Certificate> certificates) {
    return certificates.stream().map(Certificate::notAfter).min(Instant::compareTo).orElseThrow();
  }

  /** When the first of them ends, or has ended. */
  public Instant end() {
    return end(shown);
  }

  private double secondsLeft() {
    return Duration.between(clock.instant(), end()).toSeconds();
  }

  /** What Vert.x is to show. */
  PemKeyCertOptions options() {
    PemKeyCertOptions options = new PemKeyCertOptions();
    shown.forEach(pair -> options.addCertValue(pair.chain()).addKeyValue(pair.key()));
    return options;
  }

  /**
   * Looks at the files from time to time, off the event loop.
   *
   * @param show takes what is new; called by one thread at a time
   */
  public void follow(Vertx vertx, Function<Certificates, Future<?>> show) {
    vertx.setPeriodic(
        settings.reload().toMillis(), timer -> vertx.executeBlocking(() -> reload(show), true));
  }

  private void requireAlive(List<Certificate> certificates) {
    if (!clock.instant().isBefore(end(certificates))) {
      throw new IllegalArgumentException(
          "a new certificate ended at " + end(certificates) + "; renew it");
    }
  }

  /** Blocks; one call at a time. */
  @Nullable Void reload(Function<Certificates, Future<?>> show) {
    List<Certificate> before = shown;
    try {
      List<Certificate> now = read();
      if (!now.equals(before)) {
        requireAlive(now);
        shown = now;
        show.apply(this).toCompletionStage().toCompletableFuture().join();
        LOG.log(Level.INFO, "new TLS certificates are shown; the first ends at {0}", end());
      }
      successful.set(1);
      problem = null;
    } catch (RuntimeException e) {
      shown = before;
      successful.set(0);
      String why = e instanceof IllegalArgumentException ? e.getMessage() : "they are refused";
      if (!String.valueOf(why).equals(problem)) {
        problem = why;
        LOG.log(Level.ERROR, "the TLS certificates stay as they are: {0}", why);
      }
    }
    return null;
  }
}
