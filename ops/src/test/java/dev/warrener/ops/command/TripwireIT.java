package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A broker that takes no publishes can still stop a fleet. */
@NeedsRabbitMq(
    value = "the embedded broker has no alarms and no tripwire",
    with = {Capability.FAULTS})
class TripwireIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void killAllPullsTheTripwireWhileTheBrokerHasAnAlarm() {
    try (var broker = TestBroker.own();
        var vhost = broker.freshVhost();
        var fleet = new CommandLineFleet(vhost.uri(), vhost.namespace())) {
      fleet.run("queue", "create", "mail").ends(0);
      fleet.startController("c1", 2, "--queue", "mail=2");
      fleet
          .run("publish", "mail", "sleep", "{\"seconds\":60,\"steps\":60}", "--count", "2")
          .ends(0);
      await("busy").atMost(LONG).until(() -> fleet.count("busy", "c1") == 2);
      broker.raiseMemoryAlarm();
      try {
        var refused = fleet.run("kill", "--queue", "mail", "-y").ends(69);
        assertThat(refused.err()).contains("takes no publishes").contains("nothing was sent");

        var ran = fleet.run("kill", "--all", "-y", "--timeout", "60s").ends(0);

        assertThat(ran.err()).contains("pulling the tripwire instead");
        assertThat(ran.out())
            .startsWith("CONFIRMED  tripwire: 1 of 1 controller runs no worker process any more");
        assertThat(fleet.run("status", "-o", "json").json().at("/tripped").booleanValue()).isTrue();
      } finally {
        broker.clearMemoryAlarm();
      }
      assertThat(fleet.run("doctor").ends(3).out()).containsPattern("wrong +tripwire");
      fleet.run("resume", "--all").ends(0);
      await("both run again").atMost(LONG).until(() -> fleet.count("busy", "c1") == 2);
      assertThat(fleet.run("status", "-o", "json").json().at("/tripped").booleanValue()).isFalse();
    }
  }
}
