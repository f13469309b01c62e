package dev.warrener.bench.figures;

import java.util.List;

/**
 * The median of some samples, with the lowest and the highest.
 *
 * @param median the sample in the middle, or the mean of the two in the middle
 * @param low the lowest sample
 * @param high the highest sample
 * @param samples the number of samples; at least 1
 */
public record Spread(double median, double low, double high, int samples) {

  /**
   * Returns the spread of samples in any order.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Spread of(List<Double> samples) {
    return new Spread(
        quantile(samples, 0.5), quantile(samples, 0), quantile(samples, 1), samples.size());
  }

  /**
   * Returns the value that {@code share} of the samples do not exceed, interpolated between two
   * samples.
   *
   * @param share 0 for the lowest sample, 1 for the highest
   * @throws IllegalArgumentException if there are no samples
   */
  public static double quantile(List<Double> samples, double share) {
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("there are no samples, so there is no quantile");
    }
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("the share must be from 0 to 1, but is " + share);
    }
    var sorted = samples.stream().sorted().toList();
    double position = share * (sorted.size() - 1);
    int below = (int) Math.floor(position);
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (position - below) * (sorted.get(above) - sorted.get(below));
  }
}
