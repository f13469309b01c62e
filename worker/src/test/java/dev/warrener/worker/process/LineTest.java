package dev.warrener.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LineTest {
  @Test
  void lineIsWhatWasAppended() {
    assertThat(text(Line.of("häuser 😀"))).isEqualTo("häuser 😀");
    assertThat(text(Line.of(""))).isEmpty();
  }

  @Test
  void endOfLineOfOtherSystemsIsLeftOut() {
    assertThat(text(Line.of("a\rb\r"))).isEqualTo("a\rb");
  }

  @Test
  void lineOverTheBoundIsCutWithAMarkThatCountsWhatIsMissing() {
    String cut = text(Line.of("x".repeat(20_000)));

    assertThat(cut).isEqualTo("x".repeat(16_320) + " [cut: 3680 more bytes]");
    assertThat(cut.length()).isLessThanOrEqualTo(Line.MAXIMUM_BYTES);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void cutNeverFallsInsideACharacter(int shift) {
    for (String character : new String[] {"ä", "€", "😀"}) {
      int bytes = character.getBytes(StandardCharsets.UTF_8).length;
      String cut = text(Line.of("x".repeat(shift) + character.repeat(20_000)));
      int kept = (16_320 - shift) / bytes;

      assertThat(cut)
          .isEqualTo(
              "x".repeat(shift)
                  + character.repeat(kept)
                  + " [cut: "
                  + (20_000 - kept) * bytes
                  + " more bytes]");
    }
  }

  @Test
  void endlessLineTakesNoMoreMemoryThanALongOne() {
    var line = new Line();
    byte[] piece = "y".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
    for (int count = 0; count < 4_096; count++) {
      line.append(piece, 0, piece.length);
    }

    assertThat(text(line)).endsWith("yyy [cut: 4294950976 more bytes]").hasSizeLessThan(16_384);
  }

  @Test
  void clearedLineIsEmpty() {
    Line line = Line.of("x".repeat(20_000));
    line.clear();

    assertThat(line.isEmpty()).isTrue();
    assertThat(text(line)).isEmpty();
  }

  private static String text(Line line) {
    return new String(line.bytes(), StandardCharsets.UTF_8);
  }
}
