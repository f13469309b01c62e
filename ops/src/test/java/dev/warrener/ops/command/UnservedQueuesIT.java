package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.ConnectionFactory;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queues that nobody serves are known, or it is said that they are not. */
class UnservedQueuesIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private Vhost vhost;
  private CommandLineFleet fleet;

  @BeforeEach
  void place() {
    vhost = TestBroker.get().freshVhost();
    fleet = new CommandLineFleet(vhost.uri(), vhost.namespace());
  }

  @AfterEach
  void clear() {
    fleet.close();
    vhost.close();
  }

  @Test
  void queueThatNobodyServesIsInEveryScreenWithWhatWaitsThere() {
    fleet.startController("c1", 1, "--queue", "mail=1");
    fleet.run("queue", "create", "lonely").ends(0);
    fleet.run("queue", "create", "empty").ends(0);
    fleet.run("publish", "lonely", "echo", "--count", "3", "-q").ends(0);

    for (var command : new String[][] {{"status"}, {"queue", "list"}}) {
      var out = fleet.run(command).ends(0).out();
      assertThat(out)
          .containsPattern("lonely +3 +0 +0 +0 +0 +0 +0 +nobody serves it")
          .containsPattern("empty +0 +0 +0 +0 +0 +0 +0 +nobody serves it")
          .containsPattern("mail +0 +0 +0 +0 +1 +1 +0");
    }
    assertThat(fleet.run("queue", "list", "-o", "name").ends(0).out())
        .isEqualTo("empty\nlonely\nmail\n");
    assertThat(fleet.run("task", "list").ends(0).err()).contains("Waiting: 3 at the broker");
    assertThat(fleet.run("doctor").out())
        .containsPattern("warning +queue lonely +nobody serves it, and 3 tasks wait there")
        .containsPattern("ok +queues +nobody serves empty; nothing waits there");
  }

  @Test
  void queueOfAControllerThatHasEndedIsStillKnown() {
    var gone = fleet.startController("c1", 1, "--queue", "old=1");
    awaitRecorded("old");
    gone.close();
    fleet.startController("c2", 1, "--queue", "mail=1");

    await("c1 is no more")
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(fleet.run("queue", "list").out())
                .containsPattern("old .* serves it")
                .containsPattern("mail +0"));
  }

  @Test
  void queueThatWasDeletedIsNotShown() throws Exception {
    fleet.startController("c1", 1, "--queue", "mail=1");
    fleet.run("queue", "create", "lonely").ends(0);
    var factory = new ConnectionFactory();
    factory.setUri(vhost.uri());
    try (var connection = factory.newConnection("an administrator")) {
      connection.createChannel().queueDelete(fleet.access("test").namespace().taskQueue("lonely"));
    }

    assertThat(fleet.run("queue", "list").ends(0).out()).contains("mail").doesNotContain("lonely");
  }

  @Test
  void withoutTheListNobodySaysThatThereIsNone() throws Exception {
    fleet.startController("c1", 1, "--queue", "mail=1");
    awaitRecorded("mail");
    var factory = new ConnectionFactory();
    factory.setUri(vhost.uri());
    try (var connection = factory.newConnection("an administrator")) {
      connection.createChannel().queueDelete(fleet.access("test").namespace().queuesStream());
    }

    assertThat(fleet.run("status").ends(0).out())
        .contains("Queues       queues that nobody serves are not known: this broker keeps no list");
    assertThat(fleet.run("status", "-o", "json").ends(0).json().at("/queuesNotShown").stringValue())
        .contains("are not known");
    assertThat(fleet.run("queue", "list", "-o", "json").ends(0).err())
        .contains("Queues that nobody serves are not known");
    assertThat(fleet.run("doctor").out())
        .containsPattern("warning +queues +queues that nobody serves are not known");
    assertThat(fleet.run("task", "list").ends(0).err()).contains("without queues that nobody serves");
  }

  private void awaitRecorded(String queue) {
    await("the name of the queue is recorded")
        .atMost(LONG)
        .ignoreExceptions()
        .until(() -> {
          try (var session = BrokerSession.open(fleet.access("test"))) {
            return session.queueNames().contains(queue);
          }
        });
  }
}
