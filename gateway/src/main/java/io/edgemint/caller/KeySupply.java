package io.edgemint.caller;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Where issuers' keys come from, and on whose time.
 *
 * @param fetch brings the sets that stand at a URL
 * @param lastGood keeps what was fetched last
 * @param secrets opens shared secrets
 * @param background where keys are read and kept; never an event loop
 * @param timers when sets are fetched again
 * @param clock what the time is
 * @param random spreads the fetches of many issuers and nodes; asked by several threads
 */
public record KeySupply(
    KeyFetch fetch,
    LastGoodKeys lastGood,
    SharedSecrets secrets,
    Executor background,
    Timers timers,
    InstantSource clock,
    RandomGenerator random) {}
