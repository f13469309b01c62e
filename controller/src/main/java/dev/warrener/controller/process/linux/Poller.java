package dev.warrener.controller.process.linux;

import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits in the kernel for the pipes and the ends of all workers, and has each
 * looked after when it is ready: so a worker costs no thread, and what happens to many at once, as
 * in a kill, is heard in one go. {@link #watch} and the rest may be called from any thread.
 */
public final class Poller implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Poller.class);
  private static final int MOST_AT_ONCE = 128;

  /** Looks after a descriptor that is ready. */
  public interface Watched {

    /**
     * It is ready. Called by the poller's thread, one at a time; what blocks here holds up all.
     *
     * @param buffer for bytes that are read, of {@link FileDescriptors#MOST_BYTES}
     */
    void ready(byte[] buffer);
  }

  private final int list;

  /** Ready when its other end is closed. */
  private final int[] stop;

  private final AtomicLong tokens = new AtomicLong();
  private final ConcurrentMap<Long, Watched> watched = new ConcurrentHashMap<>();
  private boolean stopped;

  /**
   * Of nothing yet.
   *
   * @throws ProcessLayerException if this process has too many files open
   */
  public Poller() {
    try {
      stop = FileDescriptors.pipe();
    } catch (IOException e) {
      throw new ProcessLayerException(e);
    }
    list = FileDescriptors.newList();
    watch(stop[0], FileDescriptors.READABLE, buffer -> stopped = true);
  }

  /**
   * Begins to watch a descriptor.
   *
   * @param what {@link FileDescriptors#READABLE} or {@link FileDescriptors#WRITABLE_ONCE}
   * @return what stands for it
   */
  public long watch(int descriptor, int what, Watched by) {
    long token = tokens.incrementAndGet();
    watched.put(token, by);
    int error = FileDescriptors.watch(list, descriptor, what, token);
    if (error < 0) {
      watched.remove(token);
      throw new IllegalStateException(
          "descriptor " + descriptor + " can't be waited for: error " + -error);
    }
    return token;
  }

  /** Has the next {@link FileDescriptors#WRITABLE_ONCE} heard. */
  public void watchAgain(long token, int descriptor) {
    FileDescriptors.watchAgain(list, descriptor, FileDescriptors.WRITABLE_ONCE, token);
  }

  /**
   * Ends it; to be called before the descriptor is closed. One last call may be under way or come
   * after this, if it isn't the poller's own thread that calls.
   */
  public void unwatch(long token, int descriptor) {
    if (watched.remove(token) != null) {
      FileDescriptors.unwatch(list, descriptor);
    }
  }

  /** Ends the thread. */
  public void stop() {
    Kernel.close(stop[1]);
  }

  @Override
  public void run() {
    var ready = new FileDescriptors.Ready(MOST_AT_ONCE);
    var buffer = new byte[FileDescriptors.MOST_BYTES];
    while (!stopped) {
      int count = ready.await(list);
      if (count < 0 && count != -Kernel.EINTR) {
        LOG.error("workers are no longer heard: error {}", -count);
        return;
      }
      for (int i = 0; i < count; i++) {
        Watched one = watched.get(ready.token(i));
        if (one != null) {
          lookAfter(one, buffer);
        }
      }
    }
    Kernel.close(stop[0]);
    Kernel.close(list);
  }

  private static void lookAfter(Watched one, byte[] buffer) {
    try {
      one.ready(buffer);
    } catch (RuntimeException | Error e) {
      LOG.error("a worker was not looked after", e);
    }
  }
}
