package dev.warrener.worker.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

final class FrameDecoderTest {
  private static final int LARGE_BYTES = 3 << 20;

  private final FrameDecoder decoder = new FrameDecoder();

  @Test
  void framesComeWholeFromPiecesOfAnySize() throws IOException {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(25);
    for (int round = 0; round < 200; round++) {
      var frames = new ArrayList<Frame>();
      for (int i = random.nextInt(1, 20); i > 0; i--) {
        frames.add(
            Frame.builder(FrameType.FINISHED)
                .field("task", "t".repeat(random.nextInt(300)))
                .payload(new byte[random.nextInt(0, random.nextBoolean() ? 40 : 40_000)])
                .build());
      }

      assertThat(decoded(encoded(frames), random.nextInt(1, 70_000))).isEqualTo(frames);
    }
  }

  @Test
  void aFrameIsThereWithItsLastByteAndNotBefore() throws IOException {
    byte[] bytes = encoded(List.of(Frame.of(FrameType.PONG)));

    decoder.put(bytes, bytes.length - 1);
    assertThat(decoder.next()).isNull();
    decoder.put(new byte[] {bytes[bytes.length - 1]}, 1);

    assertThat(decoder.next()).isEqualTo(Frame.of(FrameType.PONG));
    assertThat(decoder.next()).isNull();
  }

  @Test
  void aLargeFrameIsFollowedBySmallOnes() throws IOException {
    var frames =
        List.of(
            Frame.builder(FrameType.FINISHED).payload(new byte[LARGE_BYTES]).build(),
            Frame.of(FrameType.PONG),
            Frame.of(FrameType.PONG));

    assertThat(decoded(encoded(frames), 64 * 1024)).isEqualTo(frames);
  }

  @Test
  void aLengthThatNoFrameHasIsRefusedAtOnce() {
    decoder.put(new byte[] {-1, -1, -1, -1}, 4);

    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(decoder::next)
        .withMessageContaining("at most");
  }

  @Test
  void theEndInsideAFrameIsRefused() throws IOException {
    byte[] bytes = encoded(List.of(Frame.builder(FrameType.LOG).payload(new byte[10]).build()));
    decoder.put(bytes, bytes.length - 3);
    assertThat(decoder.next()).isNull();

    assertThatExceptionOfType(BrokenFrameException.class)
        .isThrownBy(decoder::end)
        .withMessageContaining("3 bytes still to come");
  }

  @Test
  void theEndBetweenFramesIsNone() throws IOException {
    byte[] bytes = encoded(List.of(Frame.of(FrameType.PONG)));
    decoder.put(bytes, bytes.length);
    assertThat(decoder.next()).isNotNull();

    decoder.end();

    assertThat(decoder.next()).isNull();
  }

  private List<Frame> decoded(byte[] bytes, int pieceBytes) throws IOException {
    var frames = new ArrayList<Frame>();
    for (int from = 0; from < bytes.length; from += pieceBytes) {
      byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + pieceBytes));
      decoder.put(piece, piece.length);
      Frame frame;
      while ((frame = decoder.next()) != null) {
        frames.add(frame);
      }
    }
    return frames;
  }

  private static byte[] encoded(List<Frame> frames) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var writer = new FrameWriter(bytes)) {
      for (Frame frame : frames) {
        writer.write(frame);
      }
    }
    return bytes.toByteArray();
  }
}
