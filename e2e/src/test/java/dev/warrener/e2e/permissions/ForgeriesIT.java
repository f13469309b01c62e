package dev.warrener.e2e.permissions;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the broker's own users could try against a kill and against each other's tasks. */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class ForgeriesIT {
  private static final Namespace NAMES = Namespace.DEFAULT;

  private @Nullable ShippedBroker shipped;
  @RegisterExtension private final TestFleet fleet = TestFleet.at(this::install);

  private Vhost install() {
    shipped = ShippedBroker.install();
    shipped.createControllerUser("h1");
    shipped.createControllerUser("h2");
    shipped.createPublisher("mallory");
    return shipped.vhost();
  }

  @Test
  void resumeFromTheFutureLiftsNoHoldAndAHoldFromTheFutureOutranksNoResume() throws Exception {
    startController("h1");
    fleet.publish("mail", "t1", 60);
    fleet.awaitRunning("t1");
    long pid = fleet.awaitBusyWorker("h1");
    var reports = fleet.observer().listenTo("kill.#");

    order("resume", "\"all\":true", Instant.now().plusSeconds(3600));
    awaitReport(reports, "controller.refused", "ahead of this controller's clock");
    var killed = asOps("kill", "--all", "-y", "-m", "INC-42");

    assertThat(killed.status()).as("%s", killed).isZero();
    assertThat(ProcessTable.lives(pid)).isFalse();
    awaitState("h1", ControllerState.HELD);
    assertThat(fleet.journal().unfinished()).containsExactly("t1");

    order("hold", "\"all\":true", Instant.now().plusSeconds(3600));
    var resumed = asOps("resume", "--all", "-m", "INC-42");

    assertThat(resumed.status()).as("%s", resumed).isZero();
    fleet.awaitReady("h1");
  }

  @Test
  void orderOfAClockThatIsALittleBehindSaysByWhatItIsOutranked() throws Exception {
    startController("h1");
    order("resume", "\"all\":true", Instant.now().plusSeconds(50));

    var all = asOps("hold", "--all", "-m", "INC-42");
    assertThat(all.status()).as("%s", all).isEqualTo(3);
    assertThat(all.err()).contains("the hold is not in force for --all", "is newer than this one");

    // Where the command asks before it gives the order, it knows at which time it has an effect.
    var queue = asOps("hold", "--queue", "mail", "-m", "INC-42");
    assertThat(queue.status()).as("%s", queue).isZero();
  }

  @Test
  void orderWithTwoScopesKillsNothingAndOneWithAnyUuidIsObeyed() throws Exception {
    startController("h1");
    fleet.publish("mail", "t1", 60);
    fleet.awaitRunning("t1");
    long pid = fleet.awaitBusyWorker("h1");
    var reports = fleet.observer().listenTo("kill.#");

    order("kill", "\"queues\":[\"video\"]},\"scope\":{\"all\":true", Instant.now());
    awaitReport(reports, "controller.refused", "scope");
    assertThat(ProcessTable.lives(pid)).isTrue();

    order("kill", "\"queues\":[\"mail\"]", Instant.now());
    awaitReport(reports, "controller.done", "h1");
    assertThat(ProcessTable.lives(pid)).isFalse();
  }

  @Test
  void noOtherControllerCanConfirmAKillForOneThatIsFrozen() throws Exception {
    var h1 = startController("h1");
    startController("h2");
    fleet.publish("mail", "t1", 120);
    fleet.publish("mail", "t2", 120);
    fleet.publish("mail", "t3", 120);
    fleet.awaitRunning(3);
    h1.freeze();
    try (var connection = broker().connect("controller");
        var forger = new Forger(connection)) {
      var killed = asOps("kill", "--queue", "mail", "-y", "-m", "INC-42", "--timeout", "3s");

      assertThat(forger.forged()).as("forged reports").isPositive();
      assertThat(killed.status()).as("%s", killed).isEqualTo(124);
      assertThat(killed.err())
          .contains(
              "h1 has not answered (reports about it by user controller, who is not h1, were"
                  + " ignored)",
              " controller=h1 event=ignored by=controller said=")
          .doesNotContain(" controller=h1 event=done");

      forger.publishPresence();
      killed = asOps("kill", "--queue", "mail", "-y", "-m", "INC-42", "--timeout", "3s");

      assertThat(killed.status()).as("%s", killed).isEqualTo(124);
      assertThat(killed.err())
          .contains("user controller and user controller-h1 claim to be controller h1");
      assertThat(asOps("doctor").out()).contains("it is contested");
    }
  }

  @Test
  void publisherCantSayThatAnOperatorHasPutItsTaskBack() throws Exception {
    startController("h1");
    var tomorrow = Instant.now().plus(Duration.ofDays(1)).toString();
    try (var connection = broker().connect("publisher")) {
      var channel = connection.createChannel();
      // This one passes through the controller's own hands before its batch is killed.
      var later = Instant.now().plusSeconds(2).toString();
      task(
          channel,
          "deferred",
          "publisher",
          Map.of("x-batch", "june", "x-requeued-at", tomorrow, "x-not-before", later));
      fleet.awaitWaiting("mail.retry.1", 1);
      asOps("kill", "--batch", "june", "-y", "-m", "INC-42");
      for (var user : new String[] {"publisher", null}) {
        task(channel, "by-" + user, user, Map.of("x-batch", "june", "x-requeued-at", tomorrow));
      }
    }

    fleet.awaitWaiting("mail.dead", 3);
    assertThat(fleet.journal().starts()).isEmpty();

    var requeued = asOps("dead", "requeue", "mail", "-y");
    assertThat(requeued.status()).as("%s", requeued).isZero();
    fleet.awaitEnded("deferred", "by-publisher", "by-null");
  }

  @Test
  void idOfATaskIsNotTakenByUsingItInAnotherQueueAndInItsOwnItsAskerIsTold() throws Exception {
    startController("h1");
    var events = fleet.observer().listenTo("task.dropped.*");
    try (var mallory = broker().connect("mallory");
        var publisher = broker().connect("publisher")) {
      var evil = mallory.createChannel();
      var own = publisher.createChannel();
      var reply = NAMES.replyQueue("publisher", "1");
      own.queueDeclare(reply, false, true, true, null);
      own.queueBind(reply, NAMES.resultsExchange(), reply);

      publish(evil, "video", "v1", "mallory", fleet.journal().input(60), null, Map.of());
      fleet.awaitRunning("v1");
      publish(own, "mail", "v1", "publisher", fleet.journal().input(0), reply, Map.of());
      assertThat(result(own, reply)).contains("\"task\":\"v1\"", "\"succeeded\"");

      publish(evil, "mail", "v2", "mallory", fleet.journal().input(60), null, Map.of());
      await().atMost(LONG).until(() -> fleet.journal().unfinished().contains("v2"));
      publish(own, "mail", "v2", "publisher", fleet.journal().input(0), reply, Map.of());
      assertThat(result(own, reply))
          .contains("\"task\":\"v2\"", "\"outcome\":\"duplicate\"", "belongs to another task");
      awaitReport(events, "dropped", "v2");
    }
  }

  /** Answers every order for h1, as the user of other controllers, for whom there is no fence. */
  private final class Forger implements AutoCloseable {
    private final Channel channel;
    private final String heard;
    private final Thread thread;
    private volatile boolean isOver;
    private volatile boolean publishesPresence;
    private final AtomicInteger forged = new AtomicInteger();

    Forger(Connection connection) throws IOException {
      channel = connection.createChannel();
      heard = fleet.observer().listenTo("kill.*.h2");
      thread = new Thread(this::forge, "forger");
      thread.start();
    }

    int forged() {
      return forged.get();
    }

    void publishPresence() {
      publishesPresence = true;
    }

    private void forge() {
      try {
        while (!isOver) {
          var report = fleet.observer().next(heard).orElse("");
          if (publishesPresence) {
            say("presence.h1", presence());
          }
          if (report.contains("controller.heard")) {
            var order = report.replaceAll(".*\"order\":\"([^\"]*)\".*", "$1");
            say("kill." + order + ".h1", report("controller.heard", order, 1, HEARD));
            say("kill." + order + ".h1", report("controller.done", order, 2, DONE));
            forged.incrementAndGet();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static final String HEARD =
        "\"expected\":{\"workers\":2,\"tasks\":2,\"busy\":2,\"waiting\":0},\"roster\":[]";
    private static final String DONE =
        "\"workers\":2,\"tasks\":2,\"backlog\":0,\"state\":\"held\",\"tookMicros\":9,\"failed\":[]";

    private String report(String type, String order, int sequence, String more) {
      return "{\"version\":1,\"type\":\"%s\",\"order\":\"%s\",\"controller\":\"h1\",\"host\":\"h\",\"at\":\"%s\",\"sequence\":%d,%s}"
          .formatted(type, order, Instant.now(), sequence, more);
    }

    private String presence() {
      return """
      {"version":1,"id":"h1","host":"h","pid":1,"software":"dev","at":"%s","state":"running",\
      "workers":[],"queues":[],"holds":[],"leaseMillis":15000,"containment":"cgroup"}\
      """
          .formatted(Instant.now());
    }

    private void say(String key, String json) throws IOException {
      channel.basicPublish(
          NAMES.reportsExchange(),
          key,
          new AMQP.BasicProperties.Builder().userId("controller").build(),
          json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
      isOver = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ShippedBroker broker() {
    return Objects.requireNonNull(shipped);
  }

  private ControllerProcess startController(String id) {
    return fleet.controllerAt(
        broker().address("controller-" + id).toString(),
        id,
        "--queue",
        "mail=2",
        "--queue",
        "video=1",
        "--set",
        "operators=ops",
        "--set",
        "queue.mail.look-ahead=0");
  }

  private CommandResult asOps(String... arguments) {
    return fleet.runAt(broker().address("ops").toString(), arguments);
  }

  private void awaitState(String id, ControllerState state) {
    await(id + " is " + state)
        .atMost(LONG)
        .until(() -> {
          var presence = fleet.presence(id);
          return presence != null && presence.state() == state;
        });
  }

  /** Gives an order as a foreign client of the operators' user. */
  private void order(String kind, String scope, Instant issuedAt) throws Exception {
    var kill = "\"inFlight\":\"requeue\",\"then\":\"respawn\",";
    var at = issuedAt.truncatedTo(ChronoUnit.MILLIS);
    var json =
        """
        {"version":1,"id":"%s","kind":"%s","scope":{%s},%s"reason":"","issuedBy":"eve",\
        "issuedAt":"%s","expiresAt":"%s"}\
        """
            .formatted(
                UUID.randomUUID(),
                kind,
                scope,
                kind.equals("kill") ? kill : "",
                at,
                at.plusSeconds(600));
    try (var connection = broker().connect("ops")) {
      var channel = connection.createChannel();
      channel.confirmSelect();
      for (var exchange : List.of(NAMES.logExchange(), NAMES.killExchange())) {
        channel.basicPublish(
            exchange,
            "",
            new AMQP.BasicProperties.Builder().userId("ops").deliveryMode(2).build(),
            json.getBytes(StandardCharsets.UTF_8));
      }
      channel.waitForConfirmsOrDie(5_000);
    }
  }

  private void task(Channel channel, String id, @Nullable String user, Map<String, Object> headers)
      throws IOException {
    publish(channel, "mail", id, user, fleet.journal().input(0), null, headers);
  }

  private static void publish(
      Channel channel,
      String queue,
      String id,
      @Nullable String user,
      String input,
      @Nullable String replyTo,
      Map<String, Object> headers)
      throws IOException {
    channel.basicPublish(
        NAMES.tasksExchange(),
        queue,
        new AMQP.BasicProperties.Builder()
            .messageId(id)
            .type("journal")
            .deliveryMode(2)
            .userId(user)
            .replyTo(replyTo)
            .headers(headers)
            .build(),
        input.getBytes(StandardCharsets.UTF_8));
  }

  private static String result(Channel channel, String reply) {
    return await("a result")
        .atMost(LONG)
        .until(
            () -> {
              var message = channel.basicGet(reply, true);
              return message == null ? "" : new String(message.getBody(), StandardCharsets.UTF_8);
            },
            body -> !body.isEmpty());
  }

  private void awaitReport(String queue, String type, String text) {
    var received = new ArrayList<String>();
    await(type)
        .atMost(LONG)
        .until(() -> {
          fleet.observer().next(queue).ifPresent(received::add);
          return received.stream()
              .anyMatch(report -> report.contains(type) && report.contains(text));
        });
  }
}
