package io.edgemint.loadtest;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.CoreDsl;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Counts answers by their status; any thread. */
final class Tally {
  private final Map<Integer, LongAdder> counts = new ConcurrentHashMap<>();

  /**
   * Counts the answer whose {@code status} and {@code millis} a check has saved, also in the report
   * as a request of its own: {@code answered 200}, {@code answered 503}.
   */
  ChainBuilder count() {
    return CoreDsl.exec(
            session -> {
              counts.computeIfAbsent(session.getInt("status"), it -> new LongAdder()).increment();
              return session;
            })
        .exec(CoreDsl.dummy("answered #{status}", "#{millis}"));
  }

  /** How many had this status. */
  long of(int status) {
    LongAdder count = counts.get(status);
    return count == null ? 0 : count.sum();
  }

  /** How many had another one than 200. */
  long refused() {
    return counts.values().stream().mapToLong(LongAdder::sum).sum() - of(200);
  }

  @Override
  public String toString() {
    return new TreeMap<>(counts)
        .entrySet().stream()
            .map(count -> count.getValue() + " times " + count.getKey())
            .collect(Collectors.joining(", "));
  }
}
