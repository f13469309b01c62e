package dev.warrener.messaging.broker.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class NoHeartbeatsTest {
  private static final String START_OK = "01000000000008000a000b01020304ce";
  private static final String TUNE_OK = "0100000000000c000a001f07ff00020000";
  private static final String OPEN = "01000000000008000a0028012f0000ce";

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @Test
  void answerToTheBrokersProposalAsksForNoHeartbeatsAndAllElseIsLeftAsItIs() throws IOException {
    try (var out = new NoHeartbeats(written)) {
      write(out, START_OK);
      write(out, TUNE_OK + "000ace" + OPEN);
      // The same bytes in a message are no answer.
      write(out, TUNE_OK + "000ace");
    }

    assertThat(HexFormat.of().formatHex(written.toByteArray()))
        .isEqualTo(START_OK + TUNE_OK + "0000ce" + OPEN + TUNE_OK + "000ace");
  }

  private static void write(NoHeartbeats out, String hex) throws IOException {
    var bytes = HexFormat.of().parseHex("ff" + hex);
    out.write(bytes, 1, bytes.length - 1);
  }
}
