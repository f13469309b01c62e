package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.OwnBroker;
import dev.warrener.testbroker.TestBroker;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A broker that blocks publishers can still stop a fleet. */
@NeedsRabbitMq(
    value = "the embedded broker has no alarms and no tripwire",
    with = {Capability.FAULTS})
class TripwireIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static OwnBroker broker;

  /** Why a broker blocks publishers. */
  enum Alarm {
    MEMORY("low on memory") {
      @Override
      void raise() {
        broker.raiseMemoryAlarm();
      }

      @Override
      void clear() {
        broker.clearMemoryAlarm();
      }
    },
    DISK("low on disk") {
      @Override
      void raise() {
        broker.raiseDiskAlarm();
      }

      @Override
      void clear() {
        broker.clearDiskAlarm();
      }
    };

    private final String words;

    Alarm(String words) {
      this.words = words;
    }

    abstract void raise();

    abstract void clear();
  }

  @BeforeAll
  static void startBroker() {
    broker = TestBroker.own();
  }

  @AfterAll
  static void endBroker() {
    broker.close();
  }

  @ParameterizedTest
  @EnumSource
  void killAllPullsTheTripwireWhileTheBrokerHasAnAlarm(Alarm alarm) {
    try (var vhost = broker.freshVhost();
        var fleet = new CommandLineFleet(vhost.uri(), vhost.namespace())) {
      fleet.run("queue", "create", "mail").ends(0);
      fleet.startController("c1", 2, "--queue", "mail=2");
      fleet
          .run("publish", "mail", "sleep", "{\"seconds\":60,\"steps\":60}", "--count", "2")
          .ends(0);
      await("busy").atMost(LONG).until(() -> fleet.count("busy", "c1") == 2);
      var workers = fleet.run("ps", "-o", "json").json().valueStream().toList();
      alarm.raise();
      try {
        var refused = fleet.run("kill", "--queue", "mail", "-y").ends(69);
        assertThat(refused.err()).contains("blocks publishers").contains("nothing was sent");

        var ran = fleet.run("kill", "--all", "-y", "-m", "INC-42", "--timeout", "60s").ends(0);

        assertThat(ran.err())
            .contains(
                "The broker blocks publishers (" + alarm.words + "): pulling the tripwire instead.")
            .contains("1 controller listens. Each kills all of its workers");
        assertThat(ran.out())
            .startsWith("CONFIRMED  tripwire: 1 of 1 controller runs no worker process any more");
        assertThat(workers)
            .hasSize(2)
            .noneMatch(worker -> LocalIT.lives(worker.get("pid").longValue()));
        assertThat(fleet.run("status", "-o", "json").json().at("/tripped").booleanValue()).isTrue();
        assertThat(fleet.run("kill", "--all", "-y").ends(0).err()).contains("It was pulled before");
        assertThat(fleet.run("resume", "--all", "-m", "too early").ends(69).err())
            .contains("blocks publishers (" + alarm.words + "): nothing was sent");
        assertThat(fleet.run("status").ends(124).out())
            .contains("none can answer")
            .contains("nobody has recorded who pulled it")
            .contains("the broker blocks publishers (" + alarm.words + ")");
        assertThat(fleet.run("queue", "list").ends(124).err())
            .contains("The broker blocks publishers (" + alarm.words + ")");
        assertThat(fleet.run("doctor").ends(3).out())
            .containsPattern("wrong +broker +it blocks publishers \\(" + alarm.words + "\\)")
            .as("who can't answer is not accused of silence")
            .doesNotContain("none answers", "does not answer");
      } finally {
        alarm.clear();
      }
      var by = "by " + System.getProperty("user.name") + "@";
      await("who has pulled it is on record when the broker takes messages again")
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(fleet.run("status").ends(0).out())
                  .containsPattern(by + "\\S+ \\(broker user \\S+\\) .*: INC-42"));
      assertThat(fleet.run("doctor").ends(3).out())
          .containsPattern(
              "wrong +tripwire +every controller holds everything, because it was pulled: "
                  + by
                  + ".*: INC-42");
      var pulled = fleet.run("status", "-o", "json").json().at("/pulled");
      assertThat(pulled.at("/reason").stringValue()).isEqualTo("INC-42");
      var id = pulled.at("/order").stringValue();
      assertThat(fleet.run("kills", "list").ends(0).out())
          .containsPattern(id + " .* by tripwire .*--all .*INC-42");
      await("the controller's own order is reported")
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(fleet.run("kills", "list").ends(0).err())
                  .containsPattern(
                      "Not in the log, made because the tripwire was pulled: \\S+ killed 2 workers"));
      assertThat(fleet.run("kills", "show", id).ends(0).out())
          .startsWith("kill --all, by the tripwire")
          .contains("  pulled     ", by);
      fleet.run("resume", "--all").ends(0);
      assertThat(fleet.run("kills", "list", "--orders").ends(0).out())
          .as("what was not sent is not carried out when the alarm is over")
          .contains("resume")
          .doesNotContain("too early");
      await("both run again").atMost(LONG).until(() -> fleet.count("busy", "c1") == 2);
      var status = fleet.run("status", "-o", "json").json();
      assertThat(status.at("/tripped").booleanValue()).isFalse();
      assertThat(status.at("/pulled").isMissingNode()).isTrue();
      assertThat(fleet.run("status").ends(0).out())
          .as("the record is no order that anybody refuses")
          .doesNotContain("Refused");
    }
  }
}
