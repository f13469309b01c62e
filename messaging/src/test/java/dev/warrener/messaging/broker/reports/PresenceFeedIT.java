package dev.warrener.messaging.broker.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.tasks.RecordingIntake;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PresenceFeedIT {
  private static final Instant START = Instant.parse("2026-11-26T03:12:07Z");

  private TestFleet fleet;
  private Reporter reporter;
  private PresenceFeed feed;
  private volatile Instant now = START;
  private final BlockingQueue<Read> read = new LinkedBlockingQueue<>();
  private int barriers;

  /** What the feed has read, and when it was heard. */
  private record Read(String id, ControllerState state, Instant at) {}

  @BeforeEach
  void listen() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare("mail");
    reporter = fleet.reporter();
    feed =
        fleet.closing(
            new PresenceFeed(
                fleet.access(),
                "self",
                "host",
                42,
                () -> now,
                (presence, at, user) -> read.add(new Read(presence.id(), presence.state(), at))));
    feed.start();
    feed.awaitUp(TestFleet.PATIENCE);
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  private void say(String id, ControllerState state) {
    reporter.presence(presence(id, state));
    // Of presence only the newest waits: each is to go out.
    assertThat(reporter.flush(TestFleet.PATIENCE)).isTrue();
  }

  private static Presence presence(String id, ControllerState state) {
    return Presence.builder(id, "host")
        .pid(42)
        .software("0.1")
        .at(START)
        .state(state)
        .leaseMillis(15_000)
        .containment("subreaper")
        .build();
  }

  /** Until the feed has heard all that was said: who is new is read at once. */
  private void awaitHeard() throws Exception {
    var id = "barrier-" + ++barriers;
    say(id, ControllerState.RUNNING);
    assertThat(RecordingIntake.next(read)).isEqualTo(new Read(id, ControllerState.RUNNING, now));
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  @Test
  void whoIsNewIsReadAtOnceAndAfterThatOnlySeen() throws Exception {
    say("web-1", ControllerState.RUNNING);
    assertThat(RecordingIntake.next(read))
        .isEqualTo(new Read("web-1", ControllerState.RUNNING, START));
    pass(Duration.ofSeconds(2));
    say("web-1", ControllerState.HELD);
    awaitHeard();

    assertThat(feed.takeSeen()).isEqualTo(Map.of("web-1", START.plusSeconds(2)));
    assertThat(feed.takeSeen()).isEmpty();
  }

  @Test
  void whoLeavesIsReadAtOnceAndWhoComesBackToo() throws Exception {
    say("web-1", ControllerState.RUNNING);
    RecordingIntake.next(read);
    say("web-1", ControllerState.RUNNING);
    say("web-1", ControllerState.LEFT);
    assertThat(RecordingIntake.next(read))
        .isEqualTo(new Read("web-1", ControllerState.LEFT, START));
    assertThat(feed.takeSeen()).isEmpty();

    say("web-1", ControllerState.STARTING);
    assertThat(RecordingIntake.next(read))
        .isEqualTo(new Read("web-1", ControllerState.STARTING, START));
  }

  @Test
  void whatWasReadIsReadAgainWhenItIsOld() throws Exception {
    say("web-1", ControllerState.RUNNING);
    RecordingIntake.next(read);
    pass(PresenceFeed.READ_EVERY);
    say("web-1", ControllerState.HELD);

    assertThat(RecordingIntake.next(read))
        .isEqualTo(new Read("web-1", ControllerState.HELD, START.plus(PresenceFeed.READ_EVERY)));
  }

  @Test
  void whatAnotherUserPublishesIsReadAtOnce() throws Exception {
    say("web-1", ControllerState.RUNNING);
    RecordingIntake.next(read);
    fleet
        .channel()
        .basicPublish(
            fleet.namespace().reportsExchange(),
            "presence.web-1",
            null,
            ContractJson.write(presence("web-1", ControllerState.HELD)));

    // The embedded broker vouches for nobody: there both are the same.
    if (fleet.vouches()) {
      assertThat(RecordingIntake.next(read))
          .isEqualTo(new Read("web-1", ControllerState.HELD, START));
    }
    awaitHeard();
  }

  @Test
  @NeedsRabbitMq("the embedded broker vouches for no user")
  void whatTheBrokerSendsOnFromAQueueIsNobodys() throws Exception {
    var reports = fleet.namespace().reportsExchange();
    var laundry = fleet.namespace().taskQueue("laundry");
    var channel = fleet.channel();
    channel.queueDeclare(
        laundry,
        false,
        true,
        true,
        Map.of(
            "x-message-ttl",
            1,
            "x-dead-letter-exchange",
            reports,
            "x-dead-letter-routing-key",
            "presence.web-1"));
    channel.queueBind(laundry, fleet.namespace().tasksExchange(), "laundry");
    var arrived = channel.queueDeclare().getQueue();
    channel.queueBind(arrived, reports, "presence.web-1");
    channel.basicPublish(
        fleet.namespace().tasksExchange(),
        "laundry",
        new BasicProperties.Builder().userId(fleet.access().address().user()).build(),
        ContractJson.write(presence("web-1", ControllerState.LEFT)));
    await()
        .atMost(TestFleet.PATIENCE)
        .until(() -> channel.basicGet(arrived, true) != null);

    awaitHeard();

    assertThat(feed.takeSeen()).isEmpty();
  }

  @Test
  void anotherProcessWithItsIdIsRead() throws Exception {
    say("self", ControllerState.RUNNING);
    fleet
        .channel()
        .basicPublish(
            fleet.namespace().reportsExchange(),
            "presence.self",
            new BasicProperties.Builder().userId(fleet.access().address().user()).build(),
            ContractJson.write(presence("self", 43)));

    assertThat(RecordingIntake.next(read))
        .isEqualTo(new Read("self", ControllerState.RUNNING, START));
    awaitHeard();
  }

  private static Presence presence(String id, long pid) {
    return Presence.builder(id, "host")
        .pid(pid)
        .software("0.1")
        .at(START)
        .state(ControllerState.RUNNING)
        .leaseMillis(15_000)
        .containment("subreaper")
        .build();
  }

  @Test
  void itsOwnIsLeftOut() throws Exception {
    say("self", ControllerState.RUNNING);
    awaitHeard();

    assertThat(feed.takeSeen()).isEmpty();
  }
}
