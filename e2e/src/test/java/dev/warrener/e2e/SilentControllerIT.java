package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.Uuid7;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kill that one of two controllers does not hear for a while. */
class SilentControllerIT {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Journal journal;
  private Warrener.ControllerProcess silent;

  @BeforeEach
  void startFleet() {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    journal = new Journal(folder.resolve("journal"));
    warrener.controller("c1", "--queue", "mail=1", "--set", "lease=5m");
    silent = warrener.controller("c2", "--queue", "mail=1", "--set", "lease=5m");
    observer = new Observer(vhost);
    for (int i = 0; i < 2; i++) {
      observer.publishTask("mail", "task-" + i, "journal", journal.input(600), Map.of());
    }
    await("both run").atMost(LONG).until(() -> journal.unfinished().size() == 2);
  }

  @AfterEach
  void stopFleet() {
    silent.thaw();
    observer.close();
    warrener.close();
    vhost.close();
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no order that could be watched")
  void isNamedWithItsLeaseAndCompletesTheRecordWhenItAnswersLate() {
    var workers = journal.pids();
    var order = Uuid7.next();
    silent.freeze();

    var first = warrener.run("kill", "--all", "--id", order, "--timeout", "2s", "-y");

    assertThat(first.status()).as("%s%n%s", first.out(), first.err()).isEqualTo(124);
    assertThat(first.err())
        .containsPattern(
            "c2 has not answered; it was last seen [^:]* ago: its workers may still run")
        .containsPattern("its lease ends them by \\d\\d:\\d\\d:\\d\\dZ")
        .contains("warrener kills watch " + order);
    assertThat(first.out()).contains("PARTIAL  kill " + order + ": 1 of 2 controllers confirmed");
    assertThat(workers).filteredOn(Warrener::lives).hasSize(1);

    var again = warrener.run("kill", "--all", "--id", order, "--timeout", "2s", "-y");

    assertThat(again.status()).as("%s%n%s", again.out(), again.err()).isEqualTo(124);
    assertThat(again.out()).contains("1 of 2 controllers confirmed, 1 worker dead");
    assertThat(workers).filteredOn(Warrener::lives).hasSize(1);

    silent.thaw();
    var watched = warrener.run("kills", "watch", order, "--timeout", "60s").succeeded();

    assertThat(watched.out())
        .contains("CONFIRMED  kill " + order + ": 2 of 2 controllers confirmed, 2 workers dead");
    assertThat(workers).noneMatch(Warrener::lives);
    assertThat(observer.waiting("mail")).isEqualTo(2);
    assertThat(journal.starts()).as("nothing was done twice").hasSize(2);
  }
}
