package dev.warrener.ops.screen;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines at the bottom of a terminal that are drawn again in place, at most ten times a second. Not
 * thread-safe.
 */
public final class LiveArea {
  /** The shortest time between two drawings: a tenth of a second. */
  public static final Duration PACE = Duration.ofMillis(100);

  private final Screen screen;
  private final Terminal.Size size;
  private int height;
  private @Nullable Instant drawnAt;

  /** An area of a terminal of that size. */
  public LiveArea(Screen screen, Terminal.Size size) {
    this.screen = screen;
    this.size = size;
  }

  /** Draws the lines if the last drawing is at least {@link #PACE} ago. Returns whether it did. */
  public boolean drawPaced(List<String> lines, Instant now) {
    if (drawnAt != null && now.isBefore(drawnAt.plus(PACE))) {
      return false;
    }
    draw(lines);
    drawnAt = now;
    return true;
  }

  /**
   * Draws the lines now. Lines that are too long are cut, and lines that don't fit are left out,
   * because a wrapped or scrolled line could not be redrawn. The last line, the sum, is always
   * shown.
   */
  public void draw(List<String> lines) {
    var fitting = fit(lines, size.rows() - 1);
    var text = new StringBuilder(toTop());
    for (var line : fitting) {
      text.append(Text.cutPainted(Style.shown(line), size.columns() - 1)).append("\u001b[K\n");
    }
    text.append("\u001b[J");
    height = fitting.size();
    screen.redraw(text.toString());
  }

  /** Takes the lines away. */
  public void clear() {
    if (height > 0) {
      screen.redraw(toTop() + "\u001b[J");
      height = 0;
    }
  }

  private static List<String> fit(List<String> lines, int rows) {
    if (lines.size() <= rows || rows < 3) {
      return lines;
    }
    var fitting = new ArrayList<>(lines.subList(0, rows - 2));
    fitting.add("… and " + (lines.size() - rows + 1) + " more");
    fitting.add(lines.getLast());
    return fitting;
  }

  private String toTop() {
    return height == 0 ? "" : "\u001b[" + height + "A\r";
  }
}
