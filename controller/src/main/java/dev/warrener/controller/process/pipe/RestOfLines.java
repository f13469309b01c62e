package dev.warrener.controller.process.pipe;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Bounds the lines that are passed on when a worker is dead: its certificate waits for the rest in
 * its pipe, and a line of one byte costs as much as another. Beyond the first 2,000 lines of the
 * rest all but the last ten are left out. Used by one thread, except for {@link #begin}.
 *
 * @param <L> a line, as one of the worker's pipes has it
 */
public final class RestOfLines<L> {
  /** Lines of 32 characters fill a pipe of the usual 64 KiB. */
  static final int FIRST = 2_000;

  static final int LAST = 10;

  private final Consumer<L> lines;
  private final IntConsumer tellLeftOut;
  private final Queue<L> last = new ArrayDeque<>();
  private volatile boolean hasBegun;
  private int passedOn;
  private int leftOut;

  /**
   * Makes one for a living worker.
   *
   * @param lines takes the lines
   * @param tellLeftOut takes the number of those that are left out, in their place
   */
  public RestOfLines(Consumer<L> lines, IntConsumer tellLeftOut) {
    this.lines = lines;
    this.tellLeftOut = tellLeftOut;
  }

  /** The worker is dead: what comes from now on is the rest. May be called from any thread. */
  public void begin() {
    hasBegun = true;
  }

  /** Passes a line on, or keeps it while it is one of the last. */
  public void add(L line) {
    if (!hasBegun) {
      lines.accept(line);
    } else if (passedOn < FIRST) {
      passedOn++;
      lines.accept(line);
    } else {
      last.add(line);
      if (last.size() > LAST) {
        last.remove();
        leftOut++;
      }
    }
  }

  /** The pipe has ended: passes the last lines on. */
  public void end() {
    if (leftOut > 0) {
      tellLeftOut.accept(leftOut);
    }
    last.forEach(lines);
    last.clear();
    leftOut = 0;
  }
}
