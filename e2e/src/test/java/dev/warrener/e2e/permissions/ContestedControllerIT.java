package dev.warrener.e2e.permissions;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A controller whose presence somebody else publishes, too: by the shared password of the
 * controllers, and word for word.
 */
@NeedsRabbitMq(value = "the embedded broker has no users with permissions", with = Capability.USERS)
class ContestedControllerIT {
  private static final Namespace NAMES = Namespace.DEFAULT;

  private @Nullable ShippedBroker shipped;
  @RegisterExtension private final TestFleet fleet = TestFleet.at(this::install);

  private Vhost install() {
    shipped = ShippedBroker.install();
    shipped.createControllerUser("h1");
    return shipped.vhost();
  }

  @Test
  void contestIsKnownAgainAfterARestartAndEndsWithWhoContests() throws Exception {
    var h1 = startController();
    assertThat(kill().status()).as("nobody contests it").isZero();

    var presences = fleet.observer().listenTo("presence.h1");
    var thief = fleet.closing(broker().connect("controller")).createChannel();
    requireContest(thief, presenceOf(presences));

    h1.terminate();
    h1.awaitExit();
    h1 = startController();
    requireContest(thief, presenceOf(presences));

    h1.terminate();
    h1.awaitExit();
    startController();
    assertThat(kill().status()).as("the thief is silent since the restart").isZero();
  }

  /**
   * Waits until the contest is told. The thief speaks before a command looks, never meanwhile: what
   * the command knows of it, it knows from the controller.
   */
  private void requireContest(Channel thief, String copy) {
    await("the contest is told")
        .atMost(LONG)
        .untilAsserted(() -> {
          say(thief, copy);
          assertThat(asOps("doctor").out())
              .contains("it is contested: user controller and user controller-h1 claim to be it");
        });
    var killed = kill();

    assertThat(killed.status()).as("%s", killed).isEqualTo(124);
    assertThat(killed.err())
        .contains("user controller and user controller-h1 claim to be controller h1");
    assertThat(killed.err().lines().toList().getLast())
        .startsWith("What runs at h1 can be killed with proof on host")
        .contains("warrener kill --local --controller h1");
    var local = fleet.run("kill", "--local", "--controller", "h1", "--then", "respawn", "-y");
    assertThat(local.status()).as("the way out: %s", local).isZero();
  }

  private String presenceOf(String presences) {
    return await("h1 publishes its presence")
        .atMost(LONG)
        .until(
            () -> fleet.observer().next(presences).orElse(""),
            presence -> presence.contains("\"running\""));
  }

  /** Publishes what h1 has published, word for word: only the user is another one. */
  private static void say(Channel thief, String copy) throws IOException {
    thief.basicPublish(
        NAMES.reportsExchange(),
        "presence.h1",
        new AMQP.BasicProperties.Builder().userId("controller").deliveryMode(2).build(),
        copy.getBytes(StandardCharsets.UTF_8));
  }

  private CommandResult kill() {
    return asOps(
        "kill", "--controller", "h1", "--then", "respawn", "-y", "-m", "INC-42", "--timeout", "4s");
  }

  private CommandResult asOps(String... arguments) {
    return fleet.runAt(broker().address("ops").toString(), arguments);
  }

  private ControllerProcess startController() {
    return fleet.controllerAt(
        broker().address("controller-h1").toString(), "h1", "--queue", "mail=1");
  }

  private ShippedBroker broker() {
    return Objects.requireNonNull(shipped);
  }
}
