package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.messaging.task.TaskHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Why a task failed stands in the log and in its dead letter; what orders did, in the log. */
class FailuresTest {
  private static final String STACK =
      """
      com.acme.MailException: can't send
      \tat com.acme.Mail.send(Mail.java:17)
      Caused by: java.net.ConnectException: refused
      \tat java.base/java.net.Socket.connect(Socket.java:1)
      """;
  private static final TaskError ERROR =
      new TaskError("com.acme.MailException", "can't send", STACK);

  private final DecidedFleet fleet = DecidedFleet.withWorker("work");

  @Test
  void eachFailedAttemptIsAWarningThatSaysWhatWasThrownAndWhatFollows() {
    run(task("a").maxAttempts(3).batch("night").build(), ERROR);

    assertThat(warning().message())
        .isEqualTo(
            "task a (work, queue mail, batch night), attempt 1 of 3, failed at worker web-1/1:"
                + " com.acme.MailException: can't send; it is tried again after 1 s");
    assertThat(warning().more()).containsExactlyElementsOf(STACK.lines().toList());
  }

  @Test
  void deadLetterCarriesTypeAndStack() {
    run(task("a").maxAttempts(1).build(), ERROR);

    assertThat(warning().message()).endsWith("; it becomes a dead letter (failed)");
    assertThat(dead().headers())
        .containsEntry(TaskHeaders.DEAD_DETAIL, "can't send")
        .containsEntry(TaskHeaders.DEAD_TYPE, "com.acme.MailException")
        .containsEntry(TaskHeaders.DEAD_STACK, STACK);
  }

  @Test
  void retryCarriesNeither() {
    run(task("a").maxAttempts(3).build(), ERROR);

    assertThat(dead().headers()).doesNotContainKeys(TaskHeaders.DEAD_TYPE, TaskHeaders.DEAD_STACK);
  }

  @Test
  void nobodyElsesTypeAndStackStayInADeadLetter() {
    fleet.deliver(task("a").expiresAt(fleet.now().minusSeconds(1)).build());

    assertThat(dead().headers())
        .containsEntry(TaskHeaders.DEAD_TYPE, null)
        .containsEntry(TaskHeaders.DEAD_STACK, null);
  }

  @Test
  void longStackKeepsItsCausesInLogAndDeadLetter() {
    var calls =
        IntStream.range(0, 500)
            .mapToObj(i -> "\tat com.acme.Deep.call" + i + "(Deep.java:1)")
            .collect(Collectors.joining("\n"));
    var stack = "A: é\n" + calls + "\nCaused by: B: b\n" + calls + "\nCaused by: C: c\n" + calls;
    run(task("a").maxAttempts(1).build(), new TaskError("A", "é", stack));

    assertThat(warning().more())
        .hasSizeLessThanOrEqualTo(40)
        .contains("A: é", "Caused by: B: b", "Caused by: C: c")
        .contains("\tat com.acme.Deep.call0(Deep.java:1)");
    assertThat((String) dead().headers().get(TaskHeaders.DEAD_STACK))
        .contains("A: é", "Caused by: B: b", "Caused by: C: c")
        .satisfies(text ->
            assertThat(text.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(8_000));
  }

  @Test
  void stackThatIsNoneIsCutToo() {
    run(task("a").maxAttempts(1).build(), new TaskError("A", "a", "é\n".repeat(16_000)));
    assertThat(warning().more()).hasSizeLessThanOrEqualTo(40);

    run(task("b").maxAttempts(1).build(), new TaskError("A", "a", "é".repeat(32_000)));
    assertThat(String.valueOf(dead().headers().get(TaskHeaders.DEAD_STACK)))
        .hasSizeLessThanOrEqualTo(4_000);
  }

  @Test
  void crashOnceTooOftenIsSaidToBeQuarantined() {
    var task = task("a").maxAttempts(9).headers(Map.of(TaskHeaders.CRASHES, 2)).build();
    fleet.deliver(task);
    fleet.start(task);
    fleet.die(9);

    assertThat(fleet.warnings())
        .anySatisfy(line ->
            assertThat(line)
                .contains("task a (work, queue mail), attempt 1 of 9, crashed")
                .endsWith("it is quarantined among the dead letters (poison)"));
  }

  @Test
  void taskThatNeverRunsIsSaidToBecomeADeadLetter() {
    fleet.deliver(Task.to("mail", "nobody").id("a").build());

    assertThat(fleet.warnings())
        .anySatisfy(line ->
            assertThat(line)
                .startsWith("task a (nobody, queue mail) does not run: no handler")
                .endsWith("it becomes a dead letter (invalid)"));
  }

  @Test
  void outcomeOfAnOrderIsLogged() {
    var task = task("a").build();
    fleet.deliver(task);
    fleet.start(task);
    var order = kill();

    fleet.give(order);
    fleet.die(9);
    fleet.answerBarriers();

    assertThat(infos())
        .anySatisfy(line ->
            assertThat(line)
                .isEqualTo(
                    "task a, attempt 1, was running when its worker was killed: requeued (order "
                        + order.id()
                        + ")"))
        .anySatisfy(line ->
            assertThat(line)
                .startsWith("order " + order.id() + " (kill ")
                .contains("is done here: workers killed: 1, running tasks settled: 1"));
  }

  @Test
  void questionIsNoNews() {
    fleet.give(
        Order.builder(OrderKind.ROLL_CALL, Scope.ALL)
            .issuedBy("ana")
            .reason("?")
            .issuedAt(fleet.now())
            .expiresAt(fleet.now().plusSeconds(60))
            .build());

    assertThat(infos()).noneMatch(line -> line.contains("roll-call"));
    assertThat(lines(Effect.Log.Level.DEBUG)).anyMatch(line -> line.contains("roll-call"));
  }

  private Order kill() {
    return Order.builder(OrderKind.KILL, Scope.ALL)
        .inFlight(InFlight.REQUEUE)
        .backlog(Backlog.KEEP)
        .then(Then.RESPAWN)
        .issuedBy("ana")
        .reason("test")
        .issuedAt(fleet.now())
        .expiresAt(fleet.now().plusSeconds(60))
        .build();
  }

  private static Task.Builder task(String id) {
    return Task.to("mail", "work").id(id);
  }

  private void run(Task task, TaskError error) {
    fleet.deliver(task);
    fleet.start(task);
    fleet.finish(task, error);
  }

  private Effect.Log warning() {
    return fleet.all(Effect.Log.class).stream().filter(Effect.Log::warning).toList().getLast();
  }

  private Effect.Move dead() {
    return fleet.all(Effect.Move.class).getLast();
  }

  private List<String> infos() {
    return lines(Effect.Log.Level.INFO);
  }

  private List<String> lines(Effect.Log.Level level) {
    return fleet.all(Effect.Log.class).stream()
        .filter(line -> line.level() == level)
        .map(Effect.Log::message)
        .toList();
  }
}
