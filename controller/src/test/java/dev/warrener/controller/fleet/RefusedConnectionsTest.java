package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections to the control socket that were refused. */
class RefusedConnectionsTest {
  private static final Event.ConnectionRefused REFUSED =
      new Event.ConnectionRefused(
          "ana",
          "process 4711 (python3) of user ana",
          "it bears the mark of a worker, and tasks may not give orders");

  private Instant now = Instant.parse("2026-11-28T03:00:00Z");
  private FleetState state = FleetState.initial(TestSettings.of(1, 0), now);
  private final List<Effect> effects = new ArrayList<>();

  @Test
  void eachIsLoggedAndRecordedAlsoTheSecondOfOneProcess() {
    happen(REFUSED);
    happen(REFUSED);

    assertThat(effects)
        .filteredOn(Effect.Log.class::isInstance)
        .hasSize(2)
        .containsOnly(
            new Effect.Log(
                true,
                "refused a connection to the control socket from process 4711 (python3) of user"
                    + " ana: it bears the mark of a worker, and tasks may not give orders"));
    assertThat(effects)
        .filteredOn(Effect.Audit.class::isInstance)
        .hasSize(2)
        .extracting(effect -> ((AuditEntry.Refused) ((Effect.Audit) effect).entry()).user())
        .containsOnly("ana");
  }

  private void happen(Event event) {
    now = now.plusMillis(1);
    var decision = Fleet.decide(state, event, Now.agreeing(now));
    state = decision.state();
    effects.addAll(decision.effects());
  }
}
