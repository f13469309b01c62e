package dev.warrener.ops.command;

import dev.warrener.messaging.report.Report;
import dev.warrener.ops.rollcall.RollCall;
import dev.warrener.ops.screen.LiveArea;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Terminal;
import java.time.Instant;

/** Shows a roll-call while it goes on. For one thread. */
interface Display extends AutoCloseable {
  /** A report was taken in. */
  default void heard(Report report, RollCall call, Instant now) {}

  /** Time has passed. */
  default void tick(RollCall call, Instant now) {}

  /** Nothing more is shown; what was drawn to be drawn again is taken away. */
  @Override
  default void close() {}

  /**
   * The display that fits: lines that are drawn again where stderr is a terminal, else a line for
   * each event; with {@code -o jsonl} the events themselves on stdout.
   */
  static Display of(Screen screen) {
    if (screen.format() == OutputFormat.JSONL) {
      return new Display() {
        @Override
        public void heard(Report report, RollCall call, Instant now) {
          screen.resultJsonLine(report);
        }
      };
    }
    if (!screen.canRedraw()) {
      return new Display() {
        @Override
        public void heard(Report report, RollCall call, Instant now) {
          screen.say(RollCallText.eventLine(report));
        }
      };
    }
    var area = new LiveArea(screen, Terminal.size());
    return new Display() {
      @Override
      public void heard(Report report, RollCall call, Instant now) {
        tick(call, now);
      }

      @Override
      public void tick(RollCall call, Instant now) {
        area.drawPaced(RollCallText.live(call, now, screen.errStyle()), now);
      }

      @Override
      public void close() {
        area.clear();
      }
    };
  }
}
