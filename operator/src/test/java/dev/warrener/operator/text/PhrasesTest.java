package dev.warrener.operator.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhrasesTest {
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
    assertThat(Phrases.brief(duration)).isEqualTo(expected);
  }

  @Test
  void agesOfNothingAreJustNow() {
    var now = Instant.parse("2026-11-23T03:12:07Z");

    assertThat(Phrases.ago(now.minusMillis(40), now)).isEqualTo("just now");
    assertThat(Phrases.ago(now.plusSeconds(3), now)).as("a clock ahead").isEqualTo("just now");
    assertThat(Phrases.ago(now.minusSeconds(134), now)).isEqualTo("2m14s ago");
  }

  @Test
  void nounsAgreeWithTheirNumber() {
    assertThat(Phrases.count(1, "worker")).isEqualTo("1 worker");
    assertThat(Phrases.count(0, "worker")).isEqualTo("0 workers");
    assertThat(Phrases.count(2, "process", "processes")).isEqualTo("2 processes");
    assertThat(Phrases.count(18_204, "task")).isEqualTo("18 204 tasks");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "9999, 9999", "10000, 10 000", "-18204, -18 204", "1234567, 1 234 567"})
  void thousandsStandApart(long number, String expected) {
    assertThat(Phrases.grouped(number)).isEqualTo(expected);
  }
}
