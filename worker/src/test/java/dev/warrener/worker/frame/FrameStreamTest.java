package dev.warrener.worker.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FrameStreamTest {
  private static final int SMALL_LIMIT = 200_000;

  @Test
  void bytesOnTheWireAreAsDocumented() throws IOException {
    Frame frame =
        Frame.builder(FrameType.STARTED)
            .field(HeaderKey.TASK, "ä")
            .field(HeaderKey.ATTEMPT, 2)
            .payload(new byte[] {9, 8})
            .build();

    assertThat(encode(frame))
        .containsExactly(
            bytes(
                0, 0, 0, 31, 17, 0, 2, 0, 4, 't', 'a', 's', 'k', 0, 0, 0, 2, 0xC3, 0xA4, 0, 7, 'a',
                't', 't', 'e', 'm', 'p', 't', 0, 0, 0, 1, '2', 9, 8));
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeSurvivesTheWire(FrameType type) throws IOException {
    assertThat(decode(encode(Frame.of(type)))).containsExactly(Frame.of(type));
  }

  @Test
  void headerKeepsItsOrder() throws IOException {
    Frame frame =
        Frame.builder(FrameType.TASK).field("z", "1").field("a", "2").field("m", "3").build();

    assertThat(decode(encode(frame)).getFirst().header().keySet()).containsExactly("z", "a", "m");
  }

  @Test
  void anyFramesSurviveTheWireInAnyPieces() throws IOException {
    RandomGenerator random = seeded();
    for (int round = 0; round < 100; round++) {
      List<Frame> frames = new ArrayList<>();
      for (int count = random.nextInt(1, 8); count > 0; count--) {
        frames.add(anyFrame(random));
      }
      byte[] encoded = encode(frames.toArray(Frame[]::new));

      assertThat(decode(new InPieces(encoded, random))).isEqualTo(frames);
    }
  }

  @Test
  void streamCutAtAnyByteIsBrokenExceptBetweenFrames() throws IOException {
    RandomGenerator random = seeded();
    for (int round = 0; round < 20; round++) {
      Frame first = smallFrame(random);
      byte[] one = encode(first);
      byte[] both = encode(first, smallFrame(random));
      for (int cut = 0; cut < both.length; cut++) {
        var reader = new FrameReader(new ByteArrayInputStream(both, 0, cut));
        if (cut >= one.length) {
          assertThat(reader.read()).isEqualTo(first);
        }
        if (cut == 0 || cut == one.length) {
          assertThat(reader.read()).isNull();
        } else {
          assertThatExceptionOfType(BrokenFrameException.class).isThrownBy(reader::read);
        }
      }
    }
  }

  @Test
  void anyDamageEndsInAFrameOrAClearExceptionAndNothingElse() throws IOException {
    RandomGenerator random = seeded();
    for (int round = 0; round < 20_000; round++) {
      byte[] encoded = encode(smallFrame(random), smallFrame(random));
      for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
        encoded[random.nextInt(encoded.length)] = (byte) random.nextInt();
      }
      try {
        decode(encoded);
      } catch (BrokenFrameException e) {
        assertThat(e).hasMessageContaining("frame");
      }
    }
  }

  @Test
  void frameOverTheLimitIsRefusedBeforeItsBytesArrive() {
    byte[] encoded = bytes(0x10, 0, 0, 1, 2);

    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(() -> decode(encoded))
        .withMessage("a frame of 268435457 bytes, and at most 268435456 are allowed");
  }

  @Test
  void lengthWithTheHighestBitIsNoNegativeLength() {
    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(() -> decode(bytes(0xFF, 0xFF, 0xFF, 0xFF, 2)))
        .withMessage("a frame of 4294967295 bytes, and at most 268435456 are allowed");
  }

  @Test
  void frameTooShortForItsTypeIsRefused() {
    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(() -> decode(bytes(0, 0, 0, 2, 5, 0, 0)))
        .withMessage("a frame has at least 3 bytes, not 2");
  }

  @Test
  void fieldThatReachesBeyondItsFrameIsRefused() {
    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(
            () -> decode(bytes(0, 0, 0, 10, 5, 0, 1, 0, 1, 'k', 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3)))
        .withMessage("a part of a frame has 4294967295 bytes, but only 0 of the frame are left");
  }

  @Test
  void headerFieldTwiceIsRefused() {
    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(
            () -> decode(bytes(0, 0, 0, 17, 5, 0, 2, 0, 1, 'k', 0, 0, 0, 0, 0, 1, 'k', 0, 0, 0, 0)))
        .withMessage("a frame has the header field 'k' twice");
  }

  @Test
  void headerFieldThatIsNoUtf8IsRefused() {
    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(() -> decode(bytes(0, 0, 0, 12, 5, 0, 1, 0, 1, 'k', 0, 0, 0, 2, 0xC3, 0x28)))
        .withMessage("a header field of a frame is no UTF-8");
  }

  @Test
  void replacementCharacterItselfIsFineInAHeader() throws IOException {
    Frame frame = Frame.builder(FrameType.TASK).field("k", "\uFFFD").build();

    assertThat(decode(encode(frame))).containsExactly(frame);
  }

  @Test
  void frameOfAnUnknownTypeIsSkipped() throws IOException {
    var out = new ByteArrayOutputStream();
    out.writeBytes(bytes(0, 0, 0, 6, 99, 1, 2, 3, 4, 5));
    out.writeBytes(encode(Frame.of(FrameType.PING)));
    out.writeBytes(bytes(0, 0, 0, 3, 0, 0, 0));

    assertThat(decode(out.toByteArray())).containsExactly(Frame.of(FrameType.PING));
  }

  @Test
  void lengthAloneTakesNoMemory() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] promise = bytes(0x10, 0, 0, 0, 2, 0, 0, 'a', 'n', 'd', ' ', 'n', 'o', 't', 'h');

    long before = threads.getCurrentThreadAllocatedBytes();
    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(() -> decode(promise))
        .withMessageStartingWith("the stream ended inside a frame");
    long taken = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(taken).isLessThan(16 << 20);
  }

  @Test
  void writerRefusesAFrameOverTheLimitAndGoesOn() throws IOException {
    var out = new ByteArrayOutputStream();
    var writer = new FrameWriter(out, SMALL_LIMIT);
    Frame fits = Frame.builder(FrameType.FINISHED).payload(new byte[SMALL_LIMIT - 3]).build();
    Frame payloadTooLarge =
        Frame.builder(FrameType.FINISHED).payload(new byte[SMALL_LIMIT - 2]).build();
    Frame headerTooLarge =
        Frame.builder(FrameType.FINISHED).field("k", "v".repeat(3 * SMALL_LIMIT)).build();
    Frame keyTooLong = Frame.builder(FrameType.TASK).field("k".repeat(65_536), "").build();

    writer.write(Frame.of(FrameType.PING));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.write(payloadTooLarge));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.write(headerTooLarge));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.write(keyTooLong));
    writer.write(fits);
    writer.flush();

    assertThat(decode(out.toByteArray())).containsExactly(Frame.of(FrameType.PING), fits);
  }

  @Test
  void writerRefusesMoreFieldsThanTheWireCanCount() {
    Map<String, String> header = new LinkedHashMap<>();
    for (int field = 0; field <= 65_535; field++) {
      header.put("k" + field, "");
    }
    Frame frame = Frame.of(FrameType.TASK, header, new byte[0]);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(frame))
        .withMessage("a frame has at most 65535 header fields, not 65536");
  }

  @Test
  void manyFramesReachTheStreamInOneWrite() throws IOException {
    List<Integer> writes = new ArrayList<>();
    var out =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] source, int from, int count) {
            writes.add(count);
            super.write(source, from, count);
          }
        };
    var writer = new FrameWriter(out);
    for (int frame = 0; frame < 100; frame++) {
      writer.write(Frame.of(FrameType.PING));
    }

    assertThat(writes).isEmpty();
    writer.flush();
    assertThat(writes).containsExactly(700);
  }

  @Test
  void missingOrWrongFieldIsSaidByName() {
    Frame frame = Frame.builder(FrameType.TASK).field(HeaderKey.ATTEMPT, "two").build();

    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(() -> frame.requireText(HeaderKey.TASK))
        .withMessage("the TASK frame has no field 'task'");
    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(() -> frame.requireNumber(HeaderKey.ATTEMPT))
        .withMessage("the field 'attempt' of the TASK frame must be a whole number, not two");
  }

  private static RandomGenerator seeded() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("FrameStreamTest: run again with -Dseed=" + seed);
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  private static Frame smallFrame(RandomGenerator random) {
    return frame(random, 3, 12, random.nextInt(20));
  }

  private static Frame anyFrame(RandomGenerator random) {
    int scale = 1 << random.nextInt(22);
    return frame(random, random.nextInt(12), 1 << random.nextInt(16), random.nextInt(scale));
  }

  private static Frame frame(RandomGenerator random, int fields, int textLength, int payload) {
    FrameType[] types = FrameType.values();
    Frame.Builder builder = Frame.builder(types[random.nextInt(types.length)]);
    for (int field = 0; field < fields; field++) {
      builder.field(anyText(random, 12), anyText(random, textLength));
    }
    var bytes = new byte[payload];
    random.nextBytes(bytes);
    return builder.payload(bytes).build();
  }

  /** Text of code points from one to four bytes long. */
  private static String anyText(RandomGenerator random, int maximumLength) {
    int[] limits = {0x80, 0x800, 0xD800, 0x11_0000};
    var text = new StringBuilder();
    for (int length = random.nextInt(maximumLength + 1); length > 0; length--) {
      int codePoint = random.nextInt(limits[random.nextInt(limits.length)]);
      text.appendCodePoint(codePoint >= 0xD800 && codePoint < 0xE000 ? '?' : codePoint);
    }
    return text.toString();
  }

  private static byte[] encode(Frame... frames) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var writer = new FrameWriter(out)) {
      for (Frame frame : frames) {
        writer.write(frame);
      }
    }
    return out.toByteArray();
  }

  private static List<Frame> decode(byte[] encoded) throws IOException {
    return decode(new ByteArrayInputStream(encoded));
  }

  private static List<Frame> decode(InputStream in) throws IOException {
    List<Frame> frames = new ArrayList<>();
    try (var reader = new FrameReader(in)) {
      for (Frame frame = reader.read(); frame != null; frame = reader.read()) {
        frames.add(frame);
      }
    }
    return frames;
  }

  private static byte[] bytes(int... values) {
    var out = new ByteArrayOutputStream();
    for (int value : values) {
      out.write(value);
    }
    return out.toByteArray();
  }

  /** A stream that hands its bytes out in pieces of any size, as a pipe does. */
  private static final class InPieces extends InputStream {
    private final ByteArrayInputStream bytes;
    private final RandomGenerator random;

    InPieces(byte[] bytes, RandomGenerator random) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.random = random;
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int from, int count) {
      return bytes.read(target, from, Math.min(count, random.nextInt(1, 100_000)));
    }
  }
}
