package dev.warrener.operator.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.connection.FleetConnection.Sent;
import dev.warrener.operator.connection.ScriptedConnection;
import dev.warrener.operator.connection.ScriptedFleet;
import dev.warrener.operator.order.KillCall.Outcome;
import dev.warrener.operator.order.KillCall.Outcome.Answered;
import dev.warrener.operator.order.KillCall.Outcome.ByTripwire;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.UnknownTargetException;
import dev.warrener.operator.rollcall.Verdict.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KillCallTest {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  private static final KillPlan EVERYTHING =
      KillPlan.of(Scope.ALL, null, null, null, Duration.ZERO);

  private final ScriptedConnection connection =
      new ScriptedConnection(ScriptedFleet.T0, ScriptedFleet.of("web-1", "web-2")::answer)
          .counting(2);

  private KillCall call(KillPlan plan) {
    return new KillCall(plan, connection, connection);
  }

  private Order order(KillPlan plan, boolean onlyAsks) {
    return OrderFactory.kill(Uuid7.next(), plan, "INC-42", "ana", connection.instant(), onlyAsks);
  }

  private Outcome send(KillPlan plan) throws InterruptedException {
    return call(plan).send(order(plan, false), TEN_SECONDS, OrderListener.NONE);
  }

  private State state(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Answered.class);
    return ((Answered) outcome).call().verdict(connection.instant()).state();
  }

  private static KillPlan ofWorker(String id) {
    return KillPlan.of(
        new Scope(
            false, List.of(), List.of(), List.of(), List.of(), List.of(new WorkerTarget(id, null))),
        null,
        null,
        null,
        Duration.ZERO);
  }

  @Test
  void isConfirmedWhenEveryControllerIsAndTheBrokerCountsNobody() throws InterruptedException {
    assertThat(state(send(EVERYTHING))).isEqualTo(State.CONFIRMED);
    assertThat(connection.sent()).hasSize(1);
  }

  @Test
  void killOfAClockThatIsBehindIsIssuedInTheTimeOfTheControllers() throws InterruptedException {
    var slow =
        new ScriptedConnection(
                ScriptedFleet.T0.minusSeconds(300), ScriptedFleet.of("web-1", "web-2")::answer)
            .counting(2);
    var call = new KillCall(EVERYTHING, slow, slow);
    call.ask(OrderFactory.kill(Uuid7.next(), EVERYTHING, "", "ana", slow.instant(), true));

    var form = OrderFactory.kill(Uuid7.next(), EVERYTHING, "", "ana", slow.instant(), false);
    call.send(form, TEN_SECONDS, OrderListener.NONE);

    var sent = slow.sent().get(slow.sent().size() - 1);
    assertThat(sent.issuedAt()).isBetween(ScriptedFleet.T0, ScriptedFleet.T0.plusSeconds(10));
    assertThat(Duration.between(sent.issuedAt(), sent.expiresAt()))
        .isEqualTo(OrderFactory.VALID_FOR);
  }

  @Test
  void killOfAPlaceThatNobodyCouldBeAskedForIsSentAndItsRefusalTold() throws InterruptedException {
    var refusing =
        new ScriptedConnection(
                ScriptedFleet.T0,
                order ->
                    List.of(
                        new Report.Header(order.id(), "web-1", "h", ScriptedFleet.T0, 1)
                            .refused("its clock is ahead")))
            .counting(1);
    var plan = ofWorker("web-1/1");
    var call = new KillCall(plan, refusing, refusing);

    call.ask(order(plan, true));
    var outcome = call.send(order(plan, false), TEN_SECONDS, OrderListener.NONE);

    assertThat(((Answered) outcome).call().verdict(refusing.instant()).sentences())
        .containsExactly("web-1 refused: its clock is ahead");
  }

  @Test
  void moreAnswersThanTheBrokerCountsControllersConfirmNothing() throws InterruptedException {
    connection.counting(0);

    var outcome = send(EVERYTHING);

    assertThat(state(outcome)).isEqualTo(State.PARTIAL);
    assertThat(((Answered) outcome).call().verdict(connection.instant()).sentences())
        .singleElement()
        .asString()
        .startsWith("More controllers have answered than the broker counts: 1 more.");
  }

  @Test
  void brokersCountMayLagBehindButHasToAgree() throws InterruptedException {
    connection.running(asked -> asked < 3 ? 1 : 0);
    assertThat(state(send(EVERYTHING))).isEqualTo(State.CONFIRMED);

    connection.running(asked -> 1);
    assertThat(state(send(EVERYTHING))).isEqualTo(State.PARTIAL);
  }

  @Test
  void workerIsFencedToTheProcessThatWasShown() throws InterruptedException {
    var plan = ofWorker("web-1/2");
    var call = call(plan);

    call.ask(order(plan, true));
    call.send(order(plan, false), TEN_SECONDS, OrderListener.NONE);

    assertThat(connection.sent().get(1).scope().workers())
        .containsExactly(new WorkerTarget("web-1/2", 1L));
  }

  @Test
  void unknownPlaceIsRefusedWithASuggestion() {
    var plan = ofWorker("web-1/9");

    assertThatThrownBy(() -> call(plan).ask(order(plan, true)))
        .isInstanceOf(UnknownTargetException.class)
        .hasMessage("no worker web-1/9; did you mean web-1/1 or web-1/2? (nothing was sent)");
    assertThat(connection.sent()).hasSize(1).allMatch(Order::dryRun);
  }

  @Test
  void orderIsSentAgainWhenTheConnectionWasDown() throws InterruptedException {
    connection.goDown();

    assertThat(state(send(EVERYTHING))).isEqualTo(State.CONFIRMED);
    assertThat(connection.sent()).hasSize(2);
    assertThat(connection.sent().get(0).id()).isEqualTo(connection.sent().get(1).id());
  }

  @Test
  void withoutWaitingNobodyHasAnswered() throws InterruptedException {
    var outcome =
        call(EVERYTHING).sendOnly(order(EVERYTHING, false), TEN_SECONDS, OrderListener.NONE);

    assertThat(((Answered) outcome).call().reachedNobody()).isFalse();
    assertThat(connection.instant()).isEqualTo(ScriptedFleet.T0);

    connection.sending(new Sent.NobodyListens(true));
    outcome = call(EVERYTHING).sendOnly(order(EVERYTHING, false), TEN_SECONDS, OrderListener.NONE);
    assertThat(((Answered) outcome).call().reachedNobody()).isTrue();
  }

  @Test
  void blockedBrokerMeansTheTripwireAndItsOwnCountTells() throws InterruptedException {
    var said = new ArrayList<String>();
    connection.sending(new Sent.Blocked("low on memory")).running(asked -> asked < 2 ? 2 : 0);

    var outcome =
        call(EVERYTHING)
            .send(
                order(EVERYTHING, false),
                TEN_SECONDS,
                new OrderListener() {
                  @Override
                  public void pullingTripwire(String alarm) {
                    said.add("pulling: " + alarm);
                  }

                  @Override
                  public void pulledTripwire(int listening, boolean before) {
                    said.add("pulled: " + listening + ", before: " + before);
                  }
                });

    assertThat(outcome).isInstanceOf(ByTripwire.class);
    assertThat(((ByTripwire) outcome).listening()).isEqualTo(2);
    assertThat(((ByTripwire) outcome).stillRunning()).isZero();
    assertThat(said).containsExactly("pulling: low on memory", "pulled: 2, before: false");
    assertThat(connection.recorded())
        .as("who has pulled it and why is recorded, by what nobody carries out")
        .singleElement()
        .satisfies(order -> {
          assertThat(order.dryRun()).isTrue();
          assertThat(order.issuedBy()).startsWith("ana@");
          assertThat(order.reason()).isEqualTo("INC-42");
          assertThat(order.scope()).isEqualTo(Scope.ALL);
        });
  }

  @Test
  void tripwireThatWasPulledBeforeIsWatched() throws InterruptedException {
    connection.sending(new Sent.Blocked("low on memory")).withPulledTripwire().running(asked -> 1);

    var outcome = send(EVERYTHING);

    assertThat(((ByTripwire) outcome).stillRunning()).isEqualTo(1);
    assertThat(((ByTripwire) outcome).took()).isBetween(TEN_SECONDS, TEN_SECONDS.plusSeconds(1));
    assertThat(connection.recorded()).as("it was somebody else").isEmpty();
  }

  @Test
  void tripwireIsNotConfirmedByACountThatCantBeHad() throws InterruptedException {
    connection.sending(new Sent.Blocked("low on memory")).withPulledTripwire().runningUnknown();

    var outcome = send(EVERYTHING);

    assertThat(((ByTripwire) outcome).stillRunning()).isPositive();
  }

  @Test
  void tripwireIsNotPulledForAnythingElse() {
    connection.sending(new Sent.Blocked("low on memory"));
    var plan = KillPlan.of(Scope.ALL, InFlight.PURGE, null, null, Duration.ZERO);

    assertThatThrownBy(() -> send(plan))
        .isInstanceOf(BrokerBlockedException.class)
        .hasMessage("the broker blocks publishers (low on memory): nothing was sent");
  }
}
