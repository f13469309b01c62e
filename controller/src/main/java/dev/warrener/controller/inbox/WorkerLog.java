package dev.warrener.controller.inbox;

import dev.warrener.controller.death.WorkerKey;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes what workers and their tasks print to the controller's log, on a thread of its own that
 * may wait for the log's reader: nothing else waits for it. The workers take turns, line by line.
 *
 * <p>A worker whose lines wait here has a bound. Beyond it nothing more of that worker is read, so
 * that it waits for room in its pipe, as a program does whose terminal is slow. What a dead worker
 * has left in its pipes comes all the same; of that, lines beyond a second bound are left out and
 * counted. Thread-safe.
 */
final class WorkerLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLog.class);

  /** The most characters of one worker that wait before no more of it is read: 128 Ki. */
  static final int MOST_WAITING = 128 * 1024;

  /** The most characters of one worker that wait at all: 256 Ki. */
  static final int MOST_KEPT = 2 * MOST_WAITING;

  /** The size of an empty line, in characters: the memory of the line's own objects. */
  private static final int LINE_COST = 64;

  private final BiConsumer<Level, String> log;
  private final Consumer<WorkerKey> roomAgain;
  private final Consumer<String> warnings;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;

  // Guarded by the lock.
  private final Map<WorkerKey, Lines> byWorker = new HashMap<>();
  private final Queue<Lines> turns = new ArrayDeque<>();
  private boolean closed;

  /** A line, and how much it matters. */
  private record Line(Level level, String text) {}

  /** The lines of one worker that wait to be written; there is none for a worker without any. */
  private static final class Lines {
    private final WorkerKey worker;
    private final Queue<Line> waiting = new ArrayDeque<>();
    private int cost;
    private boolean isFull;
    private long leftOut;

    Lines(WorkerKey worker) {
      this.worker = worker;
    }
  }

  /**
   * Starts the thread.
   *
   * @param log writes a line; may block
   * @param roomAgain called by the thread when more of a worker may be read, after {@link #hasRoom}
   *     was false
   */
  WorkerLog(BiConsumer<Level, String> log, Consumer<WorkerKey> roomAgain) {
    this(log, roomAgain, LOG::warn);
  }

  /** Starts the thread, which hands {@code warnings} a sentence when lines were left out. */
  WorkerLog(
      BiConsumer<Level, String> log, Consumer<WorkerKey> roomAgain, Consumer<String> warnings) {
    this.log = log;
    this.roomAgain = roomAgain;
    this.warnings = warnings;
    thread = Thread.ofPlatform().name("worker-log").daemon().start(this::run);
  }

  /**
   * Adds a line and what stands before it, to be written soon. Never blocks.
   *
   * @return false if the line is left out
   */
  boolean add(WorkerKey worker, Level level, String origin, String text) {
    lock.lock();
    try {
      var lines = byWorker.computeIfAbsent(worker, Lines::new);
      if (lines.cost >= MOST_KEPT) {
        lines.leftOut++;
        return false;
      }
      var line = new Line(level, origin + text);
      if (lines.waiting.isEmpty()) {
        turns.add(lines);
        changed.signal();
      }
      lines.waiting.add(line);
      lines.cost += cost(line);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static int cost(Line line) {
    return LINE_COST + line.text().length();
  }

  /** Whether more of a worker may be read. If not, {@code roomAgain} is called later. */
  boolean hasRoom(WorkerKey worker) {
    lock.lock();
    try {
      var lines = byWorker.get(worker);
      if (lines == null || lines.cost < MOST_WAITING) {
        return true;
      }
      lines.isFull = true;
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      Lines next;
      while ((next = awaitTurn()) != null) {
        writeOne(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a worker whose turn it is; returns null if none is left and this is closed. */
  private @Nullable Lines awaitTurn() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (turns.isEmpty() && !closed) {
        changed.await();
      }
      return turns.poll();
    } finally {
      lock.unlock();
    }
  }

  private void writeOne(Lines lines) {
    var line = first(lines);
    write(line);
    long leftOut = 0;
    boolean hasRoomAgain = false;
    lock.lock();
    try {
      lines.waiting.remove();
      lines.cost -= cost(line);
      if (lines.isFull && lines.cost <= MOST_WAITING / 2) {
        lines.isFull = false;
        hasRoomAgain = true;
      }
      if (lines.waiting.isEmpty()) {
        byWorker.remove(lines.worker);
        leftOut = lines.leftOut;
      } else {
        turns.add(lines);
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (leftOut > 0) {
      warnings.accept(
          leftOut
              + " lines of worker "
              + lines.worker
              + " were left out: this log is read too slowly");
    }
    if (hasRoomAgain) {
      roomAgain.accept(lines.worker);
    }
  }

  private Line first(Lines lines) {
    lock.lock();
    try {
      return lines.waiting.element();
    } finally {
      lock.unlock();
    }
  }

  private void write(Line line) {
    try {
      log.accept(line.level(), line.text());
    } catch (RuntimeException e) {
      LOG.error("a bug: a worker's line was not logged", e);
    }
  }

  /** Writes the lines that wait, for at most a second, and ends the thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }
}
