package dev.warrener.e2e.permissions;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.Uuid7;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whoever has a controller's password must not be able to have a kill confirmed for another
 * controller, which has a user of its own and is frozen.
 */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class StolenControllerIT {
  private static final Namespace NAMES = Namespace.DEFAULT;
  private static final String REPORTS = NAMES.reportsExchange();

  private @Nullable ShippedBroker shipped;
  @RegisterExtension private final TestFleet fleet = TestFleet.at(this::install);

  private Vhost install() {
    shipped = ShippedBroker.install();
    for (var id : List.of("h1", "h2", "h3")) {
      shipped.createControllerUser(id);
    }
    return shipped.vhost();
  }

  @Test
  void goodbyeThatIsSentOnAgainDoesNotHideAController() throws Exception {
    var former = startController("h1");
    startController("h2");
    var mallory = channel("controller");
    var laundry = laundry(mallory, "presence.*", REPORTS, "presence.h1");
    former.terminate();
    former.awaitExit();
    var goodbye = awaitMessage(mallory, laundry, "\"state\":\"left\"");
    var h1 = startController("h1");
    runTask();
    h1.freeze();

    var arrived = fleet.observer().listenTo("presence.h1");
    sendOn(mallory, goodbye);
    await("the goodbye arrives again")
        .atMost(LONG)
        .until(() ->
            fleet.observer().next(arrived).filter(one -> one.contains("\"left\"")).isPresent());

    requireUnconfirmed(kill("--controller", "h1", "--controller", "h2"));
  }

  @Test
  void reportThatAControllerHasPublishedAsATaskConfirmsNothing() throws Exception {
    var order = Uuid7.next();
    var h1 = startController("h1");
    startController("h2");
    var mallory = channel("controller");
    var laundry = laundry(mallory, "video.dead", NAMES.tasksExchange(), "kill." + order + ".h1");
    // Only h1 serves the queue, and makes them dead letters, as its own user: they have no type.
    var publisher = channel("publisher");
    say(publisher, "publisher", NAMES.tasksExchange(), "video", heard(order, "h1", "[]"));
    say(publisher, "publisher", NAMES.tasksExchange(), "video", done(order, "h1"));
    var heard = awaitMessage(mallory, laundry, "controller.heard");
    var done = awaitMessage(mallory, laundry, "controller.done");
    assertThat(done.getProps().getUserId()).isEqualTo("controller-h1");
    runTask();
    h1.freeze();

    var arrived = fleet.observer().listenTo("kill." + order + ".*");
    var killing =
        new Background(() -> kill("--controller", "h1", "--controller", "h2", "--id", order));
    awaitReport(arrived, "\"controller\":\"h2\"");
    sendOn(mallory, heard);
    sendOn(mallory, done);
    awaitReport(arrived, "\"controller\":\"h1\"");

    requireUnconfirmed(killing.result());
  }

  @Test
  void rosterInWhichAnotherControllerHasLeftHidesNobody() throws Exception {
    var h1 = startController("h1");
    startController("h2");
    runTask();
    var later = Instant.now().plusSeconds(3600);
    var left =
        """
        [{"id":"h1","host":"h","lastSeen":"%s","state":"left","leaseMillis":1,\
        "users":["controller-h1"]}]\
        """
            .formatted(later);
    h1.freeze();
    try (var liar = new Liar("h3", left)) {
      var killed = kill("--controller", "h1", "--controller", "h2", "--controller", "h3");

      assertThat(liar.answers()).isPositive();
      requireUnconfirmed(killed);
    }
  }

  /**
   * Has h1 run a task, of a queue that no other controller serves. Whoever listens knows h1 then:
   * it has published that it is busy.
   */
  private void runTask() {
    fleet.publish("video", "t1", 120);
    fleet.awaitRunning("t1");
    fleet.awaitBusyWorker("h1");
  }

  private static void requireUnconfirmed(CommandResult killed) {
    assertThat(killed.status()).as("%s", killed).isEqualTo(124);
    assertThat(killed.err()).contains("h1 has not answered");
  }

  private CommandResult kill(String... scope) {
    var arguments = new ArrayList<>(List.of("kill", "-y", "-m", "INC-42", "--timeout", "4s"));
    arguments.addAll(List.of(scope));
    return fleet.runAt(broker().address("ops").toString(), arguments.toArray(String[]::new));
  }

  /** Runs a command while the test goes on. */
  private static final class Background {
    private final Thread thread;
    private volatile @Nullable CommandResult result;

    Background(Supplier<CommandResult> command) {
      thread = new Thread(() -> result = command.get(), "command");
      thread.start();
    }

    CommandResult result() throws InterruptedException {
      thread.join();
      return Objects.requireNonNull(result);
    }
  }

  /** Answers every order as a controller with its own password, and with a roster of its making. */
  private final class Liar implements AutoCloseable {
    private final String id;
    private final String roster;
    private final Channel channel;
    private final AtomicInteger answers = new AtomicInteger();

    Liar(String id, String roster) throws Exception {
      this.id = id;
      this.roster = roster;
      channel = channel("controller-" + id);
      var queue = NAMES.controllerQueue(id);
      channel.queueDeclare(queue, false, true, false, null);
      channel.queueBind(queue, NAMES.killExchange(), "");
      channel.basicConsume(
          queue,
          true,
          (tag, order) -> answer(new String(order.getBody(), StandardCharsets.UTF_8)),
          tag -> {});
    }

    int answers() {
      return answers.get();
    }

    private void answer(String json) throws IOException {
      var order = json.replaceAll("(?s).*?\"id\":\"([^\"]*)\".*", "$1");
      var user = "controller-" + id;
      say(channel, user, REPORTS, "kill." + order + "." + id, heard(order, id, roster));
      say(channel, user, REPORTS, "kill." + order + "." + id, done(order, id));
      answers.incrementAndGet();
    }

    @Override
    public void close() throws IOException {
      channel.abort();
    }
  }

  // What the attacker does.

  /** Makes a queue that gets copies of messages, from which they are sent on when rejected. */
  private static String laundry(Channel channel, String key, String from, String newKey)
      throws IOException {
    var queue = NAMES.taskQueue("laundry");
    channel.queueDeclare(
        queue,
        true,
        false,
        false,
        Map.of("x-dead-letter-exchange", REPORTS, "x-dead-letter-routing-key", newKey));
    channel.queueBind(queue, from, key);
    return queue;
  }

  private static GetResponse awaitMessage(Channel channel, String queue, String text) {
    return Objects.requireNonNull(
        await(text)
            .atMost(LONG)
            .until(
                () -> channel.basicGet(queue, false),
                one ->
                    one != null
                        && new String(one.getBody(), StandardCharsets.UTF_8).contains(text)));
  }

  private static void sendOn(Channel channel, GetResponse message) throws IOException {
    channel.basicReject(message.getEnvelope().getDeliveryTag(), false);
  }

  private static void say(Channel channel, String user, String exchange, String key, String json)
      throws IOException {
    channel.basicPublish(
        exchange,
        key,
        new AMQP.BasicProperties.Builder().userId(user).deliveryMode(2).build(),
        json.getBytes(StandardCharsets.UTF_8));
  }

  private static String heard(String order, String controller, String roster) {
    return report(
        "controller.heard",
        order,
        controller,
        1,
        "\"expected\":{\"workers\":1,\"tasks\":1,\"busy\":1,\"waiting\":0},\"roster\":" + roster);
  }

  private static String done(String order, String controller) {
    return report(
        "controller.done",
        order,
        controller,
        2,
        "\"workers\":1,\"tasks\":1,\"backlog\":0,\"state\":\"held\",\"tookMicros\":9,\"failed\":[]");
  }

  private static String report(
      String type, String order, String controller, int sequence, String more) {
    return """
    {"version":1,"type":"%s","order":"%s","controller":"%s","host":"h","at":"%s","sequence":%d,%s}\
    """
        .formatted(type, order, controller, Instant.now(), sequence, more);
  }

  private void awaitReport(String queue, String text) {
    await(text)
        .atMost(LONG)
        .until(
            () -> fleet.observer().next(queue).filter(report -> report.contains(text)).isPresent());
  }

  private Channel channel(String user) throws Exception {
    var connection = broker().connect(user);
    return fleet.closing(connection).createChannel();
  }

  private ShippedBroker broker() {
    return Objects.requireNonNull(shipped);
  }

  private ControllerProcess startController(String id) {
    var arguments = new ArrayList<>(List.of("--queue", "mail=1", "--set", "lease=2m"));
    if (id.equals("h1")) {
      arguments.addAll(List.of("--queue", "video=1"));
    }
    return fleet.controllerAt(
        broker().address("controller-" + id).toString(), id, arguments.toArray(String[]::new));
  }
}
