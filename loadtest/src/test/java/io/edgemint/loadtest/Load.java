package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.dummy;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.responseTimeInMillis;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What all simulations have in common. */
final class Load {
  /** What devices ask for, unless {@code -Dkey} says otherwise. */
  static final String KEY = System.getProperty("key", SandboxServer.KEY);

  /** How long devices come. */
  static final int SECONDS = Integer.getInteger("seconds", 30);

  /**
   * Whoever got no answer by then has been failed; the simulation ends, and its verdict says so.
   */
  static final Duration LONGEST = Duration.ofSeconds(SECONDS + 30);

  private Load() {}

  /** How many come in a second, unless {@code -Drate} says otherwise. */
  static int rate(int usual) {
    return Integer.getInteger("rate", usual);
  }

  /** A connection for each device. */
  static HttpProtocolBuilder connectionEach(Fleet fleet) {
    return http.baseUrl(fleet.target()).disableWarmUp().disableFollowRedirect();
  }

  /** Connections that devices leave to those who come after them, as behind a load balancer. */
  static HttpProtocolBuilder sharedConnections(Fleet fleet) {
    return connectionEach(fleet).shareConnections();
  }

  /** Asks for a link as the device that the feeder gave, whatever the answer is. */
  static HttpRequestActionBuilder ask(String name, String key) {
    return http(name).get("/v1/links/" + key).header("Authorization", "Bearer #{token}");
  }

  /** Asks for a link, and gets one; else the report tells the code of the refusal. */
  static HttpRequestActionBuilder link(String name, String key) {
    return ask(name, key)
        .check(
            // Of a refusal the report says "found overloaded", which tells more than "found 503".
            status().in(200, 429, 503),
            jmesPath("code").withDefault("none").is("none"),
            jmesPath("url").ofString().exists(),
            jmesPath("expires_in").ofInt().gte(1));
  }

  /**
   * Asks for a link, and gets one or a refusal that says when to come again: after so many seconds
   * as {@code wait} has then. What it was is counted.
   */
  static ChainBuilder linkOrWait(String name, String key, Tally tally) {
    return exec(ask(name, key)
            .check(
                status().in(200, 429, 503),
                status().saveAs("status"),
                responseTimeInMillis().saveAs("millis"))
            .checkIf((response, session) -> response.status().code() == 200)
            .then(jmesPath("url").ofString().exists())
            .checkIf((response, session) -> response.status().code() != 200)
            .then(
                header("Content-Type").is("application/problem+json"),
                header("Retry-After").transform(Integer::valueOf).saveAs("wait"),
                jmesPath("retryable").ofBoolean().is(true)))
        .exitHereIfFailed()
        .exec(tally.count());
  }

  /**
   * A request that is refused as the table of errors says.
   *
   * @param request with no check of its own
   */
  static HttpRequestActionBuilder refused(
      HttpRequestActionBuilder request, int status, String code) {
    return request.check(
        status().is(status),
        header("Content-Type").is("application/problem+json"),
        jmesPath("code").is(code));
  }

  /**
   * A failure in the report for each device that comes later than a twentieth after the time in
   * which all were to come: for simulations whose last answers may take long.
   */
  static ChainBuilder comeInTime() {
    AtomicLong first = new AtomicLong();
    long most = TimeUnit.SECONDS.toNanos(SECONDS) * 105 / 100;
    return doIf(session -> {
          first.compareAndSet(0, System.nanoTime());
          return System.nanoTime() - first.get() > most;
        })
        .then(dummy("came too late", 0).withSuccess(false));
  }

  /** Not one of these failed. */
  static Assertion noneFailed(String name) {
    return details(name).failedRequests().count().is(0L);
  }

  /** As many were made as were to come, within a twentieth. */
  static Assertion allCame(String name, long requests) {
    return details(name).allRequests().count().gte(requests * 95 / 100);
  }
}
