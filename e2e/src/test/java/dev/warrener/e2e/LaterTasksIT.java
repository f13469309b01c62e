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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is published after a kill was given survives it, also if the backlog is dropped later. */
class LaterTasksIT {
  private static final String GRACE = "5s";

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @ParameterizedTest
  @ValueSource(strings = {"purge", "dead-letter"})
  void taskThatIsPublishedDuringTheGraceSurvives(String backlog) throws Exception {
    fleet.controller("c1", "--queue", "mail=1", "--set", "queue.mail.look-ahead=0");
    try (var client = client()) {
      var _ = client.submitForResult(endless());
      fleet.awaitRunning("endless");
      var older = submit(client);
      await("the broker has the tasks").until(() -> client.outstanding() == 0);

      var kill = CompletableFuture.supplyAsync(() -> kill(backlog));
      await("the order is in force")
          .atMost(LONG)
          .until(() -> {
            var presence = fleet.presence("c1");
            return presence != null && !presence.holds().isEmpty();
          });
      var later = submit(client);
      kill.get(LONG.toSeconds(), SECONDS);

      for (var result : older) {
        assertThat(outcome(result))
            .isEqualTo(backlog.equals("purge") ? Outcome.PURGED : Outcome.KILLED);
      }
      fleet.run("resume", "--queue=mail").succeeded();
      for (var result : later) {
        assertThat(outcome(result)).isEqualTo(Outcome.SUCCEEDED);
      }
    }
  }

  private List<CompletableFuture<ResultMessage>> submit(WarrenerClient client) {
    return Stream.generate(() -> Task.to("mail", "echo").build())
        .limit(3)
        .map(client::submitForResult)
        .toList();
  }

  private String kill(String backlog) {
    var killed =
        fleet.run(
            "kill",
            "--queue=mail",
            "--in-flight=purge",
            "--backlog=" + backlog,
            "--grace=" + GRACE,
            "--timeout=40s",
            "-y",
            "-m=test");
    killed.succeeded();
    return killed.err();
  }

  private static Outcome outcome(CompletableFuture<ResultMessage> result) throws Exception {
    return result.get(LONG.toSeconds(), SECONDS).outcome();
  }

  private Task endless() {
    return Task.to("mail", "journal").id("endless").json(fleet.journal().input(600)).build();
  }

  private WarrenerClient client() {
    return WarrenerClient.connect(
        BrokerAddress.parse(fleet.uri()),
        ClientOptions.builder().namespace(new Namespace(fleet.vhost().namespace())).build());
  }
}
