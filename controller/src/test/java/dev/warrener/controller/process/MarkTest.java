package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MarkTest {
  private static final String BEFORE =
      """
      Limit                     Soft Limit           Hard Limit           Units
      Max locked memory         8388608              8388608              bytes
      """;

  @Test
  void aProcessThatIsGoneHasNoMarkAndIsNoStrangerEither() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();

    assertThat(Mark.read(process.pid())).isEqualTo(Mark.GONE);
    assertThat(Mark.runNumber(Mark.GONE)).isZero();
  }

  @Test
  void itIsTheRunAndNineDigitsOfTheWorker() {
    var run = new ControllerRun("web-1", 2_147_483_647, 1, 2, 3);

    assertThat(Mark.of(run, 12)).isEqualTo(2_147_483_647_000_000_012L);
    assertThat(Mark.runNumber(Mark.of(run, 12))).isEqualTo(2_147_483_647);
  }

  @Test
  void aRunHasAnEnd() {
    ControllerRun run = ControllerRun.begin("web-1");

    assertThatThrownBy(() -> Mark.of(run, 1_000_000_000)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void itIsReadFromTheKernelsFile() {
    assertThat(parse("Max file locks            7000000001           unlimited            locks\n"))
        .isEqualTo(7_000_000_001L);
    assertThat(parse("Max file locks            unlimited            unlimited            locks\n"))
        .isZero();
    assertThat(parse("")).isZero();
  }

  @Test
  void hardLimitIsReadFromTheSecondColumn() {
    assertThat(hard("Max file locks            7000000001           7000000001           locks\n"))
        .isEqualTo(7_000_000_001L);
    assertThat(hard("Max file locks            7                    unlimited            locks\n"))
        .isEqualTo(Mark.UNLIMITED);
    assertThat(hard("")).isEqualTo(Mark.UNLIMITED);
  }

  private static long hard(String line) {
    return Mark.parseHard((BEFORE + line).getBytes(StandardCharsets.US_ASCII));
  }

  private static long parse(String line) {
    return Mark.parse((BEFORE + line).getBytes(StandardCharsets.US_ASCII));
  }
}
