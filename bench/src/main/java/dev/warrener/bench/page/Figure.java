package dev.warrener.bench.page;

import java.util.Locale;

/** Writes numbers with three significant digits. */
final class Figure {
  private Figure() {}

  /** Returns the number with three significant digits, or whole above 1,000; no exponent. */
  static String of(double value) {
    double size = Math.abs(value);
    if (size >= 1000) {
      return String.format(Locale.ROOT, "%,d", Math.round(value));
    }
    if (size >= 100) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    if (size >= 10) {
      return String.format(Locale.ROOT, "%.1f", value);
    }
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
