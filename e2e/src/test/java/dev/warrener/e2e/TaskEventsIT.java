package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.reports.ReportFeed;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of tasks to whoever listens: docs/contract.md, Events. */
class TaskEventsIT {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private ReportFeed feed;
  private final List<TaskEvent> told = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    observer = new Observer(vhost);
    observer.declareReports();
    feed =
        new ReportFeed(
            BrokerAccess.of(
                BrokerAddress.parse(warrener.uri()), warrener.namespace(), "task-events"),
            List.of("task.#"),
            new ReportFeed.Listener() {
              @Override
              public void event(TaskEvent event) {
                told.add(event);
              }
            });
    feed.start();
    feed.awaitUp(LONG);
  }

  @AfterEach
  void stopFleet() {
    feed.close();
    observer.close();
    warrener.close();
    vhost.close();
  }

  private void start(String taskEvents) throws Exception {
    var configuration =
        Files.writeString(
            folder.resolve("c1.properties"),
            "queue.mail.workers=1\nqueue.mail.max-attempts=1\ntask-events=" + taskEvents + "\n");
    warrener.controller("c1", "--config", configuration.toString());
  }

  /** The events of a task, such as {@code finished succeeded}. */
  private List<String> of(String task) {
    return told.stream()
        .filter(event -> event.task().equals(task))
        .map(event ->
            Stream.of(event.event().wire(), event.outcome() == null ? "" : event.outcome().wire())
                .filter(word -> !word.isEmpty())
                .reduce((one, other) -> one + " " + other)
                .orElse(""))
        .toList();
  }

  private void awaitTold(String task, String... events) {
    await(task).atMost(LONG).untilAsserted(() -> assertThat(of(task)).containsExactly(events));
  }

  @Test
  void allTellsOfEachRunItsStartAndItsEnd() throws Exception {
    start("all");
    observer.publishTask("mail", "good", "echo", "1", Map.of());
    observer.publishTask("mail", "bad", "fail", "{}", Map.of());

    awaitTold("good", "started", "finished succeeded");
    awaitTold("bad", "started", "finished failed", "dead-lettered");
  }

  @Test
  void allTellsThatAnOrderGaveATaskBack() throws Exception {
    start("all");
    observer.publishTask("mail", "long", "sleep", "{\"seconds\":60,\"steps\":1}", Map.of());
    awaitTold("long", "started");

    warrener.run("kill", "--all", "--in-flight", "requeue", "-y", "-m", "test").succeeded();

    awaitTold("long", "started", "requeued");
  }

  @Test
  void byDefaultOnlyWhatDidNotSucceedIsTold() throws Exception {
    start("unsuccessful");
    observer.publishTask("mail", "good", "echo", "1", Map.of());
    observer.publishTask("mail", "bad", "fail", "{}", Map.of());

    // One worker runs one after the other, and events keep their order.
    awaitTold("bad", "finished failed", "dead-lettered");
    assertThat(of("good")).isEmpty();
  }
}
