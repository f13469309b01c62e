package dev.warrener.controller.local;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Pipes;
import dev.warrener.controller.process.linux.UnixSockets;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.ControllerError;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the control socket. One thread reads lines, one writes them. A client that does
 * not read is disconnected when 10,000 lines or 64 MiB wait. Thread-safe.
 */
final class LocalConnection implements Places.Taken {
  private static final Logger LOG = LoggerFactory.getLogger(LocalConnection.class);
  private static final int MOST_WAITING = 10_000;
  private static final long MOST_BYTES_WAITING = 64L << 20;
  private static final Duration GOODBYE = Duration.ofSeconds(1);

  /** The pause between two checks whether the connection has been idle for too long. */
  private static final Duration LOOK = Duration.ofSeconds(30);

  /** The most lines a second from one client: what comes faster waits in its socket. */
  private static final int MOST_LINES = 100;

  private static final int BUFFER_BYTES = 8192;

  /** The last entry of the queue: the writer ends when it takes it. */
  private static final byte[] END = new byte[0];

  private final int descriptor;
  private final Peer peer;
  private final BiConsumer<LocalConnection, byte[]> lines;
  private final Consumer<LocalConnection> ended;
  private final Set<String> orders = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private final AtomicLong bytesWaiting = new AtomicLong();
  private final AtomicLong touched = new AtomicLong(System.nanoTime());
  private volatile boolean isGone;

  /** Guarded by this object's lock. */
  private boolean isClosed;

  private final CountDownLatch writerEnded = new CountDownLatch(1);

  // Owned by the reader.
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long secondBegan = System.nanoTime();
  private int linesInSecond;

  /**
   * Takes over an accepted connection.
   *
   * @param descriptor is closed by this object
   * @param peer the process at the other end
   * @param lines takes the lines that are read
   * @param ended is called when the connection is over
   */
  LocalConnection(
      int descriptor,
      Peer peer,
      BiConsumer<LocalConnection, byte[]> lines,
      Consumer<LocalConnection> ended) {
    this.descriptor = descriptor;
    this.peer = peer;
    this.lines = lines;
    this.ended = ended;
    UnixSockets.limitReads(descriptor, LOOK);
  }

  /**
   * Starts to read and to write. Returns false, and closes the connection, if no thread is left.
   */
  boolean start(Executor threads) {
    boolean isWriting = false;
    try {
      threads.execute(this::write);
      isWriting = true;
      threads.execute(this::read);
      return true;
    } catch (OutOfMemoryError | RejectedExecutionException e) {
      // Where tasks have used up the processes of their user, no thread can be started either.
      LOG.debug("no thread for {}: {}", peer, e.toString());
      if (!isWriting) {
        writerEnded.countDown();
      }
      finish();
      ended.accept(this);
      close();
      return false;
    }
  }

  @Override
  public Peer peer() {
    return peer;
  }

  @Override
  public Duration idleFor() {
    return Duration.ofNanos(System.nanoTime() - touched.get());
  }

  /** Sends reports about an order from now on. */
  void follow(String order) {
    orders.add(order);
  }

  boolean wants(String order) {
    return orders.contains(order);
  }

  /** Writes a line soon. Never blocks. */
  void send(byte[] text) {
    if (isGone) {
      return;
    }
    touched.set(System.nanoTime());
    if (bytesWaiting.addAndGet(text.length) > MOST_BYTES_WAITING || !waiting.offer(text)) {
      LOG.warn("{} does not read from the control socket: the connection is closed", peer);
      breakOff();
    }
  }

  /** Reports why a line was no order, if it had no id that a report could name. */
  void complain(String because) {
    send(ContractJson.write(ControllerError.of(null, because)));
  }

  private void read() {
    try {
      var buffer = new byte[BUFFER_BYTES];
      while (true) {
        int count = UnixSockets.receive(descriptor, buffer);
        if (count > 0) {
          if (!takeLines(buffer, count)) {
            break;
          }
        } else if (count == 0 || Pipes.hasFailed(count)) {
          break;
        } else if (idleFor().compareTo(Places.LONGEST_IDLE) > 0) {
          LOG.info("the connection of {} to the control socket was idle: it is closed", peer);
          break;
        }
      }
    } catch (RuntimeException e) {
      LOG.error("a bug: the connection of {} to the control socket is closed", peer, e);
    } finally {
      finish();
      ended.accept(this);
      close();
    }
  }

  /** Takes what was read; returns false if it is no order. */
  private boolean takeLines(byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      if (bytes[i] != '\n') {
        line.write(bytes[i]);
      } else if (line.size() > 0) {
        touched.set(System.nanoTime());
        lines.accept(this, line.toByteArray());
        line.reset();
        slowDown();
      }
      if (line.size() > Order.MAX_BYTES) {
        complain("an order has at most " + Order.MAX_BYTES + " bytes in one line");
        return false;
      }
    }
    return true;
  }

  private void slowDown() {
    long since = System.nanoTime() - secondBegan;
    long second = Duration.ofSeconds(1).toNanos();
    if (since < second && ++linesInSecond < MOST_LINES) {
      return;
    }
    if (since < second) {
      LockSupport.parkNanos(second - since);
    }
    secondBegan = System.nanoTime();
    linesInSecond = 0;
  }

  private void write() {
    try {
      for (var text = waiting.take(); text.length > 0; text = waiting.take()) {
        bytesWaiting.addAndGet(-text.length);
        var bytes = Arrays.copyOf(text, text.length + 1);
        bytes[text.length] = '\n';
        for (int sent = 0; sent < bytes.length; ) {
          int count = UnixSockets.send(descriptor, bytes, sent, true);
          if (Pipes.hasFailed(count)) {
            // A client that is gone may have left an order in the socket: it is still read.
            isGone = true;
            return;
          }
          sent += Math.max(0, count);
        }
      }
    } catch (InterruptedException e) {
      isGone = true;
    } catch (RuntimeException e) {
      LOG.error("a bug: nothing more is written to {} by the control socket", peer, e);
      isGone = true;
    } finally {
      writerEnded.countDown();
    }
  }

  /** Closes the connection when the lines that wait are written, or after a second. */
  void finish() {
    if (waiting.offer(END)) {
      awaitWriter();
    }
    breakOff();
  }

  private void awaitWriter() {
    try {
      var _ = writerEnded.await(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the connection at once: both threads notice, and the reader closes it. */
  void breakOff() {
    isGone = true;
    // Under a lock, since the number of a closed descriptor soon means another file.
    synchronized (this) {
      if (!isClosed) {
        UnixSockets.shutDown(descriptor);
      }
    }
  }

  /** Called by the reader, after which nobody uses the descriptor. */
  private void close() {
    // The connection is shut down: a writer that is still there fails at once.
    awaitWriter();
    synchronized (this) {
      isClosed = true;
      if (writerEnded.getCount() == 0) {
        Kernel.close(descriptor);
      }
    }
  }
}
