package dev.warrener.e2e.chaos;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The pipe into which a controller logs, and its reader, which may be slow for a while. */
final class LogPipe implements AutoCloseable {
  /** What a serial console takes in a second. */
  private static final int SLOW_LINES = 300;

  private final Path path;
  private final RandomAccessFile pipe;
  private volatile boolean isSlow;

  /**
   * Makes the pipe {@code ID.pipe} in that folder; what comes through it goes to {@code ID.log}.
   */
  LogPipe(Path folder, String id) {
    path = folder.resolve(id + ".pipe");
    try {
      if (new ProcessBuilder("mkfifo", path.toString()).start().waitFor() != 0) {
        throw new IllegalStateException("mkfifo has failed");
      }
      // Open for reading and writing, or opening it would wait for the other end.
      pipe = new RandomAccessFile(path.toFile(), "rw");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    var log = folder.resolve(id + ".log");
    Thread.ofPlatform().daemon().name("log-of-" + id).start(() -> read(log));
  }

  Path path() {
    return path;
  }

  void setSlow(boolean slow) {
    isSlow = slow;
  }

  private void read(Path log) {
    var bytes = new byte[1 << 16];
    try (var out = Files.newOutputStream(log)) {
      while (true) {
        // A line of a log is about so long.
        int read = pipe.read(bytes, 0, isSlow ? 100 : bytes.length);
        if (read < 0) {
          return;
        }
        out.write(bytes, 0, read);
        if (isSlow) {
          LockSupport.parkNanos(Duration.ofSeconds(1).toNanos() / SLOW_LINES);
        }
      }
    } catch (IOException e) {
      // The test has closed it.
    }
  }

  @Override
  public void close() throws IOException {
    pipe.close();
  }
}
