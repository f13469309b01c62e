package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Uuid7;
import dev.warrener.testbroker.NeedsRabbitMq;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A kill that one of two controllers does not receive for a while. */
class SilentControllerIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private ControllerProcess silent;

  @BeforeEach
  void startFleet() {
    start("c1");
    silent = start("c2");
    for (int i = 0; i < 2; i++) {
      fleet.publish("mail", "task-" + i, 600);
    }
    fleet.awaitRunning(2);
  }

  /** One task at a time, so that each controller runs one of two. */
  private ControllerProcess start(String id) {
    return fleet.controller(
        id, "--queue", "mail=1", "--set", "lease=5m", "--set", "queue.mail.look-ahead=0");
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no order that could be watched")
  void isNamedWithItsLeaseAndCompletesTheRecordWhenItAnswersLate() {
    var workers = fleet.journal().pids();
    var order = Uuid7.next();
    silent.freeze();

    var first = fleet.run("kill", "--all", "--id", order, "--timeout", "2s", "-y");

    assertThat(first.status()).as("%s%n%s", first.out(), first.err()).isEqualTo(124);
    assertThat(first.err())
        .containsPattern(
            "c2 has not answered; it was last seen [^:]* ago: its workers may still run")
        .containsPattern("its lease ends them by \\d\\d:\\d\\d:\\d\\dZ")
        .contains("warrener kills watch " + order);
    assertThat(first.out()).contains("PARTIAL  kill " + order + ": 1 of 2 controllers confirmed");
    assertThat(workers).filteredOn(ProcessTable::lives).hasSize(1);

    var again = fleet.run("kill", "--all", "--id", order, "--timeout", "2s", "-y");

    assertThat(again.status()).as("%s%n%s", again.out(), again.err()).isEqualTo(124);
    assertThat(again.out()).contains("1 of 2 controllers confirmed, 1 worker dead");
    assertThat(workers).filteredOn(ProcessTable::lives).hasSize(1);

    silent.thaw();
    var watched = fleet.run("kills", "watch", order, "--timeout", "60s").succeeded();

    assertThat(watched.out())
        .contains("CONFIRMED  kill " + order + ": 2 of 2 controllers confirmed, 2 workers dead");
    assertThat(workers).noneMatch(ProcessTable::lives);
    assertThat(fleet.observer().waiting("mail")).isEqualTo(2);
    assertThat(fleet.journal().starts()).as("nothing was done twice").hasSize(2);
  }
}
