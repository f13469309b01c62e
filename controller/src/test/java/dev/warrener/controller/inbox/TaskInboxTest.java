package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.Event;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.broker.tasks.Delivery;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskInboxTest {
  private final List<Event> events = new ArrayList<>();
  private final TaskInbox inbox = new TaskInbox(events::add, 1_000);

  @Test
  void taskThatFitsIntoNoFrameOfAWorkerIsInvalid() {
    deliver(1, 1_000);
    deliver(2, 1_001);

    assertThat(events.getFirst()).isInstanceOf(Event.Delivered.class);
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            Event.DeliveredInvalid.class,
            invalid ->
                assertThat(invalid.content().because())
                    .contains("its body has 1001 bytes, and a worker takes at most 1000"));
  }

  private void deliver(long tag, int bytes) {
    var task = Task.to("mail", "work").body(Body.of(new byte[bytes]), "text/plain").build();
    inbox.delivered(new Delivery(1, "mail", 1, tag, false, task, TaskCodec.encode(task)));
  }
}
