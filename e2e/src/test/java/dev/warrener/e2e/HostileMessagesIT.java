package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.Observer;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.operator.text.Phrases;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.hostile.HostileMessage;
import dev.warrener.testbroker.hostile.HostileMessages;
import dev.warrener.testbroker.hostile.PropertyWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A hostile publisher: messages generated from the grammar of AMQP's field tables, among tasks of
 * others. {@code -Dwarrener.seed=N} generates the messages of an earlier run again, and {@code
 * -Dwarrener.hostile.messages=N} more or fewer of them.
 */
class HostileMessagesIT {
  private static final int MESSAGES = Integer.getInteger("warrener.hostile.messages", 10_000);
  private static final long SEED = Long.getLong("warrener.seed", System.nanoTime());

  /** There is a good task of somebody else among so many hostile messages. */
  private static final int GOOD_EVERY = 100;

  private static final int WINDOW = 200;
  private static final String ALL = "60000";
  private static final Duration IN_TIME = Duration.ofSeconds(90);

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  @NeedsRabbitMq("the embedded broker decodes headers itself")
  void oneMessageStopsNobodyAndEveryBadOneIsADeadLetterWithItsReason() throws Exception {
    System.err.println("[hostile] seed " + SEED + ", " + MESSAGES + " messages");
    var controller =
        fleet.controller(
            "c1", "--queue", "mail=2", "--queue", "other=1", "--set", "queue.mail.look-ahead=20");
    var bad = new HashMap<Integer, HostileMessage>();
    var good = new TreeSet<String>();
    var hostile = new HostileMessages(SEED, "h-", "echo", factory().getUsername());
    try (var connection = factory().newConnection("hostile");
        var channel = connection.createChannel()) {
      channel.confirmSelect();
      for (int i = 0; i < MESSAGES; i++) {
        var message = hostile.next();
        publish(channel, "mail", message.properties(), message.body());
        if (message.isBad()) {
          bad.put(message.serial(), message);
        }
        if (i % GOOD_EVERY == 0) {
          good.add(publishGood(channel, "mail", "good-" + i));
          good.add(publishGood(channel, "other", "other-" + i));
        }
        if (i % WINDOW == 0) {
          channel.waitForConfirmsOrDie(LONG.toMillis());
        }
      }
      channel.waitForConfirmsOrDie(LONG.toMillis());
    }

    await("every good task has ended")
        .atMost(IN_TIME)
        .until(() -> fleet.journal().ends().keySet().containsAll(good));
    await("every bad message is a dead letter")
        .atMost(IN_TIME)
        .until(() -> fleet.observer().waiting("mail.dead") == bad.size());
    fleet.awaitWaiting("mail", 0);
    await("nothing is in the controller's hands").atMost(LONG).until(() -> taken() == 0);
    assertThat(controller.text()).doesNotContain("lost the connection");
    assertThat(fleet.journal().runs()).as("each good task ran once").hasSize(good.size());

    assertEachBadOneIsThereWithItsReason(bad);
    assertCommandsGetPast(bad);
  }

  private void assertCommandsGetPast(Map<Integer, HostileMessage> bad) {
    int count = bad.size();
    await("they are back").atMost(LONG).until(() -> fleet.observer().waiting("mail.dead") == count);
    var list = dead("list", "-o", "json");
    var letters = ContractJson.tree(list.out().getBytes(StandardCharsets.UTF_8));
    assertThat(letters.size()).isEqualTo(count);
    for (var letter : letters) {
      assertThat(letter.get("reason").asString()).isEqualTo("invalid");
    }
    var ids = new TreeSet<String>();
    letters.forEach(letter -> ids.add(letter.path("task").asString("")));
    oneOfEachFault(bad).forEach((fault, message) -> {
      var id = "h-" + message.serial();
      assertThat(ids).as("%s", message).contains(id);
      var show = fleet.run("dead", "show", "mail", "--limit", ALL, "--", id).succeeded();
      assertThat(show.out()).as(fault).contains("invalid", named(message));
    });

    var requeued = dead("requeue", "-y");
    assertThat(requeued.out()).startsWith(Phrases.count(count, "dead letter") + " requeued");
    // Presence is up to two seconds old.
    await("they are settled again")
        .during(Duration.ofSeconds(3))
        .atMost(IN_TIME)
        .until(() -> fleet.observer().waiting("mail") == 0 && taken() == 0);
    // Those that had lost what could not be read ran without it.
    var again = new TreeSet<Integer>();
    bad.forEach((serial, message) -> {
      if (message.isBadAgain()) {
        again.add(serial);
      }
    });
    var back = new TreeSet<Integer>();
    fleet.observer().peekDead("mail").forEach(letter -> back.add(serial(letter.getBody())));
    assertThat(back).as("dead letters again").isEqualTo(again);
    int left = again.size();
    await("they are back")
        .atMost(LONG)
        .until(() -> fleet.observer().waiting("mail.dead") == left);

    var purged = dead("purge", "-y");
    assertThat(purged.out()).startsWith(Phrases.count(left, "dead letter"));
    await("they are gone").atMost(LONG).until(() -> fleet.observer().waiting("mail.dead") == 0);
  }

  private CommandResult dead(String command, String option, String... more) {
    var arguments = new ArrayList<>(List.of("dead", command, "mail", "--limit", ALL, option));
    arguments.addAll(List.of(more));
    return fleet.run(arguments.toArray(String[]::new)).succeeded();
  }

  private int taken() {
    return Objects.requireNonNull(fleet.presence("c1")).queues().stream()
        .mapToInt(queue -> queue.waiting() + queue.running())
        .sum();
  }

  private void assertEachBadOneIsThereWithItsReason(Map<Integer, HostileMessage> bad) {
    var reasons = new TreeMap<Integer, String>();
    for (var letter : fleet.observer().peekDead("mail")) {
      assertThat(Observer.header(letter, "x-dead-reason")).isEqualTo("invalid");
      // What the publisher has forged is gone.
      assertThat(Observer.header(letter, "x-dead-controller")).isEqualTo("c1");
      for (var forged : List.of("x-dead-order", "x-dead-type", "x-dead-stack")) {
        assertThat(letter.getProps().getHeaders()).doesNotContainKey(forged);
      }
      reasons.put(serial(letter.getBody()), Observer.header(letter, "x-dead-detail"));
    }
    assertThat(reasons.keySet()).isEqualTo(bad.keySet());
    reasons.forEach((serial, reason) -> {
      var message = Objects.requireNonNull(bad.get(serial));
      assertThat(named(message)).as("%s", message).isNotEmpty();
      assertThat(reason).as("%s", message).contains(named(message));
    });
  }

  /** Returns what the reason of a bad message names. */
  private static String named(HostileMessage message) {
    return switch (message.fault()) {
      case TOO_DEEP -> "is nested more than 32 deep";
      case HEADER_NOT_UTF_8, PROPERTY_NOT_UTF_8 -> "is not UTF-8";
      case PROPERTY_MISSING, HEADER_OF_WRONG_TYPE -> message.broken();
      case UNKNOWN_HANDLER -> "handler \"no-";
      case NONE -> "nothing";
    };
  }

  /** Returns a message of each fault that can be named by its id. */
  private static Map<String, HostileMessage> oneOfEachFault(Map<Integer, HostileMessage> bad) {
    var one = new TreeMap<String, HostileMessage>();
    for (var message : bad.values()) {
      if (!message.broken().equals("message_id")) {
        one.put(message.fault().name(), message);
      }
    }
    return one;
  }

  private static int serial(byte[] body) {
    return Integer.parseInt(new String(body, StandardCharsets.UTF_8).replaceAll("\\D", ""));
  }

  @Test
  @NeedsRabbitMq("the embedded broker decodes headers itself")
  void killPurgesWhatAHostilePublisherSent() throws Exception {
    fleet.controller("c1", "--queue", "mail=1");
    fleet.publish("mail", "running", 300);
    fleet.awaitRunning("running");
    try (var connection = factory().newConnection("hostile");
        var channel = connection.createChannel()) {
      channel.confirmSelect();
      for (int i = 0; i < 50; i++) {
        var properties =
            new PropertyWriter()
                .text("message_id", "deep-" + i)
                .text("type", "echo")
                .octet("delivery_mode", 2)
                .header("a", PropertyWriter.nestedTables(500))
                .build();
        publish(channel, "mail", properties, new byte[0]);
      }
      channel.waitForConfirmsOrDie(LONG.toMillis());
    }

    var kill = fleet.run("kill", "--all", "--in-flight", "purge", "--backlog", "purge", "-y");

    kill.succeeded();
    fleet.awaitWaiting("mail", 0);
    await("nothing is in the controller's hands").atMost(LONG).until(() -> taken() == 0);
  }

  private String publishGood(Channel channel, String queue, String id) throws Exception {
    var properties =
        new AMQP.BasicProperties.Builder().messageId(id).type("journal").deliveryMode(2).build();
    var body = fleet.journal().input(0).getBytes(StandardCharsets.UTF_8);
    publish(channel, queue, properties, body);
    return id;
  }

  private void publish(Channel channel, String queue, AMQP.BasicProperties properties, byte[] body)
      throws Exception {
    channel.basicPublish(fleet.vhost().namespace() + ".tasks", queue, true, properties, body);
  }

  private ConnectionFactory factory() throws Exception {
    var factory = new ConnectionFactory();
    factory.setUri(fleet.vhost().uri());
    factory.setAutomaticRecoveryEnabled(false);
    return factory;
  }
}
