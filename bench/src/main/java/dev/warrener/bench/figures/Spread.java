package dev.warrener.bench.figures;

import java.util.List;

/**
 * The middle of a few samples and how far they lie apart.
 *
 * @param median the middle one, or the mean of the two in the middle
 * @param low the smallest
 * @param high the largest
 * @param samples how many there are, 1 at least
 */
public record Spread(double median, double low, double high, int samples) {

  /**
   * The spread of those samples, in whatever order.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Spread of(List<Double> samples) {
    return new Spread(
        quantile(samples, 0.5), quantile(samples, 0), quantile(samples, 1), samples.size());
  }

  /**
   * The value that {@code share} of the samples do not exceed; between two samples, in proportion.
   *
   * @param share 0 for the smallest sample, 1 for the largest
   * @throws IllegalArgumentException if there are no samples
   */
  public static double quantile(List<Double> samples, double share) {
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("no samples, so nothing in the middle of them");
    }
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("a share is 0 to 1, not " + share);
    }
    var sorted = samples.stream().sorted().toList();
    double position = share * (sorted.size() - 1);
    int below = (int) Math.floor(position);
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (position - below) * (sorted.get(above) - sorted.get(below));
  }
}
