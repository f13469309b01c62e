package dev.warrener.controller.process.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RestOfLinesTest {
  private final List<Object> passedOn = new ArrayList<>();
  private final RestOfLines<Integer> lines =
      new RestOfLines<>(passedOn::add, count -> passedOn.add(count + " left out"));

  @Test
  void whatALivingWorkerWritesHasNoBound() {
    add(0, 5_000);

    assertThat(passedOn).hasSize(5_000);
  }

  @Test
  void ofADeadWorkerTheFirstAndTheLastArePassedOnAndTheOthersCounted() {
    add(0, 3_000);
    lines.begin();
    add(3_000, 65_536);
    lines.end();

    var expected = new ArrayList<Object>(IntStream.range(0, 5_000).boxed().toList());
    expected.add("60526 left out");
    IntStream.range(65_526, 65_536).forEach(expected::add);
    assertThat(passedOn).isEqualTo(expected);
  }

  @Test
  void restThatIsNotTooLongIsPassedOnWhole() {
    lines.begin();
    add(0, RestOfLines.FIRST + RestOfLines.LAST);
    lines.end();

    assertThat(passedOn).hasSize(RestOfLines.FIRST + RestOfLines.LAST).doesNotContain("1 left out");
  }

  private void add(int from, int to) {
    for (int i = from; i < to; i++) {
      lines.add(i);
    }
  }
}
