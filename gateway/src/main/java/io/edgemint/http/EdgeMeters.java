package io.edgemint.http;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters of the edge, one for each route and outcome, resolved once. */
public final class EdgeMeters {
  private final Map<Route, Counter> answered = new EnumMap<>(Route.class);
  private final Map<Route, Map<Problem, Counter>> refused = new EnumMap<>(Route.class);
  private final LongAdder waiting = new LongAdder();

  /** Registers the counters. */
  public EdgeMeters(MeterRegistry meters) {
    for (Route route : Route.values()) {
      answered.put(route, counter(meters, route, "ok"));
      Map<Problem, Counter> rows = new EnumMap<>(Problem.class);
      for (Problem problem : Problem.values()) {
        rows.put(problem, counter(meters, route, problem.code()));
      }
      refused.put(route, rows);
    }
    Gauge.builder("gateway.inflight", waiting, LongAdder::sum)
        .description("Requests that wait for a key, a session, a backend or a signature")
        .register(meters);
  }

  private static Counter counter(MeterRegistry meters, Route route, String outcome) {
    return Counter.builder("gateway.requests")
        .description("Requests answered on the edge, by route and outcome")
        .tag("route", route.template())
        .tag("outcome", outcome)
        .register(meters);
  }

  /** One request more, or one less, waits for something that is not at hand. */
  void waiting(int change) {
    waiting.add(change);
  }

  void answered(Route route) {
    requireNonNull(answered.get(route)).increment();
  }

  void refused(Route route, Problem problem) {
    requireNonNull(requireNonNull(refused.get(route)).get(problem)).increment();
  }
}
