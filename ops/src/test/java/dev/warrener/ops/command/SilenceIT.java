package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.broker.orders.OrderFeed;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import dev.warrener.ops.Main;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A controller that hears every order, and says nothing. */
class SilenceIT {
  private Vhost vhost;
  private CommandLineFleet fleet;
  private OrderFeed mute;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  @BeforeEach
  void startMuteController() {
    vhost = TestBroker.get().freshVhost();
    fleet = new CommandLineFleet(vhost.uri(), vhost.namespace());
    mute =
        new OrderFeed(
            fleet.access("mute"),
            "mute",
            new OrderFeed.Listener() {
              @Override
              public void synced(long generation, List<ReceivedOrder> log, boolean tripped) {}

              @Override
              public void ordered(ReceivedOrder order) {
                if (order instanceof ReceivedOrder.Decoded legible) {
                  heard.add(legible.order().id());
                }
              }

              @Override
              public void tripped(long generation) {}

              @Override
              public void down(long generation, String reason, Duration silence) {}
            });
    mute.start();
    mute.awaitSynced(Duration.ofSeconds(60));
  }

  @AfterEach
  void stopMuteController() {
    mute.close();
    fleet.close();
    vhost.close();
  }

  @Test
  void brokersCountGivesAwayWhoSaysNothing() {
    var ran = fleet.run("kill", "--all", "-y", "--timeout", "1s").ends(124);

    assertThat(ran.err())
        .contains("The broker counts 1 more controller, unknown by name, that did not answer.");
    assertThat(ran.out()).contains("PARTIAL  kill ").contains(": 0 of 1 controller confirmed");
  }

  @Test
  void commandsThatLookSayThatSomebodyIsThereAndEndWithUnknown() {
    var calls =
        List.of(
            "status",
            "top --times 1",
            "ps",
            "task list",
            "batch list",
            "queue list",
            "controller list",
            "task show nosuch",
            "batch show nosuch",
            "controller show nosuch",
            "doctor");

    assertThat(calls.parallelStream().map(call -> fleet.run(call.split(" ", -1))).toList())
        .allSatisfy(ran -> {
          ran.ends(124);
          assertThat(ran.out() + ran.err())
              .contains("Nobody answered; the broker counts 1 controller that listens");
        });
    var json = fleet.run("status", "-o", "json").ends(124).json();
    assertThat(json.at("/connected").intValue()).isEqualTo(1);
    assertThat(json.at("/complete").booleanValue()).isFalse();
    assertThat(json.at("/controllers").size()).isZero();
  }

  @Test
  void whereNobodyIsTheBrokerSaysSo() {
    mute.close();

    assertThat(fleet.run("ps").ends(0).err()).contains("No worker: no controller listens");
    assertThat(fleet.run("task", "show", "nosuch").ends(124).err())
        .contains("nobody knows whether task nosuch is running: no controller listens");
    assertThat(fleet.run("doctor").ends(3).out()).contains("none listens at this broker");
  }

  @Test
  void interruptedCommandSaysThatTheOrderStaysInForce() throws Exception {
    // As a terminal starts it: a build that runs in the background ignores SIGINT, and so would
    // whatever it starts.
    var builder =
        new ProcessBuilder(
            "env",
            "--default-signal=INT",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "kill",
            "--all",
            "-y",
            "--timeout",
            "10m");
    builder.environment().putAll(fleet.environment());
    var command = builder.redirectErrorStream(true).start();
    try {
      String order = heard.poll(60, TimeUnit.SECONDS);
      assertThat(order).isNotNull();
      try (var lines =
          new BufferedReader(
              new InputStreamReader(command.getInputStream(), StandardCharsets.UTF_8))) {
        // From this line on it watches.
        assertThat(lines.lines().anyMatch(line -> line.contains(" sent "))).isTrue();
        new ProcessBuilder("kill", "-INT", Long.toString(command.pid())).start().waitFor();

        assertThat(command.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(command.exitValue()).isEqualTo(130);
        assertThat(lines.lines().toList())
            .contains(
                "kill "
                    + order
                    + " stays in force; see how it went with: warrener kills show "
                    + order);
      }
    } finally {
      command.toHandle().destroyForcibly();
    }
  }
}
