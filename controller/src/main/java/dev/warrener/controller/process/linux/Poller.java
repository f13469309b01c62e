package dev.warrener.controller.process.linux;

import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits in the kernel for the pipes and the ends of all workers on one thread, and calls back for
 * each that is ready. A worker therefore costs no thread, and what happens to many workers at once,
 * as in a kill, wakes the thread once. Methods may be called from any thread.
 */
public final class Poller implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Poller.class);
  private static final int MOST_AT_ONCE = 128;
  private static final int SECOND_MILLIS = 1_000;
  private static final long SECOND_NANOS = 1_000_000_000;

  /** The owner of a descriptor, called when the descriptor is ready. */
  public interface Watched {

    /**
     * Reads from or writes to the descriptor. Called by the poller's thread, one descriptor at a
     * time: a callback that blocks delays all other descriptors.
     *
     * @param buffer for bytes that are read, of {@link Pipes#MOST_BYTES}
     */
    void ready(byte[] buffer);
  }

  private final Epoll epoll;

  /** A pipe whose reading end becomes ready when {@link #stop} closes its writing end. */
  private final int[] stop;

  private final AtomicLong tokens = new AtomicLong();
  private final ConcurrentMap<Long, Watched> watched = new ConcurrentHashMap<>();
  private final Runnable eachSecond;
  private boolean stopped;

  /** Makes a poller that does nothing besides. See {@link #Poller(Runnable)}. */
  public Poller() {
    this(() -> {});
  }

  /**
   * Makes a poller that watches nothing yet.
   *
   * @param eachSecond short work that its thread does about once in a second
   * @throws ProcessLayerException if this process has too many files open
   */
  public Poller(Runnable eachSecond) {
    this.eachSecond = eachSecond;
    try {
      stop = Pipes.open();
    } catch (IOException e) {
      throw new ProcessLayerException(e);
    }
    epoll = Epoll.open(MOST_AT_ONCE);
    watchReadable(stop[0], buffer -> stopped = true);
  }

  /**
   * Starts to watch a descriptor for bytes and their end, or a pidfd for the end of its process.
   *
   * @return the token that stands for the descriptor
   * @throws IllegalStateException if the kernel can't watch it
   */
  public long watchReadable(int descriptor, Watched by) {
    return watch(descriptor, Epoll.READABLE, by);
  }

  /**
   * Calls back once when a pipe has room, or when nobody reads it any more.
   *
   * @return the token that stands for the descriptor
   * @throws IllegalStateException if the kernel can't watch it
   */
  public long watchWritable(int descriptor, Watched by) {
    return watch(descriptor, Epoll.WRITABLE_ONCE, by);
  }

  private long watch(int descriptor, int what, Watched by) {
    long token = tokens.incrementAndGet();
    watched.put(token, by);
    int error = epoll.add(descriptor, what, token);
    if (error < 0) {
      watched.remove(token);
      throw new IllegalStateException(
          "descriptor " + descriptor + " can't be watched: error " + -error);
    }
    return token;
  }

  /** Calls back once more for a descriptor of {@link #watchWritable}. */
  public void watchWritableAgain(long token, int descriptor) {
    epoll.rearm(descriptor, token);
  }

  /**
   * Stops watching a descriptor; to be called before the descriptor is closed. Unless called by the
   * poller's thread, one last callback may be running or follow.
   */
  public void unwatch(long token, int descriptor) {
    if (watched.remove(token) != null) {
      epoll.remove(descriptor);
    }
  }

  /** Ends the thread. */
  public void stop() {
    Kernel.close(stop[1]);
  }

  @Override
  public void run() {
    var buffer = new byte[Pipes.MOST_BYTES];
    long second = System.nanoTime();
    while (!stopped) {
      int count = epoll.await(SECOND_MILLIS);
      if (System.nanoTime() - second > SECOND_NANOS) {
        second = System.nanoTime();
        callBack(ignored -> eachSecond.run(), buffer);
      }
      if (count < 0 && count != -Kernel.EINTR) {
        throw new Error(
            "the pipes and exits of workers can't be watched any more: epoll failed with error "
                + -count);
      }
      for (int i = 0; i < count; i++) {
        Watched one = watched.get(epoll.token(i));
        if (one != null) {
          callBack(one, buffer);
        }
      }
    }
    Kernel.close(stop[0]);
    epoll.close();
  }

  private static void callBack(Watched one, byte[] buffer) {
    try {
      one.ready(buffer);
    } catch (RuntimeException e) {
      LOG.error("a bug: a worker's pipe or exit was not handled", e);
    } catch (Error e) {
      UncaughtErrors.tell(e);
    }
  }
}
