package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.producer.ClientOptions;
import dev.warrener.producer.WarrenerClient;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a publisher that waits for results hears, and what the log says. */
class EndingsIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  void whoeverWaitsHearsOfEachEnd() throws Exception {
    fleet.controller("c1", "--queue", "mail=1", "--set", "queue.mail.look-ahead=0");
    try (var client = client()) {
      var tomorrow = Instant.now().plus(Duration.ofDays(1));
      var deferred = client.submitForResult(echo("deferred").notBefore(tomorrow).build());
      fleet.awaitWaiting("mail.retry.600", 1);
      var killed = client.submitForResult(endless("killed"));
      fleet.awaitRunning("killed");
      killWithBacklog("--backlog=dead-letter");
      assertThat(outcome(killed)).isEqualTo(Outcome.KILLED);
      assertThat(outcome(deferred)).isEqualTo(Outcome.KILLED);

      var running = client.submitForResult(endless("running"));
      fleet.awaitRunning("running");
      var purged = client.submitForResult(echo("purged").build());
      await("the broker has the task").until(() -> client.outstanding() == 0);
      fleet.run("queue", "purge", "mail", "--confirm", "mail", "-m", "test").succeeded();
      assertThat(outcome(purged)).isEqualTo(Outcome.PURGED);

      var dropped = client.submitForResult(echo("dropped").build());
      await("the broker has the task").until(() -> client.outstanding() == 0);
      killWithBacklog("--backlog=purge");
      assertThat(outcome(dropped)).isEqualTo(Outcome.PURGED);
      assertThat(outcome(running)).isEqualTo(Outcome.KILLED);

      var late = client.submitForResult(echo("late").expiration(Duration.ZERO).build());
      assertThat(outcome(late)).isEqualTo(Outcome.EXPIRED);
      assertThat(outcome(client.submitForResult(echo("once").build())))
          .isEqualTo(Outcome.SUCCEEDED);
      assertThat(result(client.submitForResult(echo("once").build())))
          .returns(Outcome.DUPLICATE, ResultMessage::outcome)
          .returns(Outcome.SUCCEEDED, ResultMessage::earlierOutcome);
    }
  }

  private void killWithBacklog(String backlog) {
    fleet
        .run(
            "kill",
            "--queue=mail",
            "--in-flight=dead-letter",
            backlog,
            "--then=respawn",
            "-y",
            "-m=test")
        .succeeded();
  }

  private static Outcome outcome(CompletableFuture<ResultMessage> result) throws Exception {
    return result(result).outcome();
  }

  private static ResultMessage result(CompletableFuture<ResultMessage> result) throws Exception {
    return result.get(LONG.toSeconds(), SECONDS);
  }

  private static Task.Builder echo(String id) {
    return Task.to("mail", "echo").id(id);
  }

  private Task endless(String id) {
    return Task.to("mail", "journal").id(id).json(fleet.journal().input(600)).build();
  }

  private WarrenerClient client() {
    return WarrenerClient.connect(
        BrokerAddress.parse(fleet.uri()),
        ClientOptions.builder().namespace(new Namespace(fleet.vhost().namespace())).build());
  }
}
