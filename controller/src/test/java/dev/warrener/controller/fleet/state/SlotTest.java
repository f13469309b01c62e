package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.START;
import static dev.warrener.controller.fleet.state.Samples.at;
import static dev.warrener.controller.fleet.state.Samples.busy;
import static dev.warrener.controller.fleet.state.Samples.delivery;
import static dev.warrener.controller.fleet.state.Samples.idle;
import static dev.warrener.controller.fleet.state.Samples.run;
import static dev.warrener.controller.fleet.state.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class SlotTest {
  private static final Slot EMPTY = new Slot(1, "mail", 0, new Slot.None(START), 0, null, false);
  private static final Slot.Cause ORDER = new Slot.Cause.ByOrder("order", false);

  @Test
  void theFirstCauseOfADeathStaysAndLaterOrdersOnlyWaitForIt() {
    var slot =
        busy(EMPTY, run("a", 1))
            .killed(new Slot.Cause.Stopping(), null, false, at(1))
            .killed(ORDER, "order", false, at(2));

    var dying = (Slot.Dying) slot.process();
    assertThat(dying.cause()).isEqualTo(new Slot.Cause.Stopping());
    assertThat(dying.since()).isEqualTo(at(1));
    assertThat(dying.orders()).containsExactly("order");
    assertThat(slot.canBeKilled()).isFalse();
  }

  @Test
  void aDyingWorkerKeepsItsRunUntilItsTreeIsEmpty() {
    var slot = busy(EMPTY, run("a", 1)).killed(ORDER, "order", false, at(1));

    assertThat(slot.run()).isEqualTo(run("a", 1));
    assertThat(slot.isLive()).isTrue();
  }

  @Test
  void anEmptySlotCanNotBeKilled() {
    assertThat(EMPTY.canBeKilled()).isFalse();
    assertThat(EMPTY.killed(ORDER, "order", false, at(1))).isEqualTo(EMPTY);
  }

  @Test
  void theRunsOfALostConnectionGoOnWithoutADelivery() {
    var slot = busyWithOneAhead().withoutDeliveries(at(3));

    assertThat(find(slot, "a").delivery()).isNull();
    assertThat(find(slot, "ahead").delivery()).isNull();
  }

  @Test
  void aRedeliveredTaskIsAdoptedByItsRunWhereverItIsInTheWorker() {
    var slot = busyWithOneAhead().withoutDeliveries(at(3));
    var run = find(slot, "ahead");

    slot = slot.with(run, run.withDelivery(delivery(2, 7)));

    assertThat(find(slot, "ahead").delivery()).isEqualTo(delivery(2, 7));
    assertThat(find(slot, "a").delivery()).isNull();
  }

  @Test
  void theNextTaskAheadIsTheOneThatRunsAfterTheEndOfTheFirst() {
    var busy = (Slot.Busy) busyWithOneAhead().process();

    assertThat(busy.after(at(5), true))
        .isInstanceOfSatisfying(
            Slot.Busy.class, next -> assertThat(next.run().task().id()).isEqualTo("ahead"));
    assertThat(busy.with(busy.run(), busy.ahead().minus(0)).after(at(5), true))
        .isInstanceOf(Slot.Idle.class);
  }

  @Test
  void deathsCountTogetherOnlyWithinTheWindow() {
    var restarts = Settings.Restarts.DEFAULT;
    var slot = EMPTY.died(at(0), restarts).died(at(60), restarts);
    assertThat(slot.deaths()).isEqualTo(2);

    assertThat(slot.died(at(61), restarts).deaths()).isEqualTo(1);
    assertThat(slot.forgiven().deaths()).isZero();
  }

  @Test
  void aNewProcessIsAnotherIncarnation() {
    assertThat(EMPTY.next(START).key()).isNotEqualTo(EMPTY.next(START).next(START).key());
    assertThat(idle(EMPTY).describe()).isEqualTo("is idle");
    assertThat(busy(EMPTY, run("a", 1)).describe()).isEqualTo("runs task a, attempt 1");
  }

  private static Slot busyWithOneAhead() {
    var slot = busy(EMPTY, run("a", 1));
    var busy = (Slot.Busy) slot.process();
    var ahead = TaskRun.of(task("ahead"), delivery(1, 2));
    return slot.with(busy.with(busy.run(), busy.ahead().plus(ahead)));
  }

  private static TaskRun find(Slot slot, String task) {
    return Objects.requireNonNull(slot.find(task));
  }
}
