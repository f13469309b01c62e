package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputLinesTest {

  @Test
  void linesEndWithALineFeedWithOrWithoutCarriageReturn() throws IOException {
    assertThat(linesOf("one\ntwo\r\n\nlast")).containsExactly("one", "two", "", "last");
  }

  @Test
  void nothingIsNoLine() throws IOException {
    assertThat(linesOf("")).isEmpty();
  }

  @Test
  void aLongLineComesInPiecesThatKeepCharactersWhole() throws IOException {
    String line = "é€𝄞".repeat(10_000);

    List<String> pieces = linesOf(line + "\nshort\n");

    assertThat(pieces).hasSizeGreaterThan(2).last().isEqualTo("short");
    assertThat(String.join("", pieces.subList(0, pieces.size() - 1))).isEqualTo(line);
    assertThat(pieces).allMatch(piece -> piece.length() <= 16 * 1024);
  }

  @Test
  void whatIsNoUtf8IsReplaced() throws IOException {
    byte[] bytes = {'a', (byte) 0xFF, 'b', '\n'};

    assertThat(linesOf(bytes)).containsExactly("a\uFFFDb");
  }

  private static List<String> linesOf(String text) throws IOException {
    return linesOf(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> linesOf(byte[] bytes) throws IOException {
    var lines = new ArrayList<String>();
    new OutputLines(new ByteArrayInputStream(bytes), lines::add).readAll();
    return lines;
  }
}
