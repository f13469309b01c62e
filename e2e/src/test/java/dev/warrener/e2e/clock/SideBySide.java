package dev.warrener.e2e.clock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** Runs what a test does with each wrong clock, a few at the same time. */
final class SideBySide {
  private static final int AT_ONCE = 3;

  /** What a test does with a clock that is wrong. */
  interface Cell {
    void run(Duration ahead) throws Exception;
  }

  private SideBySide() {}

  /** Runs the same for each difference; returns when all have ended, or throws the first failure. */
  static void run(Iterable<Duration> differences, Cell cell) throws Exception {
    var all = new ArrayList<Callable<Duration>>();
    for (var ahead : differences) {
      all.add(() -> {
        cell.run(ahead);
        return ahead;
      });
    }
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (var one : threads.invokeAll(all)) {
        one.get();
      }
    }
  }
}
