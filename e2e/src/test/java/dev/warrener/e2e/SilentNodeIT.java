package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.e2e.fixture.FaultyWire;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.order.Scope;
import dev.warrener.operator.Kill;
import dev.warrener.operator.Operator;
import dev.warrener.operator.OperatorOptions;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An operator whose node of the broker goes silent after the operator has connected: its
 * connections stay, and nothing is answered.
 */
class SilentNodeIT {
  /** How long a kill may take over another node. */
  private static final Duration SOON = Duration.ofSeconds(15);

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private FaultyWire node;
  private FaultyWire other;

  @BeforeEach
  void startFleet() {
    node = fleet.wire();
    other = fleet.wire();
    fleet.controller("c1", "--queue", "mail=1", "--set", "lease=5m");
    fleet.publishBeating("mail", "one", 600);
    fleet.awaitRunning("one");
  }

  /** Returns the broker's address by both wires. */
  private BrokerAddress address() {
    var second = URI.create(other.uri());
    var both =
        node.uri().replaceFirst("(@127\\.0\\.0\\.1:\\d+)", "$1,127.0.0.1:" + second.getPort());
    return BrokerAddress.parse(both);
  }

  @Test
  void killIsSentAndConfirmedOverAnotherNode() throws InterruptedException {
    var options = OperatorOptions.DEFAULT.withNamespace(new Namespace(fleet.vhost().namespace()));
    try (var operator = Operator.connect(address(), options)) {
      node.stall();
      long begun = System.nanoTime();

      var killed = operator.kill(Kill.of(Scope.ALL).reason("INC-42"));

      assertThat(killed.isConfirmed()).as("%s", killed).isTrue();
      assertThat(killed.certificates()).hasSize(1);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SOON);
      assertThat(fleet.journal().pids()).noneMatch(ProcessTable::lives);
    }
  }
}
