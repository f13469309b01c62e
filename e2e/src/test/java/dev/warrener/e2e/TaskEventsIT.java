package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.broker.reports.ReportFeed;
import dev.warrener.messaging.report.TaskEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The events of tasks that controllers report: docs/contract.md, Events. */
class TaskEventsIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private final List<TaskEvent> events = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() {
    fleet.listen(
        "task.#",
        new ReportFeed.Listener() {
          @Override
          public void event(TaskEvent event) {
            events.add(event);
          }
        });
  }

  private void start(String taskEvents) {
    var settings =
        fleet.file(
            "c1.properties",
            """
            queue.mail.workers=1
            queue.mail.max-attempts=1
            task-events=%s
            """
                .formatted(taskEvents));
    fleet.controller("c1", "--config", settings.toString());
  }

  /** Returns the events of a task, such as {@code finished succeeded}. */
  private List<String> of(String task) {
    return events.stream()
        .filter(event -> event.task().equals(task))
        .map(event ->
            Stream.of(event.event().wire(), event.outcome() == null ? "" : event.outcome().wire())
                .filter(word -> !word.isEmpty())
                .reduce((one, other) -> one + " " + other)
                .orElse(""))
        .toList();
  }

  private void awaitEvents(String task, String... events) {
    await(task).atMost(LONG).untilAsserted(() -> assertThat(of(task)).containsExactly(events));
  }

  @Test
  void allTellsOfEachRunItsStartAndItsEnd() {
    start("all");
    fleet.observer().publishTask("mail", "good", "echo", "1", Map.of());
    fleet.observer().publishTask("mail", "bad", "fail", "{}", Map.of());

    awaitEvents("good", "started", "finished succeeded");
    awaitEvents("bad", "started", "finished failed", "dead-lettered");
  }

  @Test
  void allTellsThatAnOrderGaveATaskBack() {
    start("all");
    fleet.observer().publishTask("mail", "long", "sleep", "{\"seconds\":60,\"steps\":1}", Map.of());
    awaitEvents("long", "started");

    fleet.run("kill", "--all", "--in-flight", "requeue", "-y", "-m", "test").succeeded();

    awaitEvents("long", "started", "requeued");
  }

  @Test
  void byDefaultOnlyWhatDidNotSucceedIsTold() {
    start("unsuccessful");
    fleet.observer().publishTask("mail", "good", "echo", "1", Map.of());
    fleet.observer().publishTask("mail", "bad", "fail", "{}", Map.of());

    // One worker runs one after the other, and events keep their order.
    awaitEvents("bad", "finished failed", "dead-lettered");
    assertThat(of("good")).isEmpty();
  }
}
