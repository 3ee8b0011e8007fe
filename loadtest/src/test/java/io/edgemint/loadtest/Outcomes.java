package io.edgemint.loadtest;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How a number of devices were answered; one thread writes it. */
final class Outcomes {
  /**
   * Stands for a status where no use can be made of one: no connection, a hang-up, no answer in
   * time, or a refusal that does not say when to come back.
   */
  static final int NO_ANSWER = 0;

  private static final int OK = 200;
  private static final long SLICE_NANOS = 100_000_000;

  private final Map<Integer, Integer> byStatus = new TreeMap<>();
  private final long[] good;
  private final int[] badDue;
  private int goods;
  private long latest;
  private long nanos;

  Outcomes(int devices, Duration over) {
    good = new long[devices];
    int slices = Math.toIntExact(over.toNanos() / SLICE_NANOS + 1);
    badDue = new int[slices];
  }

  /** A device came so much later than it was due, since the client was busy. */
  void came(long nanosLate) {
    latest = Math.max(latest, nanosLate);
  }

  /** A device that was due at a time since the beginning was answered after another. */
  void answered(int status, long due, long after) {
    byStatus.merge(status, 1, Integer::sum);
    int slice = (int) Math.min(due / SLICE_NANOS, badDue.length - 1L);
    if (status == OK) {
      good[goods++] = after;
    } else {
      badDue[slice]++;
    }
  }

  void finish(long after) {
    nanos = after;
    Arrays.sort(good, 0, goods);
  }

  /** How many got what they asked for. */
  int good() {
    return goods;
  }

  /** How many of each status, 0 for no answer. */
  Map<Integer, Integer> byStatus() {
    return Map.copyOf(byStatus);
  }

  /** How many did not get an answer of this status. */
  int others(int... statuses) {
    int all = byStatus.values().stream().mapToInt(Integer::intValue).sum();
    return all - Arrays.stream(statuses).map(status -> byStatus.getOrDefault(status, 0)).sum();
  }

  /** From the first device until the last was answered. */
  double seconds() {
    return nanos / 1e9;
  }

  /** How late the client was at worst. */
  double latestMillis() {
    return latest / 1e6;
  }

  /** Good answers per second. */
  double goodput() {
    return goods / seconds();
  }

  /** Milliseconds within which a share of the good answers came, from when the devices were due. */
  double millis(double share) {
    return goods == 0 ? Double.NaN : good[(int) Math.ceil(share * goods) - 1] / 1e6;
  }

  /** Seconds after which every device that came was answered well. */
  double recovered() {
    int slice = badDue.length;
    while (slice > 0 && badDue[slice - 1] == 0) {
      slice--;
    }
    return slice * SLICE_NANOS / 1e9;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s in %.2f s, half within %.1f ms, 99 %% within %.1f ms, client at most %.0f ms late",
        byStatus,
        seconds(),
        millis(0.5),
        millis(0.99),
        latestMillis());
  }
}
