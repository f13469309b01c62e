package dev.warrener.worker.frame;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes frames of bytes that come in pieces of any size, and waits for none: for who reads from
 * many workers in turn. Trusts as little as {@link FrameReader}, which does the reading. Not
 * thread-safe.
 */
public final class FrameDecoder {
  private static final int FIRST_BYTES = 8 * 1024;

  /** The most memory that is kept when nothing is in it. */
  private static final int MOST_KEPT_BYTES = 256 * 1024;

  private final FrameReader reader = new FrameReader(new WholeFrames());
  private byte[] bytes = new byte[FIRST_BYTES];

  /** What has come and was not read yet is from here ... */
  private int start;

  /** ... to here. */
  private int end;

  /** How many bytes from the start on may be read: those of a frame that is all there. */
  private int readable;

  private boolean ended;

  /** Takes the first {@code count} bytes. */
  public void put(byte[] piece, int count) {
    if (bytes.length - end < count) {
      makeRoom(count);
    }
    System.arraycopy(piece, 0, bytes, end, count);
    end += count;
  }

  /**
   * The next frame of a known type that is all there, or null if there is none yet.
   *
   * @throws BrokenFrameException if what has come is no frame
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
   * No more will come.
   *
   * @throws BrokenFrameException if that is inside a frame
   */
  public void end() throws BrokenFrameException {
    ended = true;
    while (next() != null) {
      // All whole ones have been read, unless the caller didn't want them.
    }
  }

  /**
   * Returns the size of the frame whose first bytes have come and whose last have not; 0 if the next
   * bytes begin a frame, or if its size has not come.
   */
  public long pending() {
    int held = end - start;
    long whole = held < Integer.BYTES ? 0 : Integer.BYTES + lengthAtStart();
    return readable == 0 && whole > held ? whole : 0;
  }

  /**
   * Memory is taken only as bytes arrive, not more than the frame needs, and given back after a
   * large frame.
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

  /** How many bytes of a frame that is all there are to be read, or of what is no frame. */
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
