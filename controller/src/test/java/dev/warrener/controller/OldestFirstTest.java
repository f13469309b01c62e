package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OldestFirstTest {
  private static final int MOST = 4;

  private final OldestFirst<String> oldestFirst = new OldestFirst<>();
  private final List<String> acknowledged = new ArrayList<>();

  @Test
  void deliveriesWithoutOlderOnesAreAcknowledgedTogether() {
    assertThat(round(List.of("1", "2"), "1", "2")).isEmpty();
    assertThat(acknowledged).containsExactly("1", "2");
    assertThat(oldestFirst.takeAll()).isEmpty();
  }

  @Test
  void deliveryBehindAnOlderOneIsAcknowledgedWithIt() {
    round(List.of("2"));
    assertThat(acknowledged).isEmpty();

    round(List.of("1"), "1", "2");

    assertThat(acknowledged).containsExactly("2", "1");
    assertThat(oldestFirst.takeAll()).isEmpty();
  }

  @Test
  void deliveryWaitsThreeRoundsAndIsThenAcknowledgedByItself() {
    for (int i = 0; i < OldestFirst.ROUNDS; i++) {
      assertThat(round(i == 0 ? List.of("2") : List.of())).isEmpty();
    }

    assertThat(round(List.of("3"))).containsExactly("2");

    assertThat(oldestFirst.takeAll()).containsExactly("3");
  }

  @Test
  void nothingWaitsBehindALongTask() {
    var many =
        IntStream.rangeClosed(0, OldestFirst.MOST_BATCHES * MOST).mapToObj(i -> "t" + i).toList();

    assertThat(round(many.subList(1, many.size()))).as("as many as may wait").isEmpty();

    assertThat(round(List.of("t0"))).containsExactlyInAnyOrderElementsOf(many);
  }

  @Test
  void failedAcknowledgementIsNotRepeated() {
    var lost = new IllegalStateException("the connection was lost");
    try {
      oldestFirst.round(
          List.of("1"),
          MOST,
          all -> {
            throw lost;
          });
    } catch (IllegalStateException e) {
      assertThat(e).isSameAs(lost);
    }

    assertThat(oldestFirst.takeAll()).isEmpty();
  }

  /** A round in which those deliveries have no older one before them. */
  private List<String> round(List<String> fresh, String... oldest) {
    return oldestFirst.round(
        fresh,
        MOST,
        all -> {
          var rest = new ArrayList<String>();
          for (var delivery : all) {
            (List.of(oldest).contains(delivery) ? acknowledged : rest).add(delivery);
          }
          return rest;
        });
  }
}
