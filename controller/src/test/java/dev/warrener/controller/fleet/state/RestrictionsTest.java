package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.START;
import static dev.warrener.controller.fleet.state.Samples.hold;
import static dev.warrener.controller.fleet.state.Samples.ofWorker;
import static dev.warrener.controller.fleet.state.Samples.resume;
import static dev.warrener.controller.fleet.state.Samples.revoke;
import static dev.warrener.controller.fleet.state.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.TestSettings;
import dev.warrener.messaging.order.Scope;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RestrictionsTest {
  private static final Settings SETTINGS = TestSettings.of(2, 0);

  private final WorkerPool pool = WorkerPool.of(SETTINGS.queues(), START);

  @Test
  void aHoldOfAWorkerHoldsItsSlotAlone() {
    var restrictions = holding(hold(1, ofWorker("web-1/2")));

    assertThat(restrictions.held(SETTINGS, slot(2))).isTrue();
    assertThat(restrictions.held(SETTINGS, slot(1))).isFalse();
    assertThat(restrictions.mayStart(SETTINGS, slot(2), task("a"))).isFalse();
    assertThat(restrictions.mayStart(SETTINGS, slot(1), task("a"))).isTrue();
  }

  @Test
  void aRevokedTaskMayStartNowhere() {
    var restrictions = Restrictions.NONE.with(Revocations.NONE.plus(revoke(1, Scope.ofTask("a"))));

    assertThat(restrictions.mayStart(SETTINGS, slot(1), task("a"))).isFalse();
    assertThat(restrictions.revoked(SETTINGS, task("a"))).isNotNull();
    assertThat(restrictions.mayStart(SETTINGS, slot(1), task("b"))).isTrue();
  }

  @Test
  void aHoldThatWasBroadcastIsNotKeptHere() {
    assertThat(holding(hold(1, Scope.ALL)).mustKeep().isEmpty()).isTrue();
  }

  @Test
  void aHoldOfTheControlSocketIsKeptHereWithWhatMayLiftIt() {
    var local = new HeardOrder(hold(2, Scope.ALL).order(), "root", null, HeardOrder.Origin.LOCAL);
    var kept =
        holding(hold(1, Scope.ofQueue("mail")), local, resume(3, Scope.ofQueue("mail"))).mustKeep();

    assertThat(kept.holds())
        .extracting(RetainedRestrictions.Hold::order)
        .containsExactly(Samples.id(3), Samples.id(2));
  }

  @Test
  void restrictionsThatWereOnlyWrittenDownAreTheSame() {
    var restrictions = holding(hold(1, Scope.ALL));

    assertThat(restrictions.retaining(restrictions.mustKeep()).areThoseOf(restrictions)).isTrue();
    assertThat(restrictions.areThoseOf(Restrictions.NONE)).isFalse();
  }

  private static Restrictions holding(HeardOrder... orders) {
    var holds = Holds.NONE;
    for (var order : orders) {
      holds = holds.plus(Holds.Statement.of(order));
    }
    return Restrictions.NONE.with(holds);
  }

  private Slot slot(int number) {
    return Objects.requireNonNull(pool.find(number));
  }
}
