package dev.warrener.ops.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.warrener.controller.inbox.WorkerOutput;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands log lines to a console on its own thread, so that a console that takes none (a stopped
 * terminal, an unread pipe) holds up only the log, and no kill. Lines that find no room are
 * dropped, and their number is logged when there is room again.
 *
 * <p>What workers print may fill most of the room; the rest is for the controller's own lines. A
 * worker's line waits up to 250 ms for room, so that nothing is lost where the console is only
 * slower than the workers. After one has waited in vain, further lines of workers are dropped
 * without waiting until there is room again. They arrive on the thread {@code worker-log}, so only
 * that thread waits.
 */
final class DetachedAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(DetachedAppender.class);
  private static final int ROOM = 8192;

  /** The most characters that may wait before no more of what workers print may enter. */
  private static final long MOST_CHARACTERS = 4 << 20;

  private static final int ROOM_FOR_OWN_LINES = 1024;
  private static final long PATIENCE_NANOS = 250_000_000;
  private static final long LOOK_NANOS = 200_000;
  private static final long FAREWELL_NANOS = 1_000_000_000;

  private final Appender<ILoggingEvent> console;
  private final BlockingQueue<ILoggingEvent> lines = new ArrayBlockingQueue<>(ROOM);

  /** The lines in the queue and the line that is being written. */
  private final AtomicLong unshown = new AtomicLong();

  /** The characters of those lines. */
  private final AtomicLong characters = new AtomicLong();

  private final AtomicLong lost = new AtomicLong();

  /** A worker's line has waited for room in vain. */
  private volatile boolean stuck;

  DetachedAppender(Appender<ILoggingEvent> console) {
    this.console = console;
  }

  @Override
  public void start() {
    Thread.ofPlatform().name("log").daemon().start(this::show);
    super.start();
  }

  @Override
  protected void append(ILoggingEvent line) {
    line.prepareForDeferredProcessing();
    boolean mayEnter = !line.getLoggerName().equals(WorkerOutput.LOGGER) || awaitRoomForWorkers();
    unshown.incrementAndGet();
    characters.addAndGet(length(line));
    if (!mayEnter || !lines.offer(line)) {
      gone(line);
      lost.incrementAndGet();
    }
  }

  private void gone(ILoggingEvent line) {
    unshown.decrementAndGet();
    characters.addAndGet(-length(line));
  }

  private static int length(ILoggingEvent line) {
    return line.getFormattedMessage().length();
  }

  private boolean awaitRoomForWorkers() {
    long start = System.nanoTime();
    while (!hasRoomForWorkers()) {
      if (stuck || System.nanoTime() - start > PATIENCE_NANOS) {
        stuck = true;
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    stuck = false;
    return true;
  }

  private boolean hasRoomForWorkers() {
    return lines.remainingCapacity() > ROOM_FOR_OWN_LINES && characters.get() < MOST_CHARACTERS;
  }

  private void show() {
    try {
      while (true) {
        var line = lines.take();
        console.doAppend(line);
        gone(line);
        long gone = lost.getAndSet(0);
        if (gone > 0) {
          LOG.warn("{} lines of this log were lost: nobody read it", gone);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes nothing more, and gives the console a moment for what is there. */
  @Override
  public void stop() {
    super.stop();
    long start = System.nanoTime();
    while (unshown.get() > 0 && System.nanoTime() - start < FAREWELL_NANOS) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
