package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ConnectionFactory;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders have a connection of their own: what goes on with the tasks does not delay them. */
class FloodIT {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int WORKERS = 4;

  /** How many tasks wait. */
  private static final int TASKS = Integer.getInteger("warrener.flood.tasks", 100_000);

  private static final int WINDOW = 5_000;
  private static final int LARGE = 4 << 20;

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Journal journal;

  @BeforeEach
  void prepare() {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    journal = new Journal(folder.resolve("journal"));
    warrener.controller("c1", "--queue", "mail=" + WORKERS);
    observer = new Observer(vhost);
  }

  @AfterEach
  void stopFleet() {
    observer.close();
    warrener.close();
    vhost.close();
  }

  @Test
  @NeedsRabbitMq("so many tasks don't fit into its memory")
  void killIsConfirmedWhileAQueueIsLongAndLargeTasksPourIn() throws Exception {
    for (int i = 0; i < WORKERS; i++) {
      observer.publishTask("mail", "running-" + i, "journal", journal.input(300), Map.of());
    }
    await("all workers run").atMost(LONG).until(() -> journal.unfinished().size() == WORKERS);
    var small = "x".repeat(200).getBytes(StandardCharsets.UTF_8);
    publish(TASKS, small, new AtomicBoolean(true));

    var isOn = new AtomicBoolean(true);
    var pouring = CompletableFuture.supplyAsync(() -> publish(1000, new byte[LARGE], isOn));
    await("large ones have come").atMost(LONG).until(() -> observer.waiting("mail") > TASKS);
    try {
      var kill = warrener.run("kill", "--all", "-y");

      kill.succeeded();
      assertThat(kill.out()).contains("1 of 1 controller confirmed", WORKERS + " requeued");
    } finally {
      isOn.set(false);
    }
    int large = pouring.get();
    await("all are back, and wait")
        .atMost(LONG)
        .until(() -> observer.waiting("mail") == WORKERS + TASKS + large);
  }

  /** Publishes until all are confirmed, or no more are wanted; returns how many. */
  private int publish(int number, byte[] body, AtomicBoolean isOn) {
    var factory = new ConnectionFactory();
    try {
      factory.setUri(vhost.uri());
      try (var connection = factory.newConnection("flood");
          var channel = connection.createChannel()) {
        channel.confirmSelect();
        int window = body.length == LARGE ? 1 : WINDOW;
        int published = 0;
        while (published < number && isOn.get()) {
          channel.basicPublish(
              vhost.namespace() + ".tasks",
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
