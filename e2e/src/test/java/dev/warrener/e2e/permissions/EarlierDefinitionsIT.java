package dev.warrener.e2e.permissions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.Vhost;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A fleet at a broker whose definitions are those of a release that kept no list of queues. */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class EarlierDefinitionsIT {
  private @Nullable ShippedBroker shipped;
  @RegisterExtension private final TestFleet fleet = TestFleet.at(this::install);

  private Vhost install() {
    shipped = ShippedBroker.install();
    try (var connection = shipped.connect(ShippedBroker.ADMINISTRATOR)) {
      var channel = connection.createChannel();
      channel.exchangeDelete(Namespace.DEFAULT.registryExchange());
      channel.queueDelete(Namespace.DEFAULT.queuesStream());
    } catch (Exception e) {
      throw new IllegalStateException("the list of queues could not be removed", e);
    }
    return shipped.vhost();
  }

  @Test
  void fleetWorksAndSaysThatQueuesWhichNobodyServesAreNotKnown() {
    fleet.controllerAt(address("controller"), "c1", "--queue", "mail=1");

    assertThat(as("ops", "status").out())
        .contains("queues that nobody serves are not known: this broker keeps no list of queues");
    var created = as("ops", "queue", "create", "lonely");
    assertThat(created.status()).as("%s", created).isZero();
    assertThat(created.err())
        .contains("Its name could not be recorded, so that no screen shows it while nobody");
    for (var user : new String[] {"ops", "viewer"}) {
      var listed = as(user, "queue", "list");
      assertThat(listed.status()).as("%s", listed).isZero();
      assertThat(listed.out()).contains("mail").doesNotContain("lonely");
      assertThat(listed.err()).contains("Queues that nobody serves are not known");
    }
    var killed = as("ops", "kill", "--queue", "mail", "--then", "respawn", "-y");
    assertThat(killed.status()).as("%s", killed).isZero();
  }

  private CommandResult as(String user, String... arguments) {
    return fleet.runAt(address(user), arguments);
  }

  private String address(String user) {
    return Objects.requireNonNull(shipped).address(user).toString();
  }
}
