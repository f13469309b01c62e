package dev.warrener.ops.invocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShortIdsTest {
  private static final String ONE = "0193586f-9f60-7000-8000-000000000001";
  private static final String OTHER = "0193586f-9f60-7000-8000-000000000002";
  private static final String THIRD = "0193586f-a000-7000-8000-000000000003";

  @Test
  void onlyIdThatBeginsLikeThisIsMeant() {
    assertThat(ShortIds.find("0193586f-a", List.of(ONE, OTHER, THIRD), "tasks")).isEqualTo(THIRD);
    assertThat(ShortIds.find("0193586f-b", List.of(ONE, OTHER, THIRD), "tasks")).isNull();
  }

  @Test
  void idThatIsGivenWholeIsMeantThoughOthersBeginWithIt() {
    assertThat(ShortIds.find("t1", List.of("t1", "t10", "t11"), "tasks")).isEqualTo("t1");
  }

  @Test
  void severalAreRefusedAndListed() {
    assertThatThrownBy(() -> ShortIds.find("0193586f-9", List.of(ONE, OTHER, THIRD), "tasks"))
        .hasMessage(
            "2 tasks begin with 0193586f-9: give more of the id (" + ONE + ", " + OTHER + ")");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0193586f-", "0193586f-9f60-7", "0193586f-9f60-7000-8000-0000"})
  void beginningOfAnIdOfOursIsNotTakenForAWholeId(String given) {
    assertThat(ShortIds.isSurelyCut(given)).isTrue();
    assertThat(ShortIds.begins(given, ONE)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"t1", "20261128", "20261128-1", "20261128-1200-1", "0193586f", ONE})
  void idThatSomebodyMayHaveChosenIsTakenWhole(String given) {
    assertThat(ShortIds.isSurelyCut(given)).isFalse();
  }

  @Test
  void chosenIdIsNoBeginningOfAnotherChosenOne() {
    assertThat(ShortIds.begins("t1", "t10")).isFalse();
    assertThat(ShortIds.begins("20261128", "20261128-1")).isFalse();
  }
}
