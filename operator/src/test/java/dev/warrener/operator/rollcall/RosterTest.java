package dev.warrener.operator.rollcall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.report.Presence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an order is issued, and which process it means, by what controllers have answered. */
class RosterTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  private final Roster roster = Roster.empty();

  @Test
  void whoHasAskedNobodyGoesByTheOwnClock() {
    assertThat(roster.timeOfIssue(NOW)).isEqualTo(NOW);
  }

  @ParameterizedTest
  @ValueSource(longs = {-86_400, -3600, -300, -3, 3, 300, 3600, 86_400})
  void clockThatMostControllersDisagreeWithDoesNotDecide(long secondsBehind) {
    answer("web-1", secondsBehind, null);
    answer("web-2", secondsBehind, null);
    answer("web-3", 0, null);

    assertThat(roster.timeOfIssue(NOW.plusSeconds(60)))
        .isEqualTo(NOW.plusSeconds(60 + secondsBehind));
  }

  @Test
  void clockThatIsAsGoodAsTheControllersIsKept() {
    answer("web-1", 1, null);
    answer("web-2", -1, null);

    assertThat(roster.timeOfIssue(NOW)).isEqualTo(NOW);
  }

  @ParameterizedTest
  @ValueSource(longs = {-86_400, -300, 300, 86_400})
  void whereHalfOfTheControllersDisagreeTheOwnClockDecides(long secondsAhead) {
    answer("web-1", 0, null);
    answer("web-2", secondsAhead, null);

    assertThat(roster.timeOfIssue(NOW)).isEqualTo(NOW);
  }

  @Test
  void orderIsIssuedAfterThoseThatAreInForce() {
    answer("web-1", 0, NOW.minusSeconds(100));
    answer("web-2", 0, NOW.plusSeconds(30));

    assertThat(roster.timeOfIssue(NOW)).isEqualTo(NOW.plusSeconds(30).plusMillis(1));
  }

  @Test
  void orderIsIssuedAfterThoseThatAreInForceThoughThisClockIsBehind() {
    answer("web-1", 300, NOW.plusSeconds(310));

    assertThat(roster.timeOfIssue(NOW)).isEqualTo(NOW.plusSeconds(310).plusMillis(1));
  }

  @Test
  void whatAnotherControllerWouldNotTakeIsNotOutranked() {
    answer("web-1", 0, NOW.plus(Duration.ofDays(9999)));
    answer("web-2", 0, null);

    assertThat(roster.timeOfIssue(NOW)).isEqualTo(NOW);
  }

  /** Their clocks were ahead, and have been set back since. */
  @Test
  void whatIsInForceAtAllControllersIsOutrankedThoughItsTimeHasNotCome() {
    answer("web-1", 0, NOW.plusSeconds(3600));
    answer("web-2", 0, NOW.plusSeconds(3600));

    assertThat(roster.timeOfIssue(NOW)).isEqualTo(NOW.plusSeconds(3600).plusMillis(1));
  }

  @Test
  void workerWithoutAProcessIsFencedToTheLastOne() {
    roster.add(
        presence("web-1", NOW, null)
            .workers(
                List.of(
                    Presence.WorkerPresence.builder(1, "mail").incarnation(6).since(NOW).build()))
            .build(),
        NOW,
        null);

    assertThat(roster.incarnation("web-1/1")).isEqualTo(6L);
    assertThat(roster.incarnation("web-1/2")).isNull();
  }

  private void answer(String id, long secondsAhead, @Nullable Instant newestOrderAt) {
    roster.add(presence(id, NOW.plusSeconds(secondsAhead), newestOrderAt).build(), NOW, null);
  }

  private static Presence.Builder presence(String id, Instant at, @Nullable Instant newest) {
    return Presence.builder(id, "host")
        .software("test")
        .at(at)
        .containment("subreaper")
        .newestOrderAt(newest);
  }
}
