package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.RosterEntry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a controller tells of somebody else who publishes its own presence. */
class ContestedIdTest {
  private DecidedFleet fleet = DecidedFleet.withWorker("echo");

  @Test
  void copyOfTheOwnPresenceByAnotherUserIsNamedInTheRoster() {
    assertThat(own()).isEmpty();

    publishCopy("evil");

    assertThat(own())
        .singleElement()
        .satisfies(entry -> assertThat(entry.users()).containsExactly("evil"));
  }

  @Test
  void contestIsForgottenByARestartAndLearntAgainFromTheNextPresence() {
    publishCopy("evil");

    fleet = DecidedFleet.withWorker("echo");
    assertThat(own()).isEmpty();

    publishCopy("evil");
    assertThat(own()).hasSize(1);
  }

  @Test
  void contestIsToldForAsLongAsTheContractSays() {
    publishCopy("evil");
    fleet.pass(Duration.ofMinutes(9));

    assertThat(own())
        .singleElement()
        .satisfies(entry ->
            assertThat(entry.lastSeen()).isBefore(fleet.now().minus(Duration.ofMinutes(8))));
  }

  /** Somebody publishes exactly what this controller publishes. */
  private void publishCopy(String user) {
    var copy = Fleet.presence(fleet.state(), fleet.time());
    fleet.happen(new Event.PresenceHeard(copy, fleet.now(), user));
  }

  /** Asks for the roster, and returns what it has of the controller itself. */
  private List<RosterEntry> own() {
    var now = fleet.now();
    var question =
        Order.builder(OrderKind.ROLL_CALL, Scope.ALL)
            .issuedBy("ana")
            .issuedAt(now)
            .expiresAt(now.plusSeconds(30))
            .build();
    var id = fleet.state().settings().controller();
    return fleet.happen(new Event.OrderArrived(new HeardOrder(question, "ops", null))).stream()
        .filter(Effect.Say.class::isInstance)
        .map(effect -> ((Effect.Say) effect).report())
        .filter(Report.ControllerHeard.class::isInstance)
        .flatMap(report -> ((Report.ControllerHeard) report).roster().stream())
        .filter(entry -> entry.id().equals(id))
        .toList();
  }
}
