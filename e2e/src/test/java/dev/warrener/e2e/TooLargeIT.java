package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.BreakableBroker;
import dev.warrener.e2e.fixture.Observer;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.producer.ClientOptions;
import dev.warrener.producer.WarrenerClient;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Results and copies of tasks that the broker does not take. */
@NeedsRabbitMq(value = "the embedded broker has no limit", with = Capability.FAULTS)
class TooLargeIT {
  private static final int LIMIT = 100_000;
  private static final int NORMAL = 16 << 20;
  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension private static final BreakableBroker BROKER = new BreakableBroker();
  @RegisterExtension private final TestFleet fleet = TestFleet.on(BROKER);

  @Test
  void resultThatTheBrokerDoesNotTakeIsReplacedByOneThatSaysSo() throws Exception {
    // It makes the exchange of results.
    fleet.controller("c0", "--queue", "other=1");
    fleet.run("queue", "create", "mail").succeeded();
    try (var client = client()) {
      var large = client.submitForResult(echo("large", LIMIT + 1), LONG);
      var small = client.submitForResult(echo("small", 10), LONG);
      awaitWaiting(2);
      BROKER.get().limitMessages(LIMIT);
      var controller = fleet.controller("c1", "--queue", "mail=1");

      var result = large.get();

      assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(result.error()).extracting(TaskError::type).isEqualTo("result-too-large");
      assertThat(result.error())
          .extracting(TaskError::message)
          .asString()
          .contains("has run to its end", "at most " + LIMIT);
      assertThat(result.value()).isNull();
      assertThat(small.get().outcome()).isEqualTo(Outcome.SUCCEEDED);
      fleet.awaitWaiting("mail", 0);
      assertThat(fleet.observer().waiting("mail.dead")).isZero();
      assertThat(controller.text()).contains("WARN", "its result can't be sent");
      controller.terminate();
      assertThat(controller.awaitExit()).isZero();
    } finally {
      BROKER.get().limitMessages(NORMAL);
    }
    fleet.awaitWaiting("mail", 0);
  }

  @Test
  void taskThatCanNotBePublishedAgainIsMovedByTheBrokerAndHoldsNobodyUp() throws Exception {
    fleet.run("queue", "create", "mail").succeeded();
    try {
      for (int i = 0; i < 8; i++) {
        var body = "{\"message\":\"" + "m".repeat(LIMIT) + "\"}";
        fleet.observer().publishTask("mail", "large-" + i, "fail", body, attempts(2));
      }
      for (int i = 0; i < 12; i++) {
        fleet.publish("mail", "good-" + i, 0);
      }
      awaitWaiting(20);
      BROKER.get().limitMessages(LIMIT);
      fleet.controller("c1", "--queue", "mail=2");

      await("the others").atMost(SOON).until(() -> fleet.journal().ends().size() == 12);
      await("the large ones").atMost(SOON).until(() -> fleet.observer().waiting("mail.dead") == 8);
      fleet.awaitWaiting("mail", 0);
      var list = fleet.run("dead", "list", "mail", "-o", "json").succeeded();
      assertThat(list.out())
          .contains("large-7", "\"invalid\"", "larger than the broker accepts now");
      var requeue = fleet.run("dead", "requeue", "mail", "--task", "large-1", "-y");
      assertThat(requeue.status()).isEqualTo(3);
      assertThat(requeue.err()).contains("large-1", "size");
      fleet.run("dead", "purge", "mail", "-y").succeeded();
      assertThat(fleet.observer().waiting("mail.dead")).isZero();
    } finally {
      BROKER.get().limitMessages(NORMAL);
    }
  }

  @Test
  void taskWhoseHeadersFillAFrameBecomesADeadLetterWithItsReason() throws Exception {
    fleet.controller("c1", "--queue", "mail=2");
    for (int i = 0; i < 8; i++) {
      fleet
          .observer()
          .publishTask(
              "mail",
              "full-" + i,
              "fail",
              "{\"message\":\"" + "€".repeat(2_000) + "\"}",
              Map.of("filler", "f".repeat(130_700), "x-max-attempts", 1 + i % 2, "x-batch", "b"));
    }
    for (int i = 0; i < 12; i++) {
      fleet.publish("mail", "good-" + i, 0);
    }

    await("the others").atMost(SOON).until(() -> fleet.journal().ends().size() == 12);
    await("the full ones").atMost(SOON).until(() -> fleet.observer().waiting("mail.dead") == 8);
    fleet.run("dead", "list", "mail", "--batch", "b", "-o", "json").succeeded();
    for (var letter : fleet.observer().takeDead("mail")) {
      boolean isRetried = Observer.header(letter, "x-max-attempts").equals("2");
      assertThat(Observer.header(letter, "x-dead-reason"))
          .isEqualTo(isRetried ? "invalid" : "failed");
      assertThat(Observer.header(letter, "x-dead-detail"))
          .contains(isRetried ? "too large to be published again" : "€€€", "header filler");
      assertThat(Observer.header(letter, "x-batch")).isEqualTo("b");
    }
  }

  @Test
  void tasksWhoseAskerHasGoneHoldNobodyUp() throws Exception {
    fleet.controller("c1", "--queue", "mail=2");
    for (int i = 0; i < 20; i++) {
      fleet.observer().publishTask("mail", "asked-" + i, "echo", "{}", "warrener.reply.ana.gone");
    }
    for (int i = 0; i < 3; i++) {
      fleet.publish("mail", "good-" + i, 0);
    }

    await("the others").atMost(SOON).until(() -> fleet.journal().ends().size() == 3);
    fleet.awaitWaiting("mail", 0);
    await("nothing is held")
        .atMost(SOON)
        .until(() ->
            Objects.requireNonNull(fleet.presence("c1")).queues().stream()
                .allMatch(queue -> queue.waiting() == 0));
  }

  private void awaitWaiting(int count) {
    fleet.awaitWaiting("mail", count);
  }

  private static Map<String, Object> attempts(int most) {
    return Map.of("x-max-attempts", most);
  }

  private static Task echo(String id, int length) {
    return Task.to("mail", "echo").id(id).json("\"" + "x".repeat(length) + "\"").build();
  }

  private WarrenerClient client() {
    return WarrenerClient.connect(
        BrokerAddress.parse(fleet.uri()),
        ClientOptions.builder().namespace(new Namespace(fleet.vhost().namespace())).build());
  }
}
