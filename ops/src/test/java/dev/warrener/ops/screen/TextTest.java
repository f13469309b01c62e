package dev.warrener.ops.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0ms",
    "PT-5S, 0ms",
    "PT0.0000082S, 8µs",
    "PT0.0000001S, 1µs",
    "PT0.009S, 9ms",
    "PT0.999S, 999ms",
    "PT1S, 1.0s",
    "PT4.149S, 4.1s",
    "PT9.949S, 9.9s",
    "PT9.95S, 10s",
    "PT59.4S, 59s",
    "PT59.5S, 1m00s",
    "PT2M14S, 2m14s",
    "PT59M59.6S, 1h00m",
    "PT3H5M, 3h05m",
    "PT24H, 1d",
    "PT120H, 5d",
  })
  void durationsAreBrief(Duration duration, String expected) {
    assertThat(Text.brief(duration)).isEqualTo(expected);
  }

  @Test
  void agesOfNothingAreJustNow() {
    var now = Instant.parse("2026-11-23T03:12:07Z");

    assertThat(Text.ago(now.minusMillis(40), now)).isEqualTo("just now");
    assertThat(Text.ago(now.plusSeconds(3), now)).as("a clock ahead").isEqualTo("just now");
    assertThat(Text.ago(now.minusSeconds(134), now)).isEqualTo("2m14s ago");
  }

  @Test
  void nounsAgreeWithTheirNumber() {
    assertThat(Text.count(1, "worker")).isEqualTo("1 worker");
    assertThat(Text.count(0, "worker")).isEqualTo("0 workers");
    assertThat(Text.count(2, "process", "processes")).isEqualTo("2 processes");
    assertThat(Text.count(18_204, "task")).isEqualTo("18 204 tasks");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "9999, 9999", "10000, 10 000", "-18204, -18 204", "1234567, 1 234 567"})
  void thousandsStandApart(long number, String expected) {
    assertThat(Text.grouped(number)).isEqualTo(expected);
  }

  @Test
  void controlCharactersCantPlayWithTheTerminal() {
    assertThat(Text.oneLine("a\u001b[2Jb\nc")).isEqualTo("a [2Jb c");
  }

  @Test
  void cutTextEndsWithAnEllipsis() {
    assertThat(Text.cut("warrener", 8)).isEqualTo("warrener");
    assertThat(Text.cut("warrener", 5)).isEqualTo("warr…");
    assertThat(Text.cut("warrener", 1)).isEqualTo("…");
  }

  @Test
  void coloursTakeNoColumnWhenCut() {
    assertThat(Text.cutPainted("\u001b[31mred\u001b[0m and more", 6))
        .isEqualTo("\u001b[31mred\u001b[0m a…");
    assertThat(Text.cutPainted("\u001b[31mexact\u001b[0m", 5))
        .isEqualTo("\u001b[31mexact\u001b[0m");
    assertThat(Text.cutPainted("\u001b[31mlonger\u001b[0m", 5))
        .as("the colour ends although its text is cut")
        .isEqualTo("\u001b[31mlong…\u001b[0m");
  }

  @Test
  void beginningsDontTearCharacters() {
    assertThat(Text.beginning("a😀b", 2)).isEqualTo("a😀");
    assertThat(Text.beginning("a😀b", 9)).isEqualTo("a😀b");
  }
}
