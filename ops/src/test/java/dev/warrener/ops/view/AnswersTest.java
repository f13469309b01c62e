package dev.warrener.ops.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.GlobalOptions;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.TerminalStreams;
import dev.warrener.ops.view.AnswersPage.Cell;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What commands that look at a fleet say where somebody does not answer. */
class AnswersTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  static Stream<Cell> cells() {
    return AnswersPage.cells().stream().filter(cell -> !cell.command().equals("doctor"));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void everyCellOfThePageIsSo(Cell cell) {
    var status = run(cell.command(), cell.situation(), OutputFormat.TABLE);

    assertThat(status.code()).as(printed()).isEqualTo(cell.status());
    boolean isSumLine = List.of("status", "top").contains(cell.command());
    if (cell.situation() == Situation.NOBODY_THERE && isSumLine) {
      assertThat(printed()).contains("0 live");
    } else if (cell.status() == 124) {
      assertThat(printed()).contains(cell.says());
    }
    if (cell.situation() == Situation.NOBODY_THERE && cell.command().endsWith(" list")) {
      assertThat(printed()).contains(cell.says());
    } else if (cell.status() == 124) {
      assertThat(printed())
          .as("nobody says 'none' where somebody was not asked")
          .doesNotContain("No worker.", "No task runs.", "No controller.", "served.");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ALL_SILENT", "ONE_SILENT", "ONE_UNKNOWN", "ALARM", "CLOCKS_APART"})
  void scriptsAreToldToo(Situation situation) {
    run("ps", situation, OutputFormat.JSON);

    assertThat(text(out)).startsWith("[");
    assertThat(text(err)).isNotEmpty();
  }

  @Test
  void statusSaysWhatTheBrokerCountsWhereNobodyAnswered() {
    run("status", Situation.ALL_SILENT, OutputFormat.TABLE);

    assertThat(text(out))
        .contains(
            "Controllers  none answered; the broker counts 3 that listen, 3 that run workers");
  }

  @Test
  void statusUnderAnAlarmDoesNotCountNobody() {
    run("status", Situation.ALARM, OutputFormat.TABLE);

    assertThat(text(out))
        .contains("Controllers  none can answer; the broker counts 1 that listens");
  }

  @Test
  void controllerOfABusyHostIsShownByItsPresence() {
    run("ps", Situation.BUSY_HOST, OutputFormat.NAME);

    assertThat(text(out)).isEqualTo("c1/1\nc2/1\n");
  }

  private ExitStatus run(String words, Situation situation, OutputFormat format) {
    var screen =
        new Screen(stream(out), stream(err), Style.PLAIN, Style.PLAIN, false, false, false, format);
    var snapshot = situation.snapshot();
    var invocation =
        new Invocation(
            new GlobalOptions(), stream(out), stream(err), TerminalStreams.NONE, Map.of());
    var command = words.replaceFirst(" (nosuch|c1|c2|mail)$", "");
    var arguments = words.substring(command.length()).strip();
    try {
      return switch (command) {
        case "status" -> list(snapshot, () -> StatusCommand.show(screen, snapshot));
        case "top" -> list(snapshot, () -> new TopCommand(invocation).show(screen, snapshot));
        case "ps" -> list(snapshot, () -> new PsCommand(invocation).show(screen, snapshot));
        case "task list" ->
            list(snapshot, () -> new TaskListCommand(invocation).show(screen, snapshot));
        case "batch list" -> list(snapshot, () -> BatchListCommand.show(screen, snapshot));
        case "queue list" -> list(snapshot, () -> QueueListCommand.show(screen, snapshot));
        case "controller list" ->
            list(snapshot, () -> ControllerListCommand.show(screen, snapshot));
        case "task show" ->
            parsed(new TaskShowCommand(invocation), arguments).show(screen, snapshot);
        case "batch show" ->
            parsed(new BatchShowCommand(invocation), arguments).show(screen, snapshot);
        case "controller show" ->
            parsed(new ControllerShowCommand(invocation), arguments).show(screen, snapshot);
        case "queue show" ->
            parsed(new QueueShowCommand(invocation), arguments).show(screen, null, snapshot);
        default -> throw new AssertionError("no command " + command);
      };
    } catch (CommandFailure e) {
      screen.insist(List.of(e.sentence()));
      return e.status();
    }
  }

  private static ExitStatus list(Snapshot snapshot, Runnable show) {
    show.run();
    return snapshot.status();
  }

  private static <C extends FleetCommand> C parsed(C command, String arguments) {
    new CommandLine(command).parseArgs(arguments);
    return command;
  }

  private String printed() {
    return text(out) + text(err);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
