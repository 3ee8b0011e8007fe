package io.edgemint.caller;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts what became of fetching key sets.
 *
 * @param changed sets that were new and are in use now
 * @param unchanged sets that were as before
 * @param failed fetches that brought nothing usable
 */
record FetchCounters(Counter changed, Counter unchanged, Counter failed) {
  static FetchCounters of(MeterRegistry meters) {
    return new FetchCounters(
        counter(meters, "changed"), counter(meters, "unchanged"), counter(meters, "failed"));
  }

  private static Counter counter(MeterRegistry meters, String result) {
    return Counter.builder("gateway.jwks.fetches")
        .description("Fetches of issuers' key sets, by what they brought")
        .tag("result", result)
        .register(meters);
  }
}
