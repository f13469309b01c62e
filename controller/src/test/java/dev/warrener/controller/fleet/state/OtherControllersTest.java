package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.TestSettings;
import dev.warrener.messaging.report.Presence;
import org.junit.jupiter.api.Test;

class OtherControllersTest {
  private static final Presence PRESENCE =
      Fleet.presence(FleetState.initial(TestSettings.of(1, 0), at(0)), at(0));

  @Test
  void aControllerThatIsHeardWithoutItsPresenceKeepsTheLastOne() {
    var others = OtherControllers.NONE.heard(PRESENCE, at(1)).seen("web-1", at(2));

    assertThat(others.seen().get("web-1")).isEqualTo(new OtherControllers.Seen(PRESENCE, at(2)));
  }

  @Test
  void aControllerOfWhichNoPresenceWasReadIsNotKnown() {
    assertThat(OtherControllers.NONE.seen("web-2", at(1)).size()).isZero();
  }
}
