package dev.warrener.bench.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StampsTest {
  @TempDir private Path folder;

  @Test
  void inputHasTheSizeAskedForAndItsAnswerSaysBothTimes() throws IOException {
    var file = folder.resolve("stamps");
    var input = Stamps.input(1_000_000, file, 200);
    assertThat(input).hasSize(200);
    Stamps.write(3_500_000, input);
    Stamps.write(4_000_000, Stamps.input(2_000_000, file, 0));
    assertThat(Stamps.read(file)).extracting(Stamps.Stamp::millis).containsExactly(2.5, 2.0);
  }

  @Test
  void fileThatNobodyWroteHasNoStamps() throws IOException {
    assertThat(Stamps.read(folder.resolve("none"))).isEmpty();
  }
}
