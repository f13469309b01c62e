package dev.warrener.ops.command;

import static org.awaitility.Awaitility.await;

import dev.warrener.ops.command.CommandLineFleet.Ran;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** One real controller with two workers on a real broker, for tests of commands. */
abstract class OneControllerFleet {
  static final Duration LONG = Duration.ofSeconds(60);

  private static Vhost vhost;
  static CommandLineFleet fleet;

  @BeforeAll
  static void startFleet() {
    vhost = TestBroker.get().freshVhost();
    fleet = new CommandLineFleet(vhost.uri(), vhost.namespace());
    fleet.run("queue", "create", "mail").ends(0);
    fleet.startController("c1", 2, "--queue", "mail=2");
  }

  @AfterAll
  static void stopFleet() {
    fleet.close();
    vhost.close();
  }

  /** The next test meets an idle fleet and empty queues. */
  @AfterEach
  void tidyUp() {
    fleet.run("hold", "--all", "-q").ends(0);
    fleet.run("queue", "purge", "mail", "-y", "-q").ends(0);
    fleet.run("resume", "--all", "-q").ends(0);
    await("idle").atMost(LONG).until(() -> fleet.count("idle", "c1") == 2);
    fleet.run("dead", "purge", "mail", "-y", "-q").ends(0);
  }

  static Ran publishSleep(String seconds) {
    return fleet
        .run("publish", "mail", "sleep", "{\"seconds\":" + seconds + ",\"steps\":1}")
        .ends(0);
  }

  static void awaitBusy(int workers) {
    // A worker is busy from when it is handed a task, and the task runs when the worker has said
    // so.
    await("busy").atMost(LONG).until(() -> running() == workers);
  }

  static int running() {
    return fleet
        .run("controller", "show", "c1", "-o", "json")
        .ends(0)
        .json()
        .findValues("running")
        .stream()
        .mapToInt(number -> number.intValue())
        .sum();
  }

  static int number(String queue, String field) {
    for (var one : fleet.run("queue", "list", "-o", "json").ends(0).json()) {
      if (one.get("queue").stringValue().equals(queue)) {
        return one.get(field).intValue();
      }
    }
    throw new AssertionError("no queue " + queue);
  }
}
