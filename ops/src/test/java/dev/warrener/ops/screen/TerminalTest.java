package dev.warrener.ops.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  @ParameterizedTest
  @CsvSource({
    "/dev/pts/3, true",
    "/dev/tty, true",
    "/dev/tty1, true",
    "/dev/console, true",
    "/dev/null, false",
    "pipe:[4711], false",
    "socket:[4711], false",
    "/home/ana/log.txt, false",
  })
  void descriptorsAreJudgedByWhatTheyAre(String target, boolean terminal) {
    assertThat(TerminalStreams.namesTerminal(target)).isEqualTo(terminal);
  }

  @Test
  void sizeThatIsNotSaidIsTheUsualOne() {
    assertThat(Terminal.parse("50 132\n")).isEqualTo(new Terminal.Size(50, 132));
    assertThat(Terminal.parse("0 0\n")).isEqualTo(Terminal.Size.USUAL);
    assertThat(Terminal.parse("")).isEqualTo(Terminal.Size.USUAL);
    assertThat(Terminal.parse("a b")).isEqualTo(Terminal.Size.USUAL);
  }

  @Test
  void liveLinesAreDrawnInPlaceAndAtMostTenTimesASecond() {
    var bytes = new ByteArrayOutputStream();
    var area = new LiveArea(screen(bytes), new Terminal.Size(24, 80));
    var now = Instant.EPOCH;

    assertThat(area.drawPaced(List.of("one", "two"), now)).isTrue();
    assertThat(area.drawPaced(List.of("never"), now.plusMillis(99))).isFalse();
    assertThat(area.drawPaced(List.of("three"), now.plusMillis(100))).isTrue();
    area.clear();

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "one\u001b[K\ntwo\u001b[K\n\u001b[J"
                + "\u001b[2A\rthree\u001b[K\n\u001b[J"
                + "\u001b[1A\r\u001b[J");
  }

  @Test
  void linesThatDontFitAreCutAndTheLastIsAlwaysShown() {
    var bytes = new ByteArrayOutputStream();
    var area = new LiveArea(screen(bytes), new Terminal.Size(6, 10));

    area.draw(IntStream.rangeClosed(1, 20).mapToObj(i -> "line number " + i).toList());

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "line num…\u001b[K",
            "line num…\u001b[K",
            "line num…\u001b[K",
            "… and 16…\u001b[K",
            "line num…\u001b[K",
            "\u001b[J");
  }

  private static Screen screen(ByteArrayOutputStream err) {
    return new Screen(
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Style.PLAIN,
        Style.PLAIN,
        false,
        true,
        false,
        OutputFormat.TABLE);
  }

  @Test
  void pageShowsWhatFitsAndCountsTheRest() {
    var size = new Terminal.Size(4, 5);

    assertThat(size.page(List.of("one", "2", "three six"))).containsExactly("one", "2", "thre…");
    assertThat(size.page(List.of("1", "2", "3", "4"))).containsExactly("1", "2", "… and 2 more");
  }
}
