package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.embedded.EmbeddedBroker;
import dev.warrener.ops.Main;
import dev.warrener.ops.demo.ControllerProcess;
import dev.warrener.ops.invocation.BrokerResolution;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** {@code warrener broker}: the embedded broker as a process of its own. */
class BrokerCommandIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final List<String> lines = new CopyOnWriteArrayList<>();

  @Test
  void servesAFleetUntilItIsAskedToStop() throws Exception {
    var uri = URI.create("amqp://localhost:" + freePort());
    try (var broker = start(uri)) {
      try (var fleet = new CommandLineFleet(uri, "warrener")) {
        fleet.startController("c1", 1, "--queue", "mail=1");

        var published = fleet.run("publish", "mail", "echo", "\"hello\"", "--wait").ends(0);

        assertThat(published.out()).contains("hello");
      }
      assertThat(lines)
          .containsExactly(
              "Ready: embedded broker on 127.0.0.1:"
                  + uri.getPort()
                  + " (amqp://guest@localhost:"
                  + uri.getPort()
                  + "/)",
              EmbeddedBroker.BANNER,
              "Ctrl-C ends it.");

      ProcessHandle.of(broker.pid()).orElseThrow().destroy();

      assertThat(broker.awaitEnd(LONG)).isTrue();
      assertThat(broker.exitStatus()).isZero();
    }
  }

  @Test
  void portThatIsTakenIsSaidInOneSentence() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      var uri = URI.create("amqp://localhost:" + taken.getLocalPort());
      try (var fleet = new CommandLineFleet(uri, "warrener")) {
        assertThat(fleet.run("broker").ends(78).err())
            .startsWith("error: port " + taken.getLocalPort() + " on 127.0.0.1 can't be used")
            .endsWith(
                "; name the port as --broker amqp://localhost:PORT or, if that program is RabbitMQ,"
                    + " use it instead\n");
      }
    }
  }

  private ControllerProcess start(URI uri) throws IOException {
    var broker =
        ControllerProcess.start(
            Map.of(),
            Map.of(BrokerResolution.URI, uri.toString()),
            Main.class.getName(),
            List.of("broker"),
            lines::add);
    await("it listens").atMost(LONG).until(() -> !lines.isEmpty() || !broker.isAlive());
    return broker;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
