package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ConnectionFactory;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Orders have a connection of their own: neither long queues nor large tasks delay them. */
class FloodIT {
  private static final int WORKERS = 4;

  /** The number of tasks that wait. */
  private static final int TASKS = Integer.getInteger("warrener.flood.tasks", 100_000);

  private static final int WINDOW = 5_000;
  private static final int LARGE = 4 << 20;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @BeforeEach
  void startController() {
    fleet.controller("c1", "--queue", "mail=" + WORKERS);
  }

  @Test
  @NeedsRabbitMq("so many tasks don't fit into its memory")
  void killIsConfirmedWhileAQueueIsLongAndLargeTasksPourIn() throws Exception {
    for (int i = 0; i < WORKERS; i++) {
      fleet.publish("mail", "running-" + i, 300);
    }
    fleet.awaitRunning(WORKERS);
    var small = "x".repeat(200).getBytes(StandardCharsets.UTF_8);
    publish(TASKS, small, new AtomicBoolean(true));

    var isOn = new AtomicBoolean(true);
    var pouring = CompletableFuture.supplyAsync(() -> publish(1000, new byte[LARGE], isOn));
    await("large ones have come")
        .atMost(LONG)
        .until(() -> fleet.observer().waiting("mail") > TASKS);
    try {
      var kill = fleet.run("kill", "--all", "-y");

      kill.succeeded();
      assertThat(kill.out()).contains("1 of 1 controller confirmed", WORKERS + " requeued");
    } finally {
      isOn.set(false);
    }
    int large = pouring.get();
    fleet.awaitWaiting("mail", WORKERS + TASKS + large);
  }

  /** Publishes until all tasks are confirmed, or the flood is turned off; returns their number. */
  private int publish(int number, byte[] body, AtomicBoolean isOn) {
    var factory = new ConnectionFactory();
    try {
      factory.setUri(fleet.vhost().uri());
      try (var connection = factory.newConnection("flood");
          var channel = connection.createChannel()) {
        channel.confirmSelect();
        int window = body.length == LARGE ? 1 : WINDOW;
        int published = 0;
        while (published < number && isOn.get()) {
          channel.basicPublish(
              fleet.vhost().namespace() + ".tasks",
              "mail",
              true,
              new AMQP.BasicProperties.Builder()
                  .messageId("waiting-" + body.length + "-" + published)
                  .type("echo")
                  .deliveryMode(2)
                  .build(),
              body);
          if (++published % window == 0) {
            channel.waitForConfirmsOrDie(LONG.toMillis());
          }
        }
        channel.waitForConfirmsOrDie(LONG.toMillis());
        return published;
      }
    } catch (Exception e) {
      throw new IllegalStateException("the flood has ebbed", e);
    }
  }
}
