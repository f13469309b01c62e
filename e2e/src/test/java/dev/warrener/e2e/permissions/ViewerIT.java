package dev.warrener.e2e.permissions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.Vhost;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands of a user who only looks, with the rights of the shipped definitions. */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class ViewerIT {
  private @Nullable ShippedBroker shipped;
  @RegisterExtension private final TestFleet fleet = TestFleet.at(this::install);

  private Vhost install() {
    shipped = ShippedBroker.install();
    return shipped.vhost();
  }

  @Test
  void viewerSeesTheFleetAndEachKillAndChangesNothing() {
    var c1 = fleet.controllerAt(address("controller"), "c1", "--queue", "mail=1");
    var id =
        as("ops", "kill", "--queue", "mail", "--then", "respawn", "-y", "-o", "name").out().strip();

    assertThat(as("viewer", "status").status()).isZero();
    assertThat(as("viewer", "kills", "list").out())
        .containsPattern(id + " .*confirmed 1/1.*--queue mail");
    for (var command : List.of("show", "watch")) {
      var shown = as("viewer", "kills", command, id.substring(0, 30));

      assertThat(shown.status()).as("%s", shown).isZero();
      assertThat(shown.out())
          .containsPattern("c1/1 +\\d+ +SIGKILL")
          .contains("CONFIRMED  kill " + id + ": 1 of 1 controller confirmed, 1 worker dead");
      assertThat(shown.err())
          .contains("This user may give no orders, so the controllers are not asked again");
    }
    assertThat(as("viewer", "kills", "show", id, "-o", "json").out())
        .contains("\"state\" : \"confirmed\"");

    var refused = as("viewer", "kill", "--queue", "mail", "-y");
    assertThat(refused.status()).as("%s", refused).isEqualTo(77);
    assertThat(c1.isAlive()).isTrue();
  }

  @Test
  void viewerSeesAQueueThatNobodyServes() {
    fleet.controllerAt(address("controller"), "c1", "--queue", "mail=1");
    assertThat(as("ops", "queue", "create", "lonely").status()).isZero();

    assertThat(as("viewer", "queue", "list").out())
        .containsPattern("lonely .*nobody serves it")
        .containsPattern("mail .* 1 ");
  }

  private CommandResult as(String user, String... arguments) {
    return fleet.runAt(address(user), arguments);
  }

  private String address(String user) {
    return Objects.requireNonNull(shipped).address(user).toString();
  }
}
