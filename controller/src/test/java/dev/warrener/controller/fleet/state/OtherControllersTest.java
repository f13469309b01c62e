package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.TestSettings;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OtherControllersTest {
  private static final Presence PRESENCE =
      Fleet.presence(FleetState.initial(TestSettings.of(1, 0), at(0)), Now.agreeing(at(0)));
  private static final long CLAIM = OtherControllers.CLAIM.toSeconds();

  @Test
  void aControllerThatIsHeardWithoutItsPresenceKeepsTheLastOne() {
    var others = OtherControllers.NONE.heard(PRESENCE, at(1), "web").seen("web-1", at(2));

    assertThat(seen(others)).returns(PRESENCE, OtherControllers.Seen::presence);
    assertThat(seen(others)).returns(at(2), OtherControllers.Seen::at);
  }

  @Test
  void aControllerOfWhichNoPresenceWasReadIsNotKnown() {
    assertThat(OtherControllers.NONE.seen("web-2", at(1)).size()).isZero();
  }

  @Test
  void anotherUserThatIsTheSameControllerContestsItAndDoesNotTakeItsPlace() {
    var forged = with(ControllerState.LEFT);
    var others = OtherControllers.NONE.heard(PRESENCE, at(1), "web").heard(forged, at(2), "evil");

    assertThat(seen(others).users(at(2))).containsExactly("evil", "web");
    assertThat(seen(others).presence()).isEqualTo(PRESENCE);
    assertThat(seen(others).at()).isEqualTo(at(1));
  }

  @Test
  void aRivalThatIsSilentIsForgotten() {
    var others =
        OtherControllers.NONE
            .heard(PRESENCE, at(1), "web")
            .heard(PRESENCE, at(2), "evil")
            .heard(PRESENCE, at(CLAIM + 3), "web");

    assertThat(seen(others).users(at(CLAIM + 3))).containsExactly("web");
  }

  @Test
  void aControllerThatHasLeftComesBackAsAnyUser() {
    var others =
        OtherControllers.NONE
            .heard(with(ControllerState.LEFT), at(1), "web")
            .heard(PRESENCE, at(2), "web-of-its-own");

    assertThat(seen(others).users(at(2))).containsExactly("web-of-its-own");
  }

  @Test
  void theIdOfASilentControllerCanBeTakenOverAfterAWhile() {
    var others =
        OtherControllers.NONE
            .heard(PRESENCE, at(1), "web")
            .heard(PRESENCE, at(CLAIM + 2), "web-of-its-own");

    assertThat(seen(others).users(at(CLAIM + 2))).containsExactly("web-of-its-own");
  }

  @Test
  void ofMoreControllersThanCanBeTheLongestSilentOnesAreForgotten() {
    var others = OtherControllers.NONE;
    for (int i = 0; i < OtherControllers.MOST + 10; i++) {
      others = others.heard(named("ghost-" + i), at(i), "evil");
    }

    assertThat(others.size()).isEqualTo(OtherControllers.MOST);
    assertThat(others.seen()).doesNotContainKey("ghost-9").containsKey("ghost-10");
  }

  private static OtherControllers.Seen seen(OtherControllers others) {
    return Objects.requireNonNull(others.seen().get("web-1"));
  }

  private static Presence named(String id) {
    return copy(id, PRESENCE.state());
  }

  private static Presence with(ControllerState state) {
    return copy(PRESENCE.id(), state);
  }

  private static Presence copy(String id, ControllerState state) {
    return Presence.builder(id, PRESENCE.host())
        .pid(1)
        .software("test")
        .at(PRESENCE.at())
        .state(state)
        .containment("cgroup")
        .build();
  }
}
