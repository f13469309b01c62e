package dev.warrener.worker.frame;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes frames from bytes that arrive in pieces of any size, and never blocks. A controller uses
 * it to read from many workers in turn. It checks as strictly as {@link FrameReader}, which it
 * uses. Not thread-safe.
 */
public final class FrameDecoder {
  private static final int FIRST_BYTES = 8 * 1024;

  /** The most memory that is kept when nothing is in it. */
  private static final int MOST_KEPT_BYTES = 256 * 1024;

  private final FrameReader reader = new FrameReader(new WholeFrames());
  private byte[] bytes = new byte[FIRST_BYTES];

  /** The index of the first byte that was not decoded yet. */
  private int start;

  /** The index after the last byte that has arrived. */
  private int end;

  /** The number of bytes, from {@link #start} on, of a frame that has arrived completely. */
  private int readable;

  private boolean ended;

  /** Adds the first {@code count} bytes of {@code piece}. */
  public void put(byte[] piece, int count) {
    if (bytes.length - end < count) {
      makeRoom(count);
    }
    System.arraycopy(piece, 0, bytes, end, count);
    end += count;
  }

  /**
   * Returns the next complete frame of a known type, or null if none has arrived yet.
   *
   * @throws BrokenFrameException if the bytes are no frame
   */
  public @Nullable Frame next() throws BrokenFrameException {
    try {
      return reader.read();
    } catch (BrokenFrameException e) {
      throw e;
    } catch (IOException e) {
      throw new IllegalStateException("memory can't be read", e);
    }
  }

  /** Returns the number of frames of unknown types that were skipped since the last call. */
  public int takeSkipped() {
    return reader.takeSkipped();
  }

  /**
   * Notes the end of the bytes. Complete frames that were not read are dropped.
   *
   * @throws BrokenFrameException if the bytes end inside a frame
   */
  public void end() throws BrokenFrameException {
    ended = true;
    while (next() != null) {
      // The caller does not want these frames any more.
    }
  }

  /**
   * Returns the size of the frame whose first bytes have come and whose last have not; 0 if the
   * next bytes begin a frame, or if its size has not come.
   */
  public long pending() {
    int held = end - start;
    long whole = held < Integer.BYTES ? 0 : Integer.BYTES + lengthAtStart();
    return readable == 0 && whole > held ? whole : 0;
  }

  /**
   * Makes room for more bytes. Memory grows only as bytes arrive, not beyond what the frame needs,
   * and shrinks after a large frame.
   */
  private void makeRoom(int count) {
    int held = end - start;
    int wanted = Math.max(FIRST_BYTES, held + count);
    if (wanted > bytes.length || bytes.length > 16 * wanted) {
      long doubled = Math.min(2L * held, pending());
      bytes = Arrays.copyOfRange(bytes, start, start + (int) Math.max(wanted, doubled));
    } else {
      System.arraycopy(bytes, start, bytes, 0, held);
    }
    start = 0;
    end = held;
  }

  /** Returns the length of the next complete frame, or of bytes that are no frame; 0 if none. */
  private int lengthOfWhole() {
    int held = end - start;
    if (ended) {
      return held;
    }
    if (held < Integer.BYTES) {
      return 0;
    }
    long length = lengthAtStart();
    if (length > Frame.MAXIMUM_BYTES) {
      return held;
    }
    long whole = Integer.BYTES + length;
    return held >= whole ? (int) whole : 0;
  }

  private long lengthAtStart() {
    long length = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      length = (length << Byte.SIZE) | (bytes[start + i] & 0xFF);
    }
    return length;
  }

  private final class WholeFrames extends InputStream {
    @Override
    public int read() {
      throw new UnsupportedOperationException("the reader reads many");
    }

    @Override
    public int read(byte[] into, int offset, int count) {
      if (readable == 0) {
        readable = lengthOfWhole();
      }
      if (readable == 0) {
        return -1;
      }
      int taken = Math.min(count, readable);
      System.arraycopy(bytes, start, into, offset, taken);
      start += taken;
      readable -= taken;
      if (start == end && bytes.length > MOST_KEPT_BYTES) {
        bytes = new byte[FIRST_BYTES];
        start = 0;
        end = 0;
      }
      return taken;
    }
  }
}
