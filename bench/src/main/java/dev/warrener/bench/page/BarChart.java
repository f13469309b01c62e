package dev.warrener.bench.page;

import dev.warrener.bench.figures.Measurement;
import java.util.List;
import java.util.Locale;

/**
 * A chart of horizontal bars: the length is the median, and a thin line spans the lowest and the
 * highest sample. Its SVG has a white background, so that it is legible on dark pages.
 *
 * @param title the title
 * @param unit the unit of all bars
 * @param bars the bars, from top to bottom
 */
record BarChart(String title, String unit, List<Bar> bars) {
  private static final int LABELS = 330;
  private static final int WIDTH = 460;
  private static final int FIGURES = 90;
  private static final int ROW = 24;
  private static final int HEAD = 40;

  /**
   * One bar.
   *
   * @param label the text to the left of the bar
   * @param median the length of the bar
   * @param low the start of the thin line
   * @param high the end of the thin line
   * @param ours whether the figure is Warrener's
   */
  record Bar(String label, double median, double low, double high, boolean ours) {
    static Bar of(String label, Measurement measurement) {
      var spread = measurement.spread();
      return new Bar(
          label,
          spread.median(),
          spread.low(),
          spread.high(),
          measurement.subject().startsWith("warrener"));
    }
  }

  BarChart {
    bars = List.copyOf(bars);
  }

  /** Returns the SVG file. */
  String svg() {
    double most = bars.stream().mapToDouble(Bar::high).max().orElse(1);
    double scale = most > 0 ? WIDTH / most : 0;
    var svg = new StringBuilder();
    svg.append(head(LABELS + WIDTH + FIGURES, HEAD + ROW * bars.size() + 10));
    svg.append(text(8, 22, "title", "start", title + " (" + unit + ")"));
    for (int i = 0; i < bars.size(); i++) {
      draw(svg, bars.get(i), HEAD + ROW * i, scale);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void draw(StringBuilder svg, Bar bar, int top, double scale) {
    int middle = top + ROW / 2;
    svg.append(text(LABELS - 8, middle + 4, "label", "end", bar.label()));
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n",
            bar.ours() ? "ours" : "theirs",
            LABELS,
            top + 4,
            bar.median() * scale,
            ROW - 8));
    svg.append(
        String.format(
            Locale.ROOT,
            "<path class=\"spread\" d=\"M%.1f %d V%d M%.1f %d H%.1f M%.1f %d V%d\"/>%n",
            LABELS + bar.low() * scale,
            middle - 4,
            middle + 4,
            LABELS + bar.low() * scale,
            middle,
            LABELS + bar.high() * scale,
            LABELS + bar.high() * scale,
            middle - 4,
            middle + 4));
    svg.append(
        text(
            (int) (LABELS + bar.high() * scale) + 8,
            middle + 4,
            "label",
            "start",
            Figure.of(bar.median())));
  }

  static String head(int width, int height) {
    return String.format(
        Locale.ROOT,
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
        <style>
        rect.page { fill: #ffffff } text { font: 13px sans-serif; fill: #222222 } .title { font-weight: bold }
        .ours { fill: #c2410c; stroke: none } .theirs { fill: #64748b; stroke: none }
        .spread, .axis { stroke: #222222; stroke-width: 1; fill: none }
        .grid { stroke: #dddddd; stroke-width: 1; fill: none }
        </style>
        <rect class="page" width="%d" height="%d"/>
        """,
        width,
        height,
        width,
        height,
        width,
        height);
  }

  static String text(int x, int y, String style, String anchor, String words) {
    return String.format(
        Locale.ROOT,
        "<text x=\"%d\" y=\"%d\" class=\"%s\" text-anchor=\"%s\">%s</text>%n",
        x,
        y,
        style,
        anchor,
        words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
  }
}
