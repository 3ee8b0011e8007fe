package io.edgemint.loadtest;

import java.util.Arrays;
import java.util.Collection;
import java.util.SplittableRandom;

/**
 * The ratios of paired measurements. Each pair was measured side by side, so what the machine did
 * in that moment cancels out.
 */
final class Pairs {
  private static final int RESAMPLES = 10_000;

  private final double[] ratios;

  /**
   * Copies the ratios.
   *
   * @throws IllegalArgumentException if there are none
   */
  Pairs(double... ratios) {
    if (ratios.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    this.ratios = ratios.clone();
    Arrays.sort(this.ratios);
  }

  /** The same of a collection. */
  Pairs(Collection<Double> ratios) {
    this(ratios.stream().mapToDouble(Double::doubleValue).toArray());
  }

  int count() {
    return ratios.length;
  }

  double least() {
    return ratios[0];
  }

  double most() {
    return ratios[ratios.length - 1];
  }

  double median() {
    return median(ratios);
  }

  /**
   * The 95 % confidence interval of the median by the percentile bootstrap (Efron, 1979): what
   * medians look like when the same pairs are drawn again with replacement.
   */
  Interval interval() {
    var random = new SplittableRandom(1);
    double[] medians = new double[RESAMPLES];
    double[] sample = new double[ratios.length];
    for (int i = 0; i < RESAMPLES; i++) {
      Arrays.setAll(sample, drawn -> ratios[random.nextInt(ratios.length)]);
      Arrays.sort(sample);
      medians[i] = median(sample);
    }
    Arrays.sort(medians);
    return new Interval(medians[RESAMPLES / 40], medians[RESAMPLES - 1 - RESAMPLES / 40]);
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Two bounds, both included. */
  record Interval(double low, double high) {}
}
