package dev.warrener.worker.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import dev.warrener.worker.json.Json;
import dev.warrener.worker.json.JsonFormatException;
import dev.warrener.worker.testing.TestTaskContext;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BuiltInHandlersTest {
  static final List<String> NAMES = BuiltInHandlers.NAMES;

  private final TestTaskContext context = new TestTaskContext("7");

  @ParameterizedTest
  @FieldSource("NAMES")
  void handlerCallsItselfByItsName(String name) {
    assertThat(BuiltInHandlers.make(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sleep          | []                        | the input must be a JSON object
          sleep          | {                         | the input must be a JSON object: this is no JSON: it ends too early, at character 2
          sleep          | {}                        | the input has no field 'seconds'
          sleep          | {"seconds":1}             | the input has no field 'steps'
          sleep          | {"seconds":-1,"steps":1}  | the field 'seconds' must be a number of seconds from 0 to 1000000000, not -1
          sleep          | {"seconds":"1","steps":1} | the field 'seconds' must be a number of seconds from 0 to 1000000000, not "1"
          sleep          | {"seconds":1e999999999,"steps":1} | the field 'seconds' must be a number of seconds from 0 to 1000000000, not 1e999999999
          sleep          | {"seconds":0e999999999,"steps":1} | the field 'seconds' must be a number of seconds from 0 to 1000000000, not 0e999999999
          sleep          | {"seconds":1e-999999999,"steps":1} | the field 'seconds' must be a number of seconds from 0 to 1000000000, not 1e-999999999
          sleep          | {"seconds":1,"steps":0}   | the field 'steps' must be a whole number from 1 to 1000000, not 0
          sleep          | {"seconds":1,"steps":1.5} | the field 'steps' must be a whole number from 1 to 1000000, not 1.5
          sleep          | {"seconds":1,"steps":null} | the field 'steps' must be a whole number from 1 to 1000000, not null
          journal        | {"seconds":1}             | the input has no field 'file'
          journal        | {"file":[],"seconds":1}   | the field 'file' must be a text, not an array
          spin           | {}                        | the input has no field 'seconds'
          fail           | {}                        | the input has no field 'message'
          fail           | {"message":"x","times":-1} | the field 'times' must be a whole number from 0 to 2147483647, not -1
          crash          | {}                        | the input must have one of the fields 'signal' and 'exit'
          crash          | {"signal":9,"exit":3}     | the input must have one of the fields 'signal' and 'exit'
          crash          | {"signal":65}             | the field 'signal' must be a whole number from 1 to 64, not 65
          crash          | {"exit":true}             | the field 'exit' must be a whole number from 0 to 255, not true
          allocate       | {"megabytes":0}           | the field 'megabytes' must be a whole number from 1 to 1000000, not 0
          spawn-children | {"count":1,"seconds":1}   | the input has no field 'how'
          spawn-children | {"count":1,"seconds":1,"how":"fork"} | the field 'how' must be child, setsid, daemon or daemon-clean-env, not fork
          """)
  void wrongInputIsAFailureThatSaysSo(String handler, String input, String sentence) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> handle(handler, input))
        .withMessage(sentence);
  }

  @Test
  void echoReturnsWhatItIsGiven() throws Exception {
    byte[] input = {0, -1, 7};
    TaskResult result =
        BuiltInHandlers.make("echo").handle(context.withContentType("image/png"), input);

    assertThat(result.bytes()).isEqualTo(input);
    assertThat(result.contentType()).contains("image/png");
  }

  @Test
  void sleepSaysThatItRunsAndThatItIsDone() throws Exception {
    List<String> lines = printedBy("sleep", "{\"seconds\":0.02,\"steps\":2}");

    assertThat(lines).containsExactly("Task 7 running", "Task 7 Done");
    assertThat(context.reportedProgress()).containsExactly("1/2", "2/2");
  }

  @Test
  void cancelledSleepEndsBeforeItIsDone() {
    context.cancel("enough");

    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(() -> handle("sleep", "{\"seconds\":1000,\"steps\":10}"))
        .withMessage("cancelled: enough");
  }

  @Test
  void interruptionWithoutACancellationIsNoReasonToSleepForLess() throws Exception {
    long start = System.nanoTime();
    Thread.currentThread().interrupt();
    handle("sleep", "{\"seconds\":0.05,\"steps\":1}");

    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000);
  }

  @Test
  void journalAppendsALineAtTheStartAndOneAtTheEnd(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("journal");
    Files.writeString(file, "before\n");
    context.withAttempt(3);

    // Heeds neither of the two.
    context.cancel("enough");
    Thread.currentThread().interrupt();
    handle("journal", "{\"file\":" + Json.quote(file.toString()) + ",\"seconds\":0.01}");

    String self = " 7 3 " + ProcessHandle.current().pid() + " \\d+";
    assertThat(Files.readAllLines(file))
        .hasSize(3)
        .satisfies(lines -> assertThat(lines.get(1)).matches("start" + self))
        .satisfies(lines -> assertThat(lines.get(2)).matches("end" + self));
  }

  @Test
  void journalWritesNoLineThatAnIdHasMade(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("journal");
    var hostile = new TestTaskContext("x\nend y 1 1 1\u2028\u00e9-");

    var input = "{\"file\":" + Json.quote(file.toString()) + ",\"seconds\":0.01}";
    BuiltInHandlers.make("journal").handle(hostile, input.getBytes(StandardCharsets.UTF_8));

    assertThat(Files.readAllLines(file))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line.split(" ", -1)).hasSize(5))
        .first()
        .asString()
        .startsWith("start x\\u000aend\\u0020y\\u00201\\u00201\\u00201\\u2028\\u00e9- ");
  }

  @Test
  void failThrowsOnItsFirstAttemptsOnly() throws Exception {
    String twice = "{\"message\":\"boo\",\"times\":2}";
    context.withAttempt(2);
    assertThatIllegalStateException().isThrownBy(() -> handle("fail", twice)).withMessage("boo");

    context.withAttempt(3);
    assertThat(handle("fail", twice)).isSameAs(TaskResult.none());
  }

  @Test
  void failThrowsAlwaysUnlessToldOtherwise() {
    context.withAttempt(1_000);

    assertThatIllegalStateException().isThrownBy(() -> handle("fail", "{\"message\":\"boo\"}"));
  }

  @Test
  void spinReturnsAfterItsTime() throws Exception {
    assertThat(handle("spin", "{\"seconds\":0}").contentType()).contains(TaskResult.JSON);
  }

  @Test
  void allocateKeepsWhatItTook() throws Exception {
    TaskHandler handler = BuiltInHandlers.make("allocate");

    handler.handle(context, utf8("{\"megabytes\":1}"));
    assertThat(text(handler.handle(context, utf8("{\"megabytes\":2}"))))
        .isEqualTo("{\"keptMegabytes\":3}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"child", "setsid", "daemon", "daemon-clean-env"})
  void spawnedChildrenLiveOnAndAreOfTheirKind(String how) throws Exception {
    String result =
        text(handle("spawn-children", "{\"count\":2,\"seconds\":60,\"how\":\"" + how + "\"}"));
    List<ProcessHandle> children = processesIn(result);
    try {
      assertThat(children).hasSize(2).allMatch(ProcessHandle::isAlive);
      for (ProcessHandle child : children) {
        List<String> stat = statOf(child.pid());
        boolean ours = Long.parseLong(stat.get(1)) == ProcessHandle.current().pid();
        boolean sessionOfItsOwn = Long.parseLong(stat.get(3)) == child.pid();
        boolean marked = environmentOf(child.pid()).contains("PATH=");

        assertThat(ours).isEqualTo(how.equals("child") || how.equals("setsid"));
        assertThat(sessionOfItsOwn).isEqualTo(how.equals("setsid"));
        assertThat(sessionOf(child.pid()) == sessionOf(ProcessHandle.current().pid()))
            .isEqualTo(how.equals("child"));
        assertThat(marked).isEqualTo(!how.equals("daemon-clean-env"));
      }
    } finally {
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private static List<ProcessHandle> processesIn(String result) throws JsonFormatException {
    Json.parse(utf8(result));
    String pids = result.substring(result.indexOf('[') + 1, result.indexOf(']'));
    return List.of(pids.split(",", -1)).stream()
        .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
        .toList();
  }

  private static long sessionOf(long pid) throws Exception {
    return Long.parseLong(statOf(pid).get(3));
  }

  /** State, parent, group, session and so on: what follows the name in the kernel's stat. */
  private static List<String> statOf(long pid) throws Exception {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
  }

  private static String environmentOf(long pid) throws Exception {
    return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
  }

  private List<String> printedBy(String handler, String input) throws Exception {
    PrintStream before = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      handle(handler, input);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private TaskResult handle(String handler, String input) throws Exception {
    return BuiltInHandlers.make(handler).handle(context, utf8(input));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(TaskResult result) {
    return new String(result.bytes(), StandardCharsets.UTF_8);
  }
}
