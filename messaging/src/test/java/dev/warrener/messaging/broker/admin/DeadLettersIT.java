package dev.warrener.messaging.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeadLettersIT {
  private static final Instant NOW = Instant.parse("2026-11-23T03:12:07.072Z");

  private TestFleet fleet;
  private BrokerSession session;

  @BeforeEach
  void connect() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare("mail");
    session = fleet.closing(BrokerSession.open(fleet.access()));
  }

  @AfterEach
  void clear() {
    fleet.close();
  }

  @Test
  void listingShowsWhyAndLeavesAllInPlace() throws Exception {
    var ids = kill(60);

    for (int round = 0; round < 3; round++) {
      var letters = session.deadLetters().list("mail", 50);

      assertThat(letters)
          .extracting(letter -> letter.message().id())
          .containsExactlyElementsOf(ids.subList(0, 50));
      assertThat(letters.get(0).mark().reason()).isEqualTo(DeadReason.KILLED);
      assertThat(letters.get(0).mark().order()).isEqualTo("order-1");
      assertThat(letters.get(0).content()).isInstanceOf(Task.class);
    }
    assertThat(session.probe().queue("mail").dead()).isEqualTo(60);
  }

  @Test
  void lettersThatNoConsumerMayHaveAtOnceAreAllLookedAtAndStayInTheirOrder() throws Exception {
    var ids = kill(400);

    for (int round = 0; round < 2; round++) {
      var seen = new ArrayList<String>();
      var looked =
          session
              .deadLetters()
              .look("mail", Integer.MAX_VALUE, letter -> seen.add(letter.message().id()));

      assertThat(seen).containsExactlyElementsOf(ids);
      assertThat(looked.unseen()).isZero();
    }
    var moved =
        session
            .deadLetters()
            .purge(
                "mail", Integer.MAX_VALUE, letter -> ids.indexOf(letter.message().id()) % 2 == 0);
    assertThat(moved).isEqualTo(new DeadLetters.Moved(200, List.of()));
    assertThat(session.deadLetters().list("mail", 200))
        .extracting(letter -> ids.indexOf(letter.message().id()))
        .isSorted()
        .allMatch(index -> index % 2 == 1)
        .hasSize(200);
    assertThat(session.deadLetters().look("mail", 3, letter -> {}).unseen()).isEqualTo(197);
  }

  @Test
  void requeuePutsTheChosenBackIntoTheirQueue() throws Exception {
    var ids = kill(5);

    var moved =
        session
            .deadLetters()
            .requeue("mail", 100, letter -> !ids.get(1).equals(letter.message().id()), NOW);

    assertThat(moved).isEqualTo(new DeadLetters.Moved(4, List.of()));
    assertThat(session.deadLetters().list("mail", 100))
        .extracting(letter -> letter.message().id())
        .containsExactly(ids.get(1));
    assertThat(session.probe().queue("mail").waiting()).isEqualTo(4);
    var response = fleet.channel().basicGet(fleet.namespace().taskQueue("mail"), true);
    var task =
        (Task)
            TaskCodec.decode(
                "mail",
                new Message(
                    response.getProps(), dev.warrener.messaging.task.Body.of(response.getBody())));
    assertThat(task.id()).isEqualTo(ids.get(0));
    assertThat(task.requeuedAt()).isEqualTo(NOW);
    assertThat(task.attempt()).as("killed, not failed").isEqualTo(1);
  }

  @Test
  void letterThatCannotBeMovedStaysAndIsNamed() throws Exception {
    var ids = kill(2);
    fleet
        .channel()
        .queueUnbind(
            fleet.namespace().taskQueue("mail"), fleet.namespace().tasksExchange(), "mail");

    var moved = session.deadLetters().requeue("mail", 100, letter -> true, NOW);

    assertThat(moved.done()).isZero();
    assertThat(moved.failed())
        .containsExactly(
            ids.get(0) + ": there is no queue mail", ids.get(1) + ": there is no queue mail");
    assertThat(session.probe().queue("mail").dead()).isEqualTo(2);
  }

  @Test
  void purgeDropsTheChosen() throws Exception {
    var ids = kill(3);

    var moved =
        session
            .deadLetters()
            .purge("mail", 100, letter -> ids.get(2).equals(letter.message().id()));

    assertThat(moved.done()).isEqualTo(1);
    assertThat(session.deadLetters().list("mail", 100))
        .extracting(letter -> letter.message().id())
        .containsExactly(ids.get(0), ids.get(1));
  }

  @Test
  void queueThatIsNotThereIsAnErrorAndTheSessionGoesOn() {
    assertThatThrownBy(() -> session.deadLetters().list("nowhere", 10))
        .isInstanceOf(NoSuchQueueException.class)
        .hasMessageContaining("the queue of dead letters of queue nowhere does not exist");

    assertThat(session.deadLetters().list("mail", 10)).isEmpty();
  }

  private List<String> kill(int count) throws Exception {
    var publisher = fleet.publisher();
    var mark =
        Map.of(
            TaskHeaders.DEAD_REASON,
            DeadReason.KILLED.wire(),
            TaskHeaders.DEAD_DETAIL,
            "by ana",
            TaskHeaders.DEAD_ORDER,
            "order-1");
    var ids = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var task = Task.to("mail", "send").build();
      ids.add(task.id());
      var copy = TaskCodec.withHeaders(TaskCodec.encode(task), mark);
      assertThat(publisher.publish(fleet.namespace().tasksExchange(), "mail.dead", copy).get())
          .isEqualTo(new PublishOutcome.Confirmed());
    }
    return ids;
  }
}
