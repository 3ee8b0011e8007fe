package io.edgemint.caller;

import io.edgemint.backend.Refused;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.function.Function;

/** Credentials of one kind by what became of them. Safe on all threads. */
final class AuthCounters {
  private final MeterRegistry meters;
  private final String name;
  private final String description;
  private final IdentityHashMap<Refused, Counter> refused = new IdentityHashMap<>();

  /**
   * Registers those of all flaws.
   *
   * @param refusal the refusal for a flaw, one object for all that have it
   */
  <F extends Enum<F>> AuthCounters(
      MeterRegistry meters,
      String name,
      String description,
      F[] flaws,
      Function<F, Refused> refusal) {
    this.meters = meters;
    this.name = name;
    this.description = description;
    for (F flaw : flaws) {
      refused.put(refusal.apply(flaw), counter("refused", flaw.name().toLowerCase(Locale.ROOT)));
    }
  }

  /** Those that were accepted in one way. */
  Counter accepted(String way) {
    return counter("accepted", way);
  }

  private Counter counter(String result, String reason) {
    return Counter.builder(name)
        .description(description)
        .tag("result", result)
        .tag("reason", reason)
        .register(meters);
  }

  /** Counts a refusal for a flaw; other failures say nothing about a credential. */
  void count(Throwable failure) {
    Counter counter = failure instanceof Refused reason ? refused.get(reason) : null;
    if (counter != null) {
      counter.increment();
    }
  }
}
