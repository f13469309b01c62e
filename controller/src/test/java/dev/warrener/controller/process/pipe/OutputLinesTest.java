package dev.warrener.controller.process.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputLinesTest {

  @Test
  void linesEndWithALineFeedWithOrWithoutCarriageReturn() {
    assertThat(linesOf("one\ntwo\r\n\nlast")).containsExactly("one", "two", "", "last");
  }

  @Test
  void nothingIsNoLine() {
    assertThat(linesOf("")).isEmpty();
  }

  @Test
  void aLongLineComesInPiecesThatKeepCharactersWhole() {
    String line = "é€𝄞".repeat(10_000);

    List<String> pieces = linesOf(line + "\nshort\n");

    assertThat(pieces).hasSizeGreaterThan(2).last().isEqualTo("short");
    assertThat(String.join("", pieces.subList(0, pieces.size() - 1))).isEqualTo(line);
    assertThat(pieces).allMatch(piece -> piece.length() <= 16 * 1024);
  }

  @Test
  void whatIsNoUtf8IsReplaced() {
    byte[] bytes = {'a', (byte) 0xFF, 'b', '\n'};

    assertThat(linesOf(bytes)).containsExactly("a\uFFFDb");
  }

  private static List<String> linesOf(String text) {
    return linesOf(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Put in pieces of seven bytes, so that most cuts are inside a line or a character. */
  private static List<String> linesOf(byte[] bytes) {
    var lines = new ArrayList<String>();
    var output = new OutputLines(lines::add);
    for (int from = 0; from < bytes.length; from += 7) {
      byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(from + 7, bytes.length));
      output.put(piece, piece.length);
    }
    output.end();
    return lines;
  }
}
