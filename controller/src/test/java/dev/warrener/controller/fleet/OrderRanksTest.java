package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an order is worth whose time of issue is ahead of, or behind, that of other orders. */
class OrderRanksTest {
  private static final Task TASK = Task.to("mail", "echo").id("t1").batch("june").build();

  private Instant now = Instant.parse("2026-11-23T03:12:07Z");
  private FleetState state;
  private List<Effect> effects = List.of();

  @BeforeEach
  void start() {
    restart();
    happen(new Event.BrokerUp(1));
    readLog();
  }

  private void restart() {
    state = FleetState.initial(TestSettings.of(1, 1), now);
  }

  @ParameterizedTest
  @EnumSource(
      value = OrderKind.class,
      names = {"KILL", "HOLD", "RESUME", "DRAIN", "PURGE"})
  void orderOfAClockThatIsFarAheadIsRefusedAndChangesNothing(OrderKind kind) {
    var before = state.restrictions().holds();

    arrive(order(kind, Scope.ALL, 61));

    assertThat(said(Report.ControllerRefused.class))
        .singleElement()
        .extracting(Report.ControllerRefused::because)
        .asString()
        .contains("61 s ahead of this controller's clock", "60 s are allowed", "clock-tolerance");
    assertThat(said(Report.ControllerDone.class)).isEmpty();
    assertThat(state.restrictions().holds()).isEqualTo(before);
  }

  @Test
  void localOrderOfAClockThatIsFarAheadIsRefusedToo() {
    happen(
        new Event.OrderArrived(
            new HeardOrder(order(OrderKind.RESUME, Scope.ALL, 9999), "ana", null, Origin.LOCAL)));

    assertThat(said(Report.ControllerRefused.class)).hasSize(1);
  }

  @Test
  void questionOfAClockThatIsFarAheadIsAnswered() {
    arrive(order(OrderKind.ROLL_CALL, Scope.ALL, 9999));

    assertThat(said(Report.ControllerDone.class)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {-86_400, -3600, 3600, 86_400})
  void questionWhatAnOrderWouldMeanIsAnsweredWhateverTheClock(long ahead) {
    arrive(order(OrderKind.KILL, Scope.ALL, ahead).toBuilder().dryRun(true).build());

    assertThat(said(Report.ControllerRefused.class)).isEmpty();
    assertThat(said(Report.ControllerDone.class)).hasSize(1);
  }

  @Test
  void presenceSaysWhenTheNewestOrderWasIssued() {
    var hold = order(OrderKind.HOLD, Scope.ALL, 10);
    arrive(order(OrderKind.RESUME, Scope.ofBatch("june"), 5));
    arrive(hold);

    assertThat(Fleet.presence(state, Now.agreeing(now)).newestOrderAt()).isEqualTo(hold.issuedAt());
  }

  @Test
  void questionOfAClockThatIsFarBehindIsAnswered() {
    arrive(order(OrderKind.ROLL_CALL, Scope.ALL, -9999));

    assertThat(said(Report.ControllerRefused.class)).isEmpty();
    assertThat(said(Report.ControllerDone.class)).hasSize(1);
  }

  @Test
  void orderOfAClockThatIsALittleAheadIsObeyed() {
    arrive(order(OrderKind.HOLD, Scope.ALL, 60));

    assertThat(done().failed()).isEmpty();
  }

  @Test
  void orderThatWasRefusedForItsTimeHasNoEffectAfterARestartBeforeItsTimeOrAfterIt() {
    var resume = order(OrderKind.RESUME, Scope.ALL, 3600);
    arrive(resume);
    var retained = only(Effect.Keep.class).retained();
    var hold = order(OrderKind.HOLD, Scope.ALL, 0);
    arrive(hold);
    assertThat(done().failed()).isEmpty();

    for (long later : new long[] {60, 7200}) {
      now = hold.issuedAt().plusSeconds(later);
      restart();
      happen(new Event.Remembered(retained));
      happen(new Event.BrokerUp(1));
      readLog(resume, hold);

      assertThat(state.restrictions().queueHeld(state.settings(), "mail")).isTrue();
    }
  }

  @Test
  void controllerThatWasAwayRefusesAnOrderOfTheLogForItsTimeAndForGood() {
    restart();
    happen(new Event.BrokerUp(1));
    var hold = order(OrderKind.HOLD, Scope.ALL, 3600);

    readLog(hold);
    var retained = only(Effect.Keep.class).retained();
    now = now.plusSeconds(7200);
    restart();
    happen(new Event.Remembered(retained));
    happen(new Event.BrokerUp(1));
    readLog(hold);

    assertThat(state.restrictions().queueHeld(state.settings(), "mail")).isFalse();
  }

  /** The controller's clock was ahead when the hold was given, and has been set back since. */
  @Test
  void holdOfATimeThatHasNotComeIsLiftedByAResumeRightAfterIt() {
    var hold = order(OrderKind.HOLD, Scope.ALL, 0);
    arrive(hold);
    now = now.minusSeconds(3600);

    arrive(order(OrderKind.RESUME, Scope.ALL, 3601));
    assertThat(done().failed()).isEmpty();
    arrive(order(OrderKind.HOLD, Scope.ALL, 3603));

    assertThat(said(Report.ControllerRefused.class)).hasSize(1);
    assertThat(state.restrictions().queueHeld(state.settings(), "mail")).isFalse();
  }

  @Test
  void resumeThatANewerHoldOutranksHasFailedAndSaysByWhat() {
    var hold = order(OrderKind.HOLD, Scope.ofQueue("mail"), 59);
    arrive(hold);

    arrive(order(OrderKind.RESUME, Scope.ALL, 0));

    assertThat(done().failed())
        .singleElement()
        .asString()
        .contains("--queue mail stays held", hold.id(), "ana", hold.issuedAt().toString());
    assertThat(state.restrictions().queueHeld(state.settings(), "mail")).isTrue();
  }

  @Test
  void holdThatANewerResumeOutranksHasFailedAndSaysByWhat() {
    var resume = order(OrderKind.RESUME, Scope.ALL, 59);
    arrive(resume);

    arrive(order(OrderKind.HOLD, Scope.ofQueue("mail"), 0));

    assertThat(done().failed())
        .singleElement()
        .asString()
        .contains("not in force for --all", resume.id(), "ana", resume.issuedAt().toString());
  }

  @Test
  void killWhoseHoldANewerResumeOutranksHasFailed() {
    var resume = order(OrderKind.RESUME, Scope.ALL, 59);
    arrive(resume);

    arrive(order(OrderKind.KILL, Scope.ALL, 0));

    assertThat(said(Report.ControllerDone.class).isEmpty() ? failedSoFar() : done().failed())
        .singleElement()
        .asString()
        .contains("the hold is not in force", resume.id());
  }

  @Test
  void drainThatIsResumedMidwayHasFailed() {
    runTask();
    arrive(order(OrderKind.DRAIN, Scope.ALL, 0));
    now = now.plusSeconds(5);
    var resume = order(OrderKind.RESUME, Scope.ALL, 0);
    arrive(resume);

    happen(new Event.OrdersDown("gone", Duration.ZERO));
    happen(new Event.Finished(worker(), "t1", 1, end()));

    assertThat(done().failed()).singleElement().asString().contains(resume.id());
  }

  @Test
  void killThatRevokesABatchWhichANewerResumeAllowsHasFailed() {
    var resume = order(OrderKind.RESUME, Scope.ofBatch("june"), 59);
    arrive(resume);

    arrive(
        order(OrderKind.KILL, Scope.ofBatch("june"), 0).toBuilder()
            .inFlight(InFlight.PURGE)
            .then(Then.RESPAWN)
            .build());

    assertThat(done().failed())
        .singleElement()
        .asString()
        .contains("batch june is not revoked", resume.id());
  }

  @Test
  void resumeOfABatchThatANewerKillRevokesHasFailed() {
    var kill =
        order(OrderKind.KILL, Scope.ofBatch("june"), 59).toBuilder()
            .inFlight(InFlight.PURGE)
            .then(Then.RESPAWN)
            .build();
    arrive(kill);

    arrive(order(OrderKind.RESUME, Scope.ofBatch("june"), 0));

    assertThat(done().failed())
        .singleElement()
        .asString()
        .contains("batch june stays revoked", kill.id());
  }

  @Test
  void ordersThatComeInTheOrderOfTheirTimesAreConfirmed() {
    for (var kind : List.of(OrderKind.HOLD, OrderKind.RESUME, OrderKind.HOLD, OrderKind.RESUME)) {
      arrive(order(kind, Scope.ALL, 0));
      assertThat(done().failed()).isEmpty();
      now = now.plusSeconds(1);
    }
  }

  @Test
  void newerStatementAboutSomethingElseOutranksNothing() {
    arrive(order(OrderKind.HOLD, Scope.ofQueue("video"), 50));
    arrive(order(OrderKind.HOLD, ofController("web-2"), 50));

    arrive(order(OrderKind.RESUME, Scope.ofQueue("mail"), 0));

    assertThat(done().failed()).isEmpty();
  }

  @Test
  void statementThatAnEvenNewerOneMadeVoidHereOutranksNothing() {
    arrive(order(OrderKind.HOLD, Scope.ofQueue("mail"), 20));
    arrive(order(OrderKind.RESUME, ofController("web-1"), 40));

    arrive(order(OrderKind.RESUME, Scope.ALL, 0));

    assertThat(done().failed()).isEmpty();
  }

  @Test
  void orderOfTheLogThatWasLiftedInItsTurnHasNotFailed() {
    restart();
    happen(new Event.BrokerUp(1));

    readLog(order(OrderKind.HOLD, Scope.ALL, -20), order(OrderKind.RESUME, Scope.ALL, -10));

    assertThat(said(Report.ControllerDone.class))
        .hasSize(2)
        .allSatisfy(done -> assertThat(done.failed()).isEmpty());
  }

  private void runTask() {
    happen(new Event.Spawned(worker(), 100, 1));
    happen(new Event.Ready(worker(), Set.of("echo")));
    happen(new Event.Delivered(new DeliveryKey(1, "mail", 1), TASK));
    happen(new Event.Started(worker(), "t1", 1));
  }

  private static WorkerKey worker() {
    return new WorkerKey(1, 1);
  }

  private static RunEnd end() {
    return new RunEnd(Body.EMPTY, Task.JSON, null);
  }

  private static Scope ofController(String id) {
    return new Scope(false, List.of(id), List.of(), List.of(), List.of(), List.of());
  }

  /** An order that was issued so many seconds ahead of the controller's clock. */
  private Order order(OrderKind kind, Scope scope, long ahead) {
    return Order.builder(kind, scope)
        .id(Uuid7.next())
        .inFlight(kind == OrderKind.KILL ? InFlight.REQUEUE : null)
        .then(kind == OrderKind.KILL ? Then.HOLD : null)
        .reason("INC-42")
        .issuedBy("ana")
        .issuedAt(now.plusSeconds(ahead))
        .expiresAt(now.plusSeconds(ahead + 600))
        .build();
  }

  private void arrive(Order order) {
    happen(new Event.OrderArrived(new HeardOrder(order, "ops", null)));
  }

  private void readLog(Order... orders) {
    happen(
        new Event.OrdersSynced(
            Arrays.stream(orders)
                .map(order -> new HeardOrder(order, "ops", null, Origin.LOG))
                .toList(),
            null));
  }

  private void happen(Event event) {
    var decision = Fleet.decide(state, event, Now.agreeing(now));
    state = decision.state();
    effects = decision.effects();
  }

  private List<String> failedSoFar() {
    var failed = new ArrayList<String>();
    state.orders().underWay().values().forEach(order -> failed.addAll(order.failed()));
    return failed;
  }

  private <T extends Report> List<T> said(Class<T> type) {
    return effects.stream()
        .filter(Effect.Say.class::isInstance)
        .map(effect -> ((Effect.Say) effect).report())
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private Report.ControllerDone done() {
    assertThat(said(Report.ControllerDone.class)).as("%s", effects).hasSize(1);
    return said(Report.ControllerDone.class).getFirst();
  }

  private <T extends Effect> T only(Class<T> type) {
    var found = effects.stream().filter(type::isInstance).map(type::cast).toList();
    assertThat(found).as("%s", effects).hasSize(1);
    return found.getFirst();
  }
}
