package dev.warrener.worker.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** A pipe within this process, as the kernel's: bounded, and indifferent to interruptions. */
final class MemoryPipe {
  private final int capacity;
  private byte[] bytes = new byte[0];
  private boolean closed;

  MemoryPipe(int capacity) {
    this.capacity = capacity;
  }

  InputStream in() {
    return new Source();
  }

  OutputStream out() {
    return new Sink();
  }

  private synchronized int take(byte[] target, int from, int count) {
    while (bytes.length == 0 && !closed) {
      Uninterruptibly.await(this);
    }
    if (bytes.length == 0) {
      return -1;
    }
    int taken = Math.min(count, bytes.length);
    System.arraycopy(bytes, 0, target, from, taken);
    bytes = Arrays.copyOfRange(bytes, taken, bytes.length);
    notifyAll();
    return taken;
  }

  private synchronized void put(byte[] source, int from, int count) throws IOException {
    int at = from;
    while (at < from + count) {
      while (bytes.length == capacity && !closed) {
        Uninterruptibly.await(this);
      }
      if (closed) {
        throw new IOException("Broken pipe");
      }
      int put = Math.min(from + count - at, capacity - bytes.length);
      int length = bytes.length;
      bytes = Arrays.copyOf(bytes, length + put);
      System.arraycopy(source, at, bytes, length, put);
      at += put;
      notifyAll();
    }
  }

  private synchronized int available() {
    return bytes.length;
  }

  private synchronized void closeBoth() {
    closed = true;
    notifyAll();
  }

  private final class Source extends InputStream {
    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] target, int from, int count) {
      return take(target, from, count);
    }

    @Override
    public int available() {
      return MemoryPipe.this.available();
    }

    @Override
    public void close() {
      closeBoth();
    }
  }

  private final class Sink extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      put(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int count) throws IOException {
      put(source, from, count);
    }

    @Override
    public void close() {
      closeBoth();
    }
  }
}
