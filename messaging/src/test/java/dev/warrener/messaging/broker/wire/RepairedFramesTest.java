package dev.warrener.messaging.broker.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.testbroker.hostile.PropertyWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RepairedFramesTest {
  private static final long SEED = Long.getLong("warrener.seed", System.nanoTime());

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(sent);

  @Test
  void framesThatTheClientCanReadPassUnchanged() throws IOException {
    frame(1, 0, tune(131_072));
    for (int i = 0; i < 200; i++) {
      frame(1, 1, new byte[i]);
      frame(2, 1, header(new PropertyWriter().text("message_id", "t-" + i)));
      frame(3, 1, new byte[i * 400]);
      frame(8, 0, new byte[0]);
    }

    assertThat(readAll(new RepairedFrames(new ByteArrayInputStream(sent.toByteArray()))))
        .isEqualTo(sent.toByteArray());
  }

  @Test
  void piecesAndTimeOutsInAnyPlaceChangeNothing() throws IOException {
    System.err.println("[hostile] seed " + SEED);
    frame(1, 0, tune(131_072));
    for (int i = 0; i < 50; i++) {
      frame(1, 1, new byte[20]);
      frame(2, 1, deep(i));
      frame(3, 1, new byte[i * 2_000]);
    }
    var whole = readAll(new RepairedFrames(new ByteArrayInputStream(sent.toByteArray())));
    assertThat(whole).hasSizeLessThan(sent.size());

    var pieces = new RepairedFrames(new Pieces(sent.toByteArray(), new SplittableRandom(SEED)));

    assertThat(readAll(pieces)).isEqualTo(whole);
  }

  @Test
  void headerThatTheClientCanNotDecodeIsRepairedAndTheNextFrameIsFound() throws IOException {
    frame(2, 7, deep(100));
    frame(3, 7, new byte[] {1, 2, 3});

    var in = new DataInputStream(new RepairedFrames(new ByteArrayInputStream(sent.toByteArray())));

    assertThat(in.readByte()).isEqualTo((byte) 2);
    assertThat(in.readShort()).isEqualTo((short) 7);
    int length = in.readInt();
    assertThat(length).isLessThan(300);
    in.skipNBytes(length);
    assertThat(in.readUnsignedByte()).isEqualTo(0xce);
    assertThat(in.readByte()).isEqualTo((byte) 3);
    assertThat(in.readShort()).isEqualTo((short) 7);
    assertThat(in.readInt()).isEqualTo(3);
  }

  @Test
  void headerThatTheBrokerHasMadeLargerThanAFrameIsCutToOne() throws IOException {
    frame(1, 0, tune(8_192));
    frame(
        2, 1, header(new PropertyWriter().header("large", PropertyWriter.string(new byte[9_000]))));

    var in = new DataInputStream(new RepairedFrames(new ByteArrayInputStream(sent.toByteArray())));
    in.skipNBytes(7 + 12 + 1 + 3);

    assertThat(in.readInt()).isLessThanOrEqualTo(8_184);
  }

  @Test
  void whatIsNoFrameIsLeftToTheClient() throws IOException {
    out.writeBytes("AMQP");
    out.write(new byte[] {1, 1, 8, 0});

    assertThat(readAll(new RepairedFrames(new ByteArrayInputStream(sent.toByteArray()))))
        .isEqualTo(sent.toByteArray());
  }

  private void frame(int type, int channel, byte[] payload) throws IOException {
    out.writeByte(type);
    out.writeShort(channel);
    out.writeInt(payload.length);
    out.write(payload);
    out.write(0xce);
  }

  private static byte[] tune(int frameMax) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var data = new DataOutputStream(bytes);
    data.writeShort(10);
    data.writeShort(30);
    data.writeShort(2_047);
    data.writeInt(frameMax);
    data.writeShort(60);
    return bytes.toByteArray();
  }

  private static byte[] deep(int levels) {
    return header(
        new PropertyWriter()
            .text("message_id", "t-" + levels)
            .header("deep", PropertyWriter.nestedArrays(levels)));
  }

  private static byte[] header(PropertyWriter writer) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4});
    bytes.writeBytes(writer.build().encoded());
    return bytes.toByteArray();
  }

  /** Reads to the end, over all time-outs. */
  private static byte[] readAll(InputStream in) throws IOException {
    var all = new ByteArrayOutputStream();
    var buffer = new byte[8_192];
    while (true) {
      try {
        int count = in.read(buffer);
        if (count < 0) {
          return all.toByteArray();
        }
        all.write(buffer, 0, count);
      } catch (SocketTimeoutException e) {
        assertThat(e).hasMessage("nothing yet");
      }
    }
  }

  /** Gives a few bytes at a time, and time-outs in between. */
  private static final class Pieces extends InputStream {
    private final byte[] bytes;
    private final SplittableRandom random;
    private int position;

    Pieces(byte[] bytes, SplittableRandom random) {
      this.bytes = bytes;
      this.random = random;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("read one by one");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (position == bytes.length) {
        return -1;
      }
      if (random.nextInt(5) == 0) {
        throw new SocketTimeoutException("nothing yet");
      }
      int most = Math.min(length, bytes.length - position);
      int count = 1 + random.nextInt(Math.min(most, random.nextInt(10) == 0 ? 3_000 : 9));
      System.arraycopy(bytes, position, into, offset, count);
      position += count;
      return count;
    }
  }
}
