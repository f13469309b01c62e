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

        var ran = fleet.run("kill", "--all", "-y", "--timeout", "60s").ends(0);

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
      assertThat(fleet.run("doctor").ends(3).out()).containsPattern("wrong +tripwire");
      fleet.run("resume", "--all").ends(0);
      assertThat(fleet.run("kills", "list", "--orders").ends(0).out())
          .as("what was not sent is not carried out when the alarm is over")
          .contains("resume")
          .doesNotContain("too early");
      await("both run again").atMost(LONG).until(() -> fleet.count("busy", "c1") == 2);
      assertThat(fleet.run("status", "-o", "json").json().at("/tripped").booleanValue()).isFalse();
    }
  }
}
