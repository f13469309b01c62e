package dev.warrener.worker.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Keeps the output of a command up to a limit, and kills the command if it writes more.
 * Thread-safe.
 */
final class BoundedOutput extends OutputStream {
  private final long maximumBytes;
  private final ProcessHandle writer;
  private ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean taken;
  private boolean overfull;

  BoundedOutput(long maximumBytes, ProcessHandle writer) {
    this.maximumBytes = maximumBytes;
    this.writer = writer;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] source, int from, int count) throws IOException {
    if (taken) {
      throw new IOException("the command has ended");
    }
    if (kept.size() + count > maximumBytes) {
      overfull = true;
      writer.destroyForcibly();
      throw new IOException("more than " + maximumBytes + " bytes");
    }
    kept.write(source, from, count);
  }

  synchronized boolean isOverfull() {
    return overfull;
  }

  /** Returns what was kept, and keeps nothing any more. */
  synchronized byte[] take() {
    byte[] bytes = kept.toByteArray();
    kept = new ByteArrayOutputStream();
    taken = true;
    return bytes;
  }
}
