package dev.warrener.controller.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.json.ContractJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void choose() {
    file = folder.resolve("audit.jsonl");
  }

  @Test
  void chainGoesOnOverRestarts() throws IOException {
    write("one", "two");
    write("three");

    var account = AuditChain.verify(file, null);

    assertThat(account.problems()).isEmpty();
    assertThat(account.lines()).isEqualTo(3);
    assertThat(account.head().orElseThrow().seq()).isEqualTo(3);
    assertThat(
            ContractJson.tree(Files.readAllLines(file).getFirst().getBytes(UTF_8))
                .at("/prev")
                .asString())
        .isEqualTo("0".repeat(64));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
  }

  /** An entry that Jackson can't write. */
  private record Broken(String word) {
    @Override
    public String word() {
      throw new IllegalStateException("a bug, made by the test");
    }
  }

  @Test
  void entryThatCanNotBeWrittenIsCountedAsLostAndTheOthersAreWritten() throws IOException {
    try (var log = AuditLog.open(file)) {
      log.append(Map.of("at", "now", "type", "test", "word", "one"));
      log.append(new Broken("two"));
      log.append(Map.of("at", "now", "type", "test", "word", "three"));
    }

    assertThat(AuditChain.verify(file, null).problems()).isEmpty();
    assertThat(Files.readAllLines(file))
        .hasSize(3)
        .satisfiesExactly(
            line -> assertThat(line).contains("one"),
            line -> assertThat(line).contains("\"type\":\"log.lost\"", "\"lines\":1"),
            line -> assertThat(line).contains("three"));
  }

  @Test
  void fileThatWasRemovedIsAProblemThoughItCanStillBeWritten() throws IOException {
    try (var log = AuditLog.open(file)) {
      log.append(Map.of("word", "one"));
      await().until(() -> Files.size(file) > 0);
      assertThat(log.problem()).isNull();

      Files.delete(file);
      log.append(Map.of("word", "two"));

      await()
          .untilAsserted(() ->
              assertThat(log.problem())
                  .contains("was removed or replaced", "restart the controller"));
    }
  }

  @Test
  void changedLineIsFoundByTheNextOne() throws IOException {
    write("one", "two", "three");
    edit(lines -> {
      lines.set(1, lines.get(1).replace("two", "TWO"));
      return lines;
    });

    assertThat(AuditChain.verify(file, null).problems())
        .extracting(AuditChain.Problem::line)
        .containsExactly(3L);
  }

  @Test
  void lineTakenOutIsFound() throws IOException {
    write("one", "two", "three");
    edit(lines -> {
      lines.remove(1);
      return lines;
    });

    assertThat(AuditChain.verify(file, null).problems())
        .extracting(AuditChain.Problem::what)
        .containsExactly(
            "it does not follow the line before it: that one was changed, or lines between them are"
                + " gone");
  }

  @Test
  void beginningThatIsGoneIsFound() throws IOException {
    write("one", "two", "three");
    edit(lines -> {
      lines.removeFirst();
      return lines;
    });

    assertThat(AuditChain.verify(file, null).problems())
        .extracting(AuditChain.Problem::what)
        .containsExactly("the log begins with line 2: those before are gone");
  }

  @Test
  void endThatIsGoneIsFoundByAMarkAlone() throws IOException {
    write("one", "two", "three");
    var mark = AuditChain.verify(file, null).head().orElseThrow();
    edit(lines -> {
      lines.removeLast();
      return lines;
    });

    assertThat(AuditChain.verify(file, null).holds()).isTrue();
    assertThat(AuditChain.verify(file, mark).problems())
        .extracting(AuditChain.Problem::what)
        .containsExactly("line 3 is gone: the end of the log was cut off");
    assertThat(AuditChain.Mark.of(mark.toString())).isEqualTo(mark);
  }

  @Test
  void lineThatACrashCutShortBreaksNothingAndIsSaid() throws IOException {
    write("one", "two");
    Files.writeString(file, "{\"seq\":3,\"pr", StandardOpenOption.APPEND);
    assertThat(AuditChain.verify(file, null).notes())
        .containsExactly(
            "the last line is not whole (12 bytes): it is being written, or a crash cut it short");

    write("three");

    var account = AuditChain.verify(file, null);
    assertThat(account.problems()).isEmpty();
    assertThat(account.notes()).containsExactly("line 3 was cut short by a crash: 12 bytes");
    assertThat(Files.readAllLines(file).getLast()).contains("three");
  }

  @Test
  void lineThatIsNoneAndNoCrashIsFound() throws IOException {
    write("one");
    Files.writeString(file, "something else\n", StandardOpenOption.APPEND);
    write("two");

    assertThat(AuditChain.verify(file, null).problems())
        .contains(new AuditChain.Problem(2, "it is no line of an audit log (14 bytes)"));
  }

  @Test
  void longLastLineIsFoundAgain() throws IOException {
    write("x".repeat(300_000));
    write("after");

    assertThat(AuditChain.verify(file, null).problems()).isEmpty();
  }

  @Test
  void secondWriterIsRefused() {
    try (var first = AuditLog.open(file)) {
      first.append(entry("one"));

      assertThatThrownBy(() -> AuditLog.open(file))
          .isInstanceOf(AuditException.class)
          .hasMessageContaining("another process writes it");
    }
  }

  private void write(String... words) {
    try (var log = AuditLog.open(file)) {
      for (var word : words) {
        log.append(entry(word));
      }
    }
  }

  private static Map<String, Object> entry(String word) {
    return Map.of("at", Instant.EPOCH, "type", "word", "word", word);
  }

  private void edit(UnaryOperator<List<String>> change) throws IOException {
    Files.write(file, change.apply(new ArrayList<>(Files.readAllLines(file))));
  }
}
