package dev.warrener.messaging.broker.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.task.Task;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What another connection sees right after a barrier. Without one up to 50 of 50 are not there yet.
 */
class BarrierIT {
  private static final int HELD = 50;
  private static final int WAITING = 20;
  private static final int ROUNDS = 10;

  private TestFleet fleet;

  @BeforeEach
  void place() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare("mail");
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  @Test
  void whatWasHandedBackIsThereForOthersExceptTheOneThatTheBarrierItselfGaveBack()
      throws Exception {
    publish(HELD + WAITING);
    var heard = new RecordingIntake();
    var intake = fleet.closing(new TaskIntake(fleet.access(), heard));
    intake.start();
    intake.awaitUp(TestFleet.PATIENCE);
    var others = fleet.channel();
    var queue = fleet.namespace().taskQueue("mail");

    for (int round = 0; round < ROUNDS; round++) {
      intake.consume("mail", QueueSettings.DEFAULT, HELD);
      var inHand = heard.take(HELD);
      intake.cancel("mail");
      inHand.forEach(intake::requeue);

      intake.barrier("mail");

      assertThat(others.queueDeclarePassive(queue).getMessageCount())
          .as("round %d", round)
          .isGreaterThanOrEqualTo(HELD + WAITING - 1);
      assertThat(heard.deliveries).as("the barrier starts nothing").isEmpty();
    }
  }

  @Test
  void barrierOnAnEmptyQueueReturns() throws Exception {
    var intake = fleet.closing(new TaskIntake(fleet.access(), new RecordingIntake()));
    intake.start();
    intake.awaitUp(TestFleet.PATIENCE);
    intake.consume("mail", QueueSettings.DEFAULT, 1);
    intake.cancel("mail");

    intake.barrier("mail");

    assertThat(fleet.messages(fleet.namespace().taskQueue("mail"))).isZero();
  }

  private void publish(int count) throws Exception {
    var publisher = fleet.publisher();
    var outcomes = new ArrayList<CompletableFuture<PublishOutcome>>();
    for (int i = 0; i < count; i++) {
      outcomes.add(publisher.publish(Task.to("mail", "send").build()));
    }
    for (var outcome : outcomes) {
      assertThat(outcome.get()).isEqualTo(new PublishOutcome.Confirmed());
    }
  }
}
