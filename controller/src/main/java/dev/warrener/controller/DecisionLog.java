package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Writes what the fleet has decided to the log. The lines that belong to a sentence, such as a
 * stack trace, are left out where thousands of tasks fail at once: they would push other lines out.
 * The sentence is always written. For one thread.
 */
final class DecisionLog {
  /** The most lines beyond the sentences that are written in a second. */
  static final int MOST_LINES = 800;

  private static final long SECOND = 1_000_000_000;

  private final Logger log;
  private final LongSupplier nanos;
  private long second;
  private int lines;

  DecisionLog(Logger log, LongSupplier nanos) {
    this.log = log;
    this.nanos = nanos;
    this.second = nanos.getAsLong();
  }

  void log(Effect.Log line) {
    switch (line.level()) {
      case DEBUG -> log.debug("{}", line.message());
      case INFO -> log.info("{}", line.message());
      case WARN -> {
        log.warn("{}", line.message());
        more(line);
      }
    }
  }

  private void more(Effect.Log line) {
    long now = nanos.getAsLong();
    if (now - second >= SECOND) {
      second = now;
      lines = 0;
    }
    if (lines + line.more().size() > MOST_LINES) {
      log.warn("  ({} lines left out: too many tasks fail)", line.more().size());
      return;
    }
    lines += line.more().size();
    line.more().forEach(more -> log.warn("  {}", more));
  }
}
