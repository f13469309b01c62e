package dev.warrener.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  @Test
  void linesAreNumberedFromOneAndEndAnyWay() throws Exception {
    assertThat(read("a\nb\r\n\n c", 100)).containsExactly("1:a", "2:b", "3:", "4: c");
    assertThat(read("a\n", 100)).containsExactly("1:a");
    assertThat(read("\n", 100)).containsExactly("1:");
    assertThat(read("", 100)).isEmpty();
  }

  @Test
  void aByteOrderMarkIsPassedOver() throws Exception {
    assertThat(read("\uFEFF{}\n\uFEFF", 100)).containsExactly("1:{}", "2:\uFEFF");
  }

  @Test
  void aLineThatIsTooLongIsNamedAndTheNextOneRead() throws Exception {
    assertThat(read("abc\n" + "x".repeat(200_000) + "\nabc\nabcd", 3))
        .containsExactly(
            "1:abc", "2!it is longer than 3 bytes", "3:abc", "4!it is longer than 3 bytes");
  }

  @Test
  void whatIsNoUtf8IsNamed() throws Exception {
    byte[] bytes = {'a', '\n', (byte) 0xC3, '\n', 'b'};

    assertThat(read(new ByteArrayInputStream(bytes), 100))
        .containsExactly("1:a", "2!it is not valid UTF-8", "3:b");
  }

  @Test
  void howTheBytesArriveDoesNotMatter() throws Exception {
    long seed = System.nanoTime();
    var random = RandomGeneratorFactory.getDefault().create(seed);
    for (int round = 0; round < 200; round++) {
      var expected = new ArrayList<String>();
      var text = new StringBuilder();
      for (int line = 1; line <= random.nextInt(1, 20); line++) {
        var content = "ü".repeat(random.nextInt(0, 50));
        text.append(content).append(random.nextBoolean() ? "\n" : "\r\n");
        expected.add(line + ":" + content);
      }
      var bytes = new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8));
      var dribbling =
          new InputStream() {
            @Override
            public int read() {
              return bytes.read();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
              return bytes.read(buffer, offset, Math.min(length, random.nextInt(1, 8)));
            }
          };

      assertThat(read(dribbling, 100)).describedAs("seed %d", seed).isEqualTo(expected);
    }
  }

  private static List<String> read(String text, int maxBytes) throws IOException {
    return read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), maxBytes);
  }

  private static List<String> read(InputStream in, int maxBytes) throws IOException {
    var reader = new LineReader(in, maxBytes);
    var lines = new ArrayList<String>();
    for (var line = reader.next(); line != null; line = reader.next()) {
      lines.add(
          line.text() == null
              ? line.number() + "!" + line.problem()
              : line.number() + ":" + line.text());
    }
    return lines;
  }
}
