package dev.warrener.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.connection.FleetConnection.Sent;
import dev.warrener.operator.connection.ScriptedConnection;
import dev.warrener.operator.connection.ScriptedFleet;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.UnknownTargetException;
import dev.warrener.operator.rollcall.Verdict.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OperatorTest {
  private static final OperatorOptions OPTIONS = OperatorOptions.DEFAULT.withIssuedBy("ana");
  private static final RosterEntry SILENT =
      new RosterEntry(
          "web-4", "host-4", ScriptedFleet.T0.minusSeconds(134), RosterState.SILENT, 15_000L);

  private final AtomicInteger closed = new AtomicInteger();

  private Operator operator(ScriptedConnection connection) {
    return new Operator(
        clock -> connection, closed::incrementAndGet, OPTIONS, () -> connection);
  }

  private static ScriptedConnection fleet(String... controllers) {
    return new ScriptedConnection(ScriptedFleet.T0, ScriptedFleet.of(controllers)::answer)
        .counting(controllers.length);
  }

  @Test
  void killGivesTheProofAsValues() throws InterruptedException {
    var connection = fleet("web-1", "web-2");

    var result = operator(connection).kill(Kill.of(Scope.ALL).reason("INC-42"));

    assertThat(result.isConfirmed()).isTrue();
    assertThat(result.certificates())
        .extracting(Report.WorkerDead::worker)
        .containsExactly("web-1/1", "web-1/2", "web-2/1", "web-2/2");
    assertThat(result.tasks())
        .extracting(Report.TaskSettled::task)
        .containsExactly("task-of-web-1", "task-of-web-2");
    assertThat(result.fates()).isEqualTo(Map.of(Fate.REQUEUED, 2));
    assertThat(result.unconfirmed()).isEmpty();
    assertThat(result.silent()).isEmpty();
    assertThat(result.tripwire()).isEmpty();
    assertThat(result.id()).isEqualTo(connection.sent().get(0).id());
    assertThat(connection.sent())
        .singleElement()
        .satisfies(order -> {
          assertThat(order.kind()).isEqualTo(OrderKind.KILL);
          assertThat(order.reason()).isEqualTo("INC-42");
          assertThat(order.issuedBy()).isEqualTo("ana");
          assertThat(order.thenOfKill()).isEqualTo(Then.HOLD);
        });
  }

  @Test
  void choicesOfAKillAreInItsOrder() throws InterruptedException {
    var connection = fleet("web-1");

    operator(connection)
        .kill(
            Kill.of(Scope.ofQueue("mail"))
                .inFlight(InFlight.PURGE)
                .backlog(Backlog.DEAD_LETTER)
                .then(Then.RESPAWN)
                .grace(Duration.ofSeconds(3)));

    assertThat(connection.sent()).hasSize(2);
    var order = connection.sent().get(1);
    assertThat(order.inFlightOfKill()).isEqualTo(InFlight.PURGE);
    assertThat(order.backlog()).isEqualTo(Backlog.DEAD_LETTER);
    assertThat(order.thenOfKill()).isEqualTo(Then.RESPAWN);
    assertThat(order.graceMillis()).isEqualTo(3000);
  }

  @Test
  void silentControllerIsNamedAndNoException() throws InterruptedException {
    var connection =
        new ScriptedConnection(ScriptedFleet.T0, ScriptedFleet.of("web-1").with(SILENT)::answer)
            .counting(1);

    var result = operator(connection).kill(Kill.of(Scope.ALL));

    assertThat(result.verdict().state()).isEqualTo(State.PARTIAL);
    assertThat(result.silent()).containsExactly("web-4");
    assertThat(result.verdict().sentences())
        .anySatisfy(sentence -> assertThat(sentence).startsWith("web-4 has not answered"));
  }

  @Test
  void dryRunKillsNothingAndSaysWhatIsInScope() throws InterruptedException {
    var connection = fleet("web-1", "web-2");

    var preview = operator(connection).dryRun(Kill.of(Scope.ofQueue("mail")));

    assertThat(preview.totals().workers()).isEqualTo(4);
    assertThat(preview.totals().tasks()).isEqualTo(2);
    assertThat(connection.sent()).allMatch(Order::dryRun);
  }

  @Test
  void rollCallTellsWhoIsThereAndWhoIsNot() throws InterruptedException {
    var connection =
        new ScriptedConnection(ScriptedFleet.T0, ScriptedFleet.of("web-1").with(SILENT)::answer)
            .counting(4);

    var snapshot = operator(connection).rollCall();

    assertThat(snapshot.controllers())
        .singleElement()
        .satisfies(presence -> assertThat(presence.id()).isEqualTo("web-1"));
    assertThat(snapshot.silent())
        .singleElement()
        .satisfies(known -> assertThat(known.id()).isEqualTo("web-4"));
    assertThat(snapshot.unnamed()).as("the broker counts four").isEqualTo(2);
    assertThat(snapshot.isComplete()).isFalse();
  }

  @Test
  void holdResumeAndDrainAreSentAsSuch() throws InterruptedException {
    var connection = fleet("web-1");
    var operator = operator(connection);

    assertThat(operator.hold(Scope.ofQueue("mail"), "full disk").isConfirmed()).isTrue();
    assertThat(operator.resume(Scope.ALL, "").isConfirmed()).isTrue();
    assertThat(operator.drain(Scope.ALL, "").isConfirmed()).isTrue();

    assertThat(connection.sent().stream().filter(order -> !order.dryRun()))
        .extracting(Order::kind)
        .containsExactly(OrderKind.HOLD, OrderKind.RESUME, OrderKind.DRAIN);
  }

  @Test
  void listenerHearsTheSendingAndEachReport() throws InterruptedException {
    var heard = new ArrayList<String>();

    operator(fleet("web-1"))
        .kill(
            Kill.of(Scope.ALL),
            new OrderListener() {
              @Override
              public void sent(Order order, Instant at, Optional<String> problem) {
                heard.add("sent");
              }

              @Override
              public void heard(Report report, RollCall call, Instant at) {
                heard.add(report.getClass().getSimpleName());
              }
            });

    assertThat(heard)
        .containsExactly(
            "sent", "ControllerHeard", "WorkerDead", "WorkerDead", "TaskSettled", "ControllerDone");
  }

  @Test
  void unknownPlaceIsAnException() {
    assertThatThrownBy(() -> operator(fleet("web-1")).hold(Scope.ofQueue("mial"), ""))
        .isInstanceOf(UnknownTargetException.class)
        .hasMessage("no queue mial; did you mean mail? (nothing was sent)");
  }

  @Test
  void blockedBrokerMeansTheTripwireForAKillOfEverything() throws InterruptedException {
    var connection = fleet("web-1", "web-2").sending(new Sent.Blocked("low on memory"));

    var confirmed = operator(connection).kill(Kill.of(Scope.ALL));
    assertThat(confirmed.isConfirmed()).isTrue();
    assertThat(confirmed.tripwire()).isPresent();

    connection.running(asked -> 1);
    var partial = operator(connection).kill(Kill.of(Scope.ALL));
    assertThat(partial.verdict().state()).isEqualTo(State.PARTIAL);
    assertThat(partial.verdict().sentences())
        .containsExactly(
            "The tripwire was pulled, and the broker counts 1 controller that still runs a worker"
                + " process.");
  }

  @Test
  void closedOperatorGivesNoOrders() {
    var operator = operator(fleet("web-1"));
    operator.close();
    operator.close();

    assertThat(closed).hasValue(1);
    assertThatThrownBy(() -> operator.kill(Kill.of(Scope.ALL)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this operator is closed");
  }
}
