package dev.warrener.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameReader;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds the page that workers in other languages are written from against the code. */
final class ProtocolDocumentTest {
  private static final Path PAGE = Path.of("..", "docs", "worker-protocol.md");

  @ParameterizedTest
  @EnumSource
  void frameTypeStandsInTheDocumentWithItsCode(FrameType type) throws IOException {
    assertThat(page()).contains("\n| " + type.code() + " `" + type + "` |");
  }

  @Test
  void everyHeaderKeyAndErrorTypeStandsInTheDocument() throws Exception {
    assertThat(constantsOf(HeaderKey.class))
        .hasSizeGreaterThan(20)
        .allSatisfy(key ->
            assertThat(page())
                .contains(key.equals(HeaderKey.PASSED_PREFIX) ? "`header.NAME`" : "`" + key + "`"));
    assertThat(constantsOf(ErrorType.class))
        .hasSizeGreaterThan(4)
        .allSatisfy(type -> assertThat(page()).contains("`" + type + "`"));
  }

  @Test
  void exampleInTheDocumentIsAFrame() throws IOException {
    String page = page();
    String example = page.substring(page.indexOf("\n00 00 00 1c "));
    var digits = new StringBuilder();
    for (String line : example.substring(0, example.indexOf("```")).strip().split("\n", -1)) {
      digits.append(line.substring(0, line.indexOf("   ")).strip()).append(' ');
    }
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(digits.toString().strip());

    assertThat(new FrameReader(new ByteArrayInputStream(bytes)).read())
        .isEqualTo(
            Frame.builder(FrameType.STARTED)
                .field(HeaderKey.TASK, "7")
                .field(HeaderKey.ATTEMPT, 1)
                .build());
  }

  private static String page() throws IOException {
    return Files.readString(PAGE);
  }

  private static List<String> constantsOf(Class<?> type) throws IllegalAccessException {
    List<String> constants = new ArrayList<>();
    for (Field field : type.getFields()) {
      constants.add((String) field.get(null));
    }
    return constants;
  }
}
