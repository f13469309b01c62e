package dev.warrener.operator.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.operator.connection.FleetConnection.Sent;
import dev.warrener.operator.connection.ScriptedConnection;
import dev.warrener.operator.connection.ScriptedFleet;
import dev.warrener.operator.order.KillCall.Outcome.Answered;
import dev.warrener.operator.order.KillCall.Outcome.ByTripwire;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.Verdict;
import dev.warrener.operator.rollcall.Verdict.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An order over a broker that takes it, and tells nothing or little in return. */
class SendFirstTest {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  private static final KillPlan EVERYTHING =
      KillPlan.of(Scope.ALL, null, null, null, Duration.ZERO);
  private static final KillPlan OF_A_QUEUE =
      KillPlan.of(Scope.ofQueue("mail"), null, null, null, Duration.ZERO);

  private final ScriptedConnection connection =
      new ScriptedConnection(ScriptedFleet.T0, ScriptedFleet.of("web-1", "web-2")::answer)
          .counting(2);
  private final List<String> problems = new ArrayList<>();

  private Order order(KillPlan plan, boolean onlyAsks) {
    return OrderFactory.kill(Uuid7.next(), plan, "INC-42", "ana", connection.instant(), onlyAsks);
  }

  private Verdict kill(KillPlan plan) throws InterruptedException {
    var call = new KillCall(plan, connection, connection);
    call.askFirst(order(plan, true));
    var outcome =
        call.send(
            order(plan, false),
            TEN_SECONDS,
            new OrderListener() {
              @Override
              public void sent(Order order, Instant at, Optional<String> problem) {
                problem.ifPresent(problems::add);
              }
            });
    return ((Answered) outcome).call().verdict(connection.instant());
  }

  @Test
  void killThatNobodyCouldBeAskedAboutIsSentAtOnceAndNeverConfirmed() throws InterruptedException {
    connection.deaf();

    var verdict = kill(OF_A_QUEUE);

    assertThat(connection.sent()).singleElement().matches(order -> !order.dryRun());
    assertThat(verdict.state()).isEqualTo(State.PARTIAL);
    assertThat(verdict.sentences())
        .anyMatch(sentence -> sentence.contains("counts 2 more controllers"));
    assertThat(problems).singleElement().asString().contains("no report can be received yet");
  }

  @Test
  void questionIsNotSentIfNobodyCanHearTheAnswer() {
    connection.deaf();

    assertThatThrownBy(() ->
            new OrderCall(connection, connection)
                .ask(OrderFactory.rollCall("ana", connection.instant())))
        .isInstanceOf(BrokerUnreachableException.class)
        .hasMessageContaining("no reply queue could be made");
    assertThat(connection.sent()).isEmpty();
  }

  @Test
  void countThatTheBrokerDoesNotGiveIsAskedForAgain() throws InterruptedException {
    connection.countingInVain(1);

    assertThat(kill(EVERYTHING).state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void controllerOfALateCountIsMissing() throws InterruptedException {
    connection.counting(3).countingInVain(1);

    var verdict = kill(EVERYTHING);

    assertThat(verdict.state()).isEqualTo(State.PARTIAL);
    assertThat(verdict.sentences())
        .anyMatch(sentence -> sentence.contains("counts 1 more controller"));
  }

  @Test
  void countThatTheBrokerNeverGivesIsNotTakenForNone() throws InterruptedException {
    connection.countingInVain(99);

    var verdict = kill(EVERYTHING);

    assertThat(verdict.state()).isEqualTo(State.PARTIAL);
    assertThat(verdict.sentences())
        .singleElement()
        .asString()
        .contains("count of controllers is wrong or missing", "the broker has not answered");
  }

  @Test
  void tripwireWhoseRunningControllersCanNotBeCountedIsNotConfirmed() throws InterruptedException {
    connection.sending(new Sent.Blocked("low on memory")).runningUnknown();

    var outcome =
        new KillCall(EVERYTHING, connection, connection)
            .send(order(EVERYTHING, false), TEN_SECONDS, OrderListener.NONE);

    assertThat(((ByTripwire) outcome).stillRunning()).isEqualTo(2);
  }
}
