package dev.warrener.controller.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes an audit log on a thread of its own, so that a slow or full disk delays no kill. Every
 * line is forced to the disk; lines that arrive together share one call. While the disk accepts
 * none, up to 10,000 lines wait and are tried again each second. Lines that find no room are
 * counted, and a line reports their number. Thread-safe.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
  private static final int ROOM = 10_000;
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration GOODBYE = Duration.ofSeconds(5);

  /** The pause between two checks whether the file is still in its place: two seconds. */
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

  /** The longest that the disk may take for a line before that is a problem. */
  private static final Duration SLOW = Duration.ofSeconds(5);

  private static final int CHUNK = 64 * 1024;

  private final Path path;
  private final FileChannel file;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private long lost;
  private boolean closed;

  // Owned by the thread.
  private long seq;
  private String prev;
  private long size;
  private boolean isFailing;

  /** Written by the thread, read by anybody. */
  private volatile @Nullable String problem;

  /** When the thread began to write, by {@link System#nanoTime}; null while it does not. */
  private volatile @Nullable Long writingSince;

  /** Tells the file from another one of the same name; null if the file system can't. */
  private final @Nullable Object key;

  private AuditLog(Path path, FileChannel file, long seq, String prev, long size) {
    this.path = path;
    this.file = file;
    this.key = key(path);
    this.seq = seq;
    this.prev = prev;
    this.size = size;
    this.thread = Thread.ofPlatform().name("audit").daemon().unstarted(this::run);
  }

  /**
   * Opens an audit log and continues at its end, or makes one that only this user can read. A last
   * line that a crash cut short stays as it is, and the next line says so.
   *
   * @throws AuditException if it can't be written, or another process writes it
   */
  public static AuditLog open(Path path) {
    FileChannel file = null;
    try {
      file =
          FileChannel.open(
              path,
              Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
      if (!isOurs(file)) {
        throw new IOException("another process writes it");
      }
      var log = continued(path, file);
      log.thread.start();
      return log;
    } catch (IOException e) {
      close(file);
      throw new AuditException(
          "the audit log "
              + path
              + " can't be written ("
              + e.getMessage()
              + "): make it writable, or choose another state-directory",
          e);
    }
  }

  private static boolean isOurs(FileChannel file) throws IOException {
    try {
      return file.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static AuditLog continued(Path path, FileChannel file) throws IOException {
    long size = file.size();
    long end = endOfLastLine(file, size);
    if (end == 0) {
      return repaired(new AuditLog(path, file, 0, AuditLine.START, size), size);
    }
    long start = endOfLastLine(file, end - 1);
    var last = read(file, start, (int) (end - 1 - start));
    var line = AuditLine.read(last);
    if (line == null) {
      LOG.error(
          "the last line of {} is no line of an audit log: warrener audit verify says more", path);
    }
    return repaired(
        new AuditLog(path, file, line == null ? 0 : line.seq(), AuditLine.hash(last), size),
        size - end);
  }

  private static AuditLog repaired(AuditLog log, long torn) throws IOException {
    if (torn > 0) {
      LOG.warn("the last line of {} was cut short by a crash: {} bytes", log.path, torn);
      log.write(ByteBuffer.wrap(new byte[] {'\n'}));
      log.size++;
      log.append(Map.of("at", Instant.now(), "type", AuditLine.TORN, "bytes", torn));
    }
    return log;
  }

  /** Returns the position after the last line end before {@code before}; 0 if there is none. */
  private static long endOfLastLine(FileChannel file, long before) throws IOException {
    for (long end = before; end > 0; ) {
      long start = Math.max(0, end - CHUNK);
      var bytes = read(file, start, (int) (end - start));
      for (int i = bytes.length - 1; i >= 0; i--) {
        if (bytes[i] == '\n') {
          return start + i + 1;
        }
      }
      end = start;
    }
    return 0;
  }

  private static byte[] read(FileChannel file, long position, int length) throws IOException {
    var bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, position + bytes.position()) < 0) {
        throw new IOException("the file has become shorter");
      }
    }
    return bytes.array();
  }

  /**
   * Returns what keeps lines from being kept, in a sentence; null if nothing does. Never blocks.
   */
  public @Nullable String problem() {
    var since = writingSince;
    if (since != null && System.nanoTime() - since > SLOW.toNanos()) {
      return "the disk of the audit log " + path + " does not answer: lines wait in memory";
    }
    return problem;
  }

  private static @Nullable Object key(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  /** Notices that the file was removed: it can still be written, and nobody will read it. */
  private void look() {
    if (isFailing) {
      return;
    }
    boolean isGone = key != null && !key.equals(key(path));
    if (isGone && problem == null) {
      LOG.error(
          "the audit log {} was removed or replaced: what is written to it is lost; restart the"
              + " controller to begin a new one",
          path);
    }
    problem =
        isGone
            ? "the audit log "
                + path
                + " was removed or replaced, perhaps with the state directory: what is written to"
                + " it is lost; restart the controller to begin a new one"
            : null;
  }

  /**
   * Writes a line soon: the entry as JSON, with number and hash before its fields. Never blocks.
   */
  public void append(Object entry) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (waiting.size() >= ROOM) {
        lost++;
      } else {
        waiting.add(entry);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (awaitWork()) {
        writeWaiting();
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until a line is to be written, or it is time to look at the file. Returns false if no
   * line is to be written and the log is closed.
   */
  private boolean awaitWork() throws InterruptedException {
    lock.lock();
    try {
      long left = LOOK_EVERY.toNanos();
      while (waiting.isEmpty() && lost == 0 && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !waiting.isEmpty() || lost > 0 || !closed;
    } finally {
      lock.unlock();
    }
  }

  private void writeWaiting() throws InterruptedException {
    Object[] entries;
    long gone;
    lock.lock();
    try {
      entries = waiting.toArray();
      gone = lost;
    } finally {
      lock.unlock();
    }
    if (entries.length == 0 && gone == 0) {
      return;
    }
    writingSince = System.nanoTime();
    boolean isWritten = tryToWrite(entries, gone);
    writingSince = null;
    if (!isWritten) {
      awaitRetry();
      return;
    }
    lock.lock();
    try {
      Arrays.stream(entries).forEach(_ -> waiting.remove());
      lost -= gone;
    } finally {
      lock.unlock();
    }
  }

  private boolean tryToWrite(Object[] entries, long gone) {
    long number = seq;
    String hash = prev;
    var text = new ByteArrayOutputStream();
    for (int i = 0; i < entries.length + (gone > 0 ? 1 : 0); i++) {
      var entry =
          i < entries.length
              ? entries[i]
              : lost(gone);
      number++;
      var line = line(number, hash, entry);
      hash = AuditLine.hash(line);
      text.writeBytes(line);
      text.write('\n');
    }
    try {
      write(ByteBuffer.wrap(text.toByteArray()));
      file.force(false);
    } catch (IOException e) {
      failed(e);
      return false;
    }
    if (isFailing) {
      LOG.warn("the audit log {} can be written again", path);
      isFailing = false;
    }
    seq = number;
    prev = hash;
    size += text.size();
    return true;
  }

  /** Returns an entry's line; one that says that a line is lost if the entry can't be written. */
  private static byte[] line(long number, String hash, Object entry) {
    try {
      return AuditLine.write(number, hash, entry);
    } catch (RuntimeException e) {
      LOG.error("a bug: an entry of the audit log could not be written and is lost", e);
      return AuditLine.write(number, hash, lost(1));
    }
  }

  private static Map<String, Object> lost(long lines) {
    return Map.of("at", Instant.now(), "type", "log.lost", "lines", lines);
  }

  private void write(ByteBuffer bytes) throws IOException {
    long at = size;
    while (bytes.hasRemaining()) {
      at += file.write(bytes, at);
    }
  }

  private void failed(IOException e) {
    if (!isFailing) {
      LOG.error("the audit log {} can't be written: {}; it is tried again", path, e.toString());
    }
    isFailing = true;
    problem = "the audit log " + path + " can't be written (" + e.getMessage() + "): lines wait";
    try {
      // Lines that were written in part are cut off, so that they do not look like lines.
      file.truncate(size);
    } catch (IOException again) {
      LOG.debug(
          "the partly written lines of the audit log {} can't be cut off either: {}",
          path,
          again.toString());
    }
  }

  private void awaitRetry() throws InterruptedException {
    lock.lock();
    try {
      if (!closed) {
        long left = RETRY.toNanos();
        while (left > 0 && !closed) {
          left = changed.awaitNanos(left);
        }
      } else {
        // The last attempt before the end has failed.
        waiting.clear();
        lost = 0;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes the lines that wait, for at most five seconds, and ends. A second call does nothing. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (!thread.join(GOODBYE)) {
        LOG.error("the last lines of the audit log {} could not be written", path);
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close(file);
  }

  private static void close(@Nullable FileChannel file) {
    if (file == null) {
      return;
    }
    try {
      file.close();
    } catch (IOException e) {
      LOG.debug("closing an audit log: {}", e.toString());
    }
  }
}
