package dev.warrener.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class KillTimesTest {
  private static final long MILLI = 1_000_000;
  private static final int MANY = 5 * KillTimes.ENOUGH;

  private final KillTimes times = new KillTimes();
  private int kills;

  @Test
  void killsUnderAttackThatTakeAsLongAsOthersAreRight() {
    add(MANY, "", 100);
    add(MANY, "Flood", 190);

    assertThat(times.violations()).isEmpty();
  }

  @Test
  void oneKillThatTakesLongerThanTwiceTheLongestUsualOneIsWrong() {
    add(MANY, "", 100);
    add(1, "Flood", 201);

    assertThat(times.violations())
        .singleElement()
        .asString()
        .contains("a kill under Flood took 201 ms");
  }

  @Test
  void halfOfTheKillsMayNotTakeTwiceAsLongThoughOneUsualKillTookVeryLong() {
    add(MANY, "", 100);
    add(1, "", 3_000);
    add(MANY, "Flood", 210);

    assertThat(times.violations()).hasSize(2).first().asString().startsWith("50 % of the kills");
  }

  @Test
  void aFifthOfTheKillsMayNotTakeTwiceAsLongThoughOneUsualKillTookVeryLong() {
    add(MANY, "", 100);
    add(1, "", 3_000);
    add(MANY, "Flood", 100);
    add(MANY / 4, "Flood", 210);

    assertThat(times.violations())
        .singleElement()
        .asString()
        .startsWith("10 % of the kills under attack took more than twice as long as 90 %");
  }

  private void add(int count, String attack, long millis) {
    for (int i = 0; i < count; i++) {
      var order = "order-" + kills++;
      times.given(order, true, attack, Set.of());
      times.arrived(order, 0);
      times.died(order, "c1", millis * MILLI);
    }
  }
}
