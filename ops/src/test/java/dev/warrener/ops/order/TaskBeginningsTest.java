package dev.warrener.ops.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Presence.WorkerPresence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.operator.connection.FleetConnection.Sent;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Failures;
import dev.warrener.ops.invocation.Interruption;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaskBeginningsTest {
  private static final String ONE = "0193586f-9f60-7000-8000-000000000001";
  private static final String OTHER = "0193586f-9f60-7000-8000-000000000002";
  private static final String THIRD = "0193586f-a000-7000-8000-000000000003";

  private final ScriptedConnection line = new ScriptedConnection().answering(this::answer);
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> running = new ArrayList<>(List.of(ONE, OTHER, THIRD, "t10"));

  @Test
  void beginningOfOneRunningTaskMeansThatTaskAndTheCommandSaysSo() throws InterruptedException {
    assertThat(completed("0193586f-a")).isEqualTo(THIRD);

    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("--task 0193586f-a is " + THIRD + "\n");
  }

  @Test
  void beginningOfSeveralIsRefusedAndTheyAreListed() {
    assertFails(
        "0193586f-9",
        ExitStatus.UNKNOWN_TARGET,
        "2 running tasks begin with 0193586f-9: give more of the id (" + ONE + ", " + OTHER + ")");
  }

  @Test
  void beginningOfNoneIsRefusedBecauseWhatWaitsCantBeLookedAt() {
    assertFails(
        "0193586f-b",
        ExitStatus.UNKNOWN_TARGET,
        "no running task begins with 0193586f-b: a task that waits has to be named by its whole"
            + " id");
  }

  @Test
  void beginningIsRefusedWhereAControllerThatHasNotAnsweredMayRunAnotherSuchTask() {
    line.counting(2);

    assertFails(
        "0193586f-a",
        ExitStatus.NO_ANSWER,
        "1 controller has not answered and may run another task that begins with 0193586f-a: give"
            + " the whole id, such as "
            + THIRD);
  }

  @Test
  void idThatSomebodyHasMadeIsNotMeantByAnothersBeginning() throws InterruptedException {
    running.add("20260101-9f60-4000-8000-000000000001");

    assertThat(completed("20260101")).isEqualTo("20260101");
  }

  @Test
  void idsThatSomebodyHasChosenAreTakenWholeAndNobodyIsAsked() throws InterruptedException {
    assertThat(completed("t1")).isEqualTo("t1");
    assertThat(completed(ONE)).isEqualTo(ONE);
    assertThat(line.sent()).isEmpty();

    running.add("20261128-1");
    assertThat(completed("20261128")).isEqualTo("20261128");
  }

  @Test
  void brokerThatBlocksPublishersIsNoReasonToGuess() {
    line.sending(new Sent.Blocked("low on memory"));

    assertFails(
        "0193586f-a",
        ExitStatus.UNAVAILABLE,
        "the broker blocks publishers (low on memory): nothing was sent; so no controller can be"
            + " asked which tasks run: give whole ids");
  }

  private String completed(String given) throws InterruptedException {
    var stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    var screen =
        new Screen(
            stream, stream, Style.PLAIN, Style.PLAIN, false, false, false, OutputFormat.TABLE);
    var context =
        new CommandContext(
            screen, Optional.empty(), line, sentence -> new Interruption(stream, sentence));
    var scope =
        new Scope(
            false, List.of(), List.of(), List.of(), List.of(new TaskTarget(given, 2)), List.of());
    var completed =
        new TaskBeginnings(scope, OrderFactory.rollCall("ana", line.instant()))
            .completed(line, context);
    assertThat(completed.tasks()).extracting(TaskTarget::attempt).containsExactly(2);
    return completed.tasks().getFirst().id();
  }

  private void assertFails(String given, ExitStatus status, String sentence) {
    assertThatThrownBy(() -> completed(given))
        .hasMessage(sentence)
        .satisfies(failure -> assertThat(Failures.status(failure)).isEqualTo(status));
  }

  private List<Report> answer(Order order) {
    var workers = new ArrayList<WorkerPresence>();
    for (var task : running) {
      workers.add(
          WorkerPresence.builder(workers.size() + 1, "mail")
              .state(WorkerState.BUSY)
              .task(task)
              .attempt(1)
              .since(line.instant())
              .build());
    }
    var presence =
        Presence.builder("web-1", "host")
            .pid(1)
            .software("0.1.0")
            .at(line.instant())
            .workers(workers)
            .containment("cgroup")
            .build();
    return List.of(
        new Report.Header(order.id(), "web-1", "host", line.instant(), 1)
            .heard(new Report.Expected(0, 0, 0, 0, null), List.of(), presence),
        new Report.Header(order.id(), "web-1", "host", line.instant(), 2)
            .done(ControllerState.RUNNING)
            .build());
  }
}
