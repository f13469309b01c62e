package dev.warrener.messaging.broker.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.LinkSettings;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.tasks.RecordingIntake;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.TaskEventKind;
import dev.warrener.messaging.report.WorkerEvent;
import dev.warrener.messaging.report.WorkerEventKind;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReporterIT {
  private static final Instant NOW = Instant.parse("2026-11-23T03:12:07.072Z");

  private TestFleet fleet;
  private Reporter reporter;
  private final Heard heard = new Heard();

  /** Keeps what a feed says, for a test to wait for. */
  private static final class Heard implements ReportFeed.Listener, ResultFeed.Listener {
    final BlockingQueue<Object> said = new LinkedBlockingQueue<>();
    final BlockingQueue<String> unreadable = new LinkedBlockingQueue<>();

    @Override
    public void up(long generation) {}

    @Override
    public void down(long generation, String reason) {}

    @Override
    public void report(Report report) {
      said.add(report);
    }

    @Override
    public void presence(Presence presence) {
      said.add(presence);
    }

    @Override
    public void event(TaskEvent event) {
      said.add(event);
    }

    @Override
    public void event(WorkerEvent event) {
      said.add(event);
    }

    @Override
    public void result(ResultMessage result, @Nullable String correlationId) {
      said.add(result);
      said.add(String.valueOf(correlationId));
    }

    @Override
    public void unreadable(@Nullable String key, String because) {
      unreadable.add(key + ": " + because);
    }
  }

  @BeforeEach
  void connect() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare("mail");
    reporter = fleet.reporter();
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  @Test
  void reportIsHeardByWhoListensToItsOrder() throws Exception {
    listen("kill.order-1.*");
    reporter.report(refused("order-2", 1), null);
    reporter.report(refused("order-1", 1), null);
    reporter.report(refused("order-1", 2), null);

    assertThat(RecordingIntake.next(heard.said)).isEqualTo(refused("order-1", 1));
    assertThat(RecordingIntake.next(heard.said)).isEqualTo(refused("order-1", 2));
    assertThat(reporter.flush(TestFleet.PATIENCE)).isTrue();
    assertThat(reporter.dropped()).isZero();
  }

  @Test
  void brokerVouchesForWhoReports() throws Exception {
    var users = new LinkedBlockingQueue<String>();
    var feed =
        fleet.closing(
            new ReportFeed(
                fleet.access(),
                List.of("kill.#", "presence.#"),
                new ReportFeed.Listener() {
                  @Override
                  public void report(Report report, @Nullable String userId) {
                    users.add("report by " + userId);
                  }

                  @Override
                  public void presence(Presence presence, @Nullable String userId) {
                    users.add("presence by " + userId);
                  }
                }));
    feed.start();
    feed.awaitUp(TestFleet.PATIENCE);
    var user = fleet.vouches() ? fleet.access().address().user() : null;

    reporter.report(refused("order-1", 1), null);
    assertThat(RecordingIntake.next(users)).isEqualTo("report by " + user);
    reporter.presence(presence());
    assertThat(RecordingIntake.next(users)).isEqualTo("presence by " + user);
  }

  @Test
  void messageWhoseKeyBelongsToAnotherControllerIsNotBelieved() throws Exception {
    listen("kill.#", "presence.#");
    var channel = fleet.channel();
    var bodies =
        Map.of(
            "kill.order-1.web-2", ContractJson.write(refused("order-1", 1)),
            "kill.order-2.web-1", ContractJson.write(refused("order-1", 1)),
            "presence.web-9", ContractJson.write(presence()));
    for (var entry : bodies.entrySet()) {
      channel.basicPublish(
          fleet.namespace().reportsExchange(), entry.getKey(), null, entry.getValue());
      assertThat(RecordingIntake.next(heard.unreadable))
          .startsWith(entry.getKey() + ": it came with the routing key " + entry.getKey());
    }
    assertThat(heard.said).isEmpty();
  }

  @Test
  void presenceAndEventsHaveKeysOfTheirOwn() throws Exception {
    listen("presence.*", "task.finished.mail", "worker.*.web-1");
    reporter.presence(presence());
    assertThat(RecordingIntake.next(heard.said)).isEqualTo(presence());
    reporter.event(taskEvent(TaskEventKind.STARTED));
    reporter.event(taskEvent(TaskEventKind.FINISHED));
    assertThat(RecordingIntake.next(heard.said)).isEqualTo(taskEvent(TaskEventKind.FINISHED));
    reporter.event(workerEvent());
    assertThat(RecordingIntake.next(heard.said)).isEqualTo(workerEvent());
  }

  @Test
  void whatNobodyListensToIsNoError() {
    reporter.report(refused("order-1", 1), "warrener.reply.nobody.1");
    reporter.presence(presence());

    assertThat(reporter.flush(TestFleet.PATIENCE)).isTrue();
    assertThat(reporter.dropped()).isZero();
  }

  @Test
  void resultReachesTheReplyQueueOfItsPublisher() throws Exception {
    var feed = fleet.closing(new ResultFeed(fleet.access(), heard));
    feed.start();
    feed.awaitUp(TestFleet.PATIENCE);

    var outcome = reporter.result(result(), feed.replyQueue(), "c-1");

    assertThat(outcome.get()).isEqualTo(new PublishOutcome.Confirmed());
    assertThat(RecordingIntake.next(heard.said)).isEqualTo(result());
    assertThat(RecordingIntake.next(heard.said)).isEqualTo("c-1");
  }

  @Test
  void resultWaitsForAReplyQueueThatComesLate() throws Exception {
    var name = fleet.namespace().replyQueue("ana", "late");
    var outcome = reporter.result(result(), name, null);
    var channel = fleet.channel();
    channel.queueDeclare(name, false, true, false, null);
    channel.queueBind(name, fleet.namespace().resultsExchange(), name);

    await("the result")
        .atMost(TestFleet.PATIENCE)
        .until(() -> channel.basicGet(name, true) != null);
    assertThat(outcome)
        .succeedsWithin(TestFleet.PATIENCE)
        .isIn(
            new PublishOutcome.Confirmed(),
            new PublishOutcome.Unroutable(fleet.namespace().resultsExchange(), name));
  }

  @Test
  void resultThatNobodyWaitsForHoldsNobodyUp() throws Exception {
    var name = fleet.namespace().replyQueue("ana", "gone");
    long start = System.nanoTime();

    var outcome = reporter.result(result(), name, null);

    assertThat(outcome.get())
        .isEqualTo(new PublishOutcome.Unroutable(fleet.namespace().resultsExchange(), name));
    assertThat(reporter.flush(TestFleet.PATIENCE)).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void messageThatIsNoReportIsSaidAndTheNextOneIsHeard() throws Exception {
    listen("kill.#");
    fleet
        .channel()
        .basicPublish(
            fleet.namespace().reportsExchange(),
            "kill.order-1.web-1",
            new BasicProperties(),
            "{\"type\":\"melted\"}".getBytes(StandardCharsets.UTF_8));
    reporter.report(refused("order-1", 1), null);

    assertThat(RecordingIntake.next(heard.unreadable)).startsWith("kill.order-1.web-1: ");
    assertThat(RecordingIntake.next(heard.said)).isEqualTo(refused("order-1", 1));
  }

  @Test
  void listeningToAFleetThatIsNotThereIsAnError() {
    var elsewhere =
        new BrokerAccess(
            fleet.access().address(),
            new dev.warrener.messaging.Namespace(fleet.namespace().name() + "-elsewhere"),
            "test",
            LinkSettings.DEFAULT);
    var feed = fleet.closing(new ReportFeed(elsewhere, List.of("kill.#"), heard));
    feed.start();

    assertThatThrownBy(() -> feed.awaitUp(TestFleet.PATIENCE))
        .isInstanceOf(NoSuchQueueException.class)
        .hasMessageContaining("-elsewhere.reports");
  }

  private void listen(String... keys) {
    var feed = fleet.closing(new ReportFeed(fleet.access(), List.of(keys), heard));
    feed.start();
    feed.awaitUp(TestFleet.PATIENCE);
  }

  private static Report refused(String order, long sequence) {
    return new Report.Header(order, "web-1", "host", NOW, sequence).refused("it has no user_id");
  }

  private static Presence presence() {
    return Presence.builder("web-1", "host")
        .pid(42)
        .software("0.1")
        .at(NOW)
        .leaseMillis(15_000)
        .containment("subreaper")
        .build();
  }

  private static TaskEvent taskEvent(TaskEventKind kind) {
    return TaskEvent.builder(kind, "t-1", "mail")
        .handler("send")
        .controller("web-1")
        .at(NOW)
        .build();
  }

  private static WorkerEvent workerEvent() {
    return WorkerEvent.builder(WorkerEventKind.EXITED, "web-1/1")
        .incarnation(3)
        .pid(4711L)
        .controller("web-1")
        .host("host")
        .queue("mail")
        .signal(9)
        .at(NOW)
        .build();
  }

  private static ResultMessage result() {
    return ResultMessage.builder("t-1", Outcome.SUCCEEDED)
        .queue("mail")
        .startedAt(NOW)
        .finishedAt(NOW)
        .controller("web-1")
        .worker("web-1/1")
        .build();
  }
}
