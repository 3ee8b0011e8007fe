package io.edgemint.loadtest;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Two ways to do the same, in turn on one thread and measured by the CPU time that they take, so
 * that whatever else the machine does meanwhile weighs on both alike or not at all.
 *
 * @param ours one of our operations
 * @param theirs what it is held against
 */
record Contest(Callable<?> ours, Callable<?> theirs) {
  private static final int ROUNDS = 24;

  /** The SDK takes that long until it gets no faster. */
  private static final long WARM_NANOS = 6_000_000_000L;

  private static final long BATCH_NANOS = 20_000_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Takes every result, so that no compiler finds the work useless. */
  @SuppressWarnings("UnusedVariable")
  private static volatile @Nullable Object sink;

  /** How many times as fast ours is, round by round. */
  Pairs run() throws Exception {
    int oursInBatch = batch(ours);
    int theirsInBatch = batch(theirs);
    double[] ratios = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      boolean oursFirst = round % 2 == 0;
      double first = oursFirst ? cost(ours, oursInBatch) : cost(theirs, theirsInBatch);
      double second = oursFirst ? cost(theirs, theirsInBatch) : cost(ours, oursInBatch);
      ratios[round] = oursFirst ? second / first : first / second;
    }
    return new Pairs(ratios);
  }

  /** Warms up, and finds how many operations make a batch. */
  private static int batch(Callable<?> operation) throws Exception {
    long start = THREADS.getCurrentThreadCpuTime();
    while (THREADS.getCurrentThreadCpuTime() - start < WARM_NANOS) {
      cost(operation, 50);
    }
    return Math.toIntExact(Math.max(1, (long) (BATCH_NANOS / cost(operation, 50))));
  }

  /** Nanoseconds of CPU time for each operation. */
  private static double cost(Callable<?> operation, int times) throws Exception {
    long start = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < times; i++) {
      sink = operation.call();
    }
    return (double) (THREADS.getCurrentThreadCpuTime() - start) / times;
  }
}
