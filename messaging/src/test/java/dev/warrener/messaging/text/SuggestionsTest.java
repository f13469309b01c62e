package dev.warrener.messaging.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
  @ParameterizedTest
  @CsvSource({
    "email, email, 0",
    "emial, email, 1",
    "mail, email, 1",
    "kitten, sitting, 3",
    "'', abc, 3",
  })
  void distanceCountsLettersToChange(String one, String other, int distance) {
    assertThat(Suggestions.distance(one, other)).isEqualTo(distance);
    assertThat(Suggestions.distance(other, one)).isEqualTo(distance);
  }

  @Test
  void onlyNamesThatLookAlikeAreSuggested() {
    var names = List.of("email", "mail", "thumbnails");

    assertThat(Suggestions.didYouMean("emial", names)).isEqualTo("; did you mean email?");
    assertThat(Suggestions.didYouMean("reports", names)).isEmpty();
  }
}
