package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.Observer;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A task that kills its controller, as a worker does that uses up the memory of a container: the
 * kernel then ends the container as a whole.
 */
class DeadlyTaskIT {
  /** Two lives that nobody writes down, and as many as a task may crash its worker here. */
  private static final int DEATHS = 4;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  @NeedsRabbitMq("another broker does not say how often a task came back")
  void deadlyTaskIsQuarantinedAndItsNeighboursAreNot() {
    var controller = start();
    fleet.publish("mail", "deadly", 300);
    fleet.publish("mail", "neighbour", 3);
    fleet.publish("mail", "waiting", 0.1);

    for (int death = 1; death <= DEATHS; death++) {
      awaitStartsOfDeadly(death);
      controller.kill();
      controller = start();
    }

    fleet.awaitEnded("neighbour", "waiting");
    var dead = awaitDead();
    assertThat(dead).hasSize(1);
    assertThat(dead.getFirst().getProps().getMessageId()).isEqualTo("deadly");
    assertThat(Observer.header(dead.getFirst(), "x-dead-reason")).isEqualTo("poison");
    assertThat(Observer.header(dead.getFirst(), "x-dead-detail"))
        .startsWith("controller c1 died 2 times while this task ran");
    assertThat(startsOfDeadly()).isEqualTo(DEATHS);
  }

  private ControllerProcess start() {
    return fleet.controller("c1", "--queue", "mail=2", "--set", "poison-after=2");
  }

  private void awaitStartsOfDeadly(int times) {
    await("it runs for the " + times + ". time")
        .atMost(LONG)
        .until(() -> startsOfDeadly() == times);
  }

  private long startsOfDeadly() {
    return fleet.journal().starts().stream().filter(start -> start.task().equals("deadly")).count();
  }

  private List<GetResponse> awaitDead() {
    var dead = new ArrayList<GetResponse>();
    await("a dead letter").atMost(LONG).until(() -> dead.addAll(fleet.observer().takeDead("mail")));
    return dead;
  }
}
