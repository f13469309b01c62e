package dev.warrener.bench.page;

import java.util.Locale;

/** How numbers are written: as many digits as say something. */
final class Figure {
  private Figure() {}

  /** Three digits that count, and no exponent. */
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
