package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.embedded.EmbeddedBroker;
import org.junit.jupiter.api.Test;

/** Whoever uses a broker that keeps no orders is told what that means. */
class EmbeddedBrokerIT {
  @Test
  void whatIsNotKeptIsSaidByTheControllerTheDoctorAndTheListOfKills() {
    try (var broker = EmbeddedBroker.start();
        var fleet = new CommandLineFleet(broker.uri(), "warrener")) {
      fleet.startController("c1", 1, "--queue", "mail=1");

      assertThat(fleet.log())
          .anyMatch(line ->
              line.contains(
                  "keeps no log of orders: holds and revocations are lost when this controller ends,"
                      + " and it never receives orders that are given while it is away"));
      assertThat(fleet.run("doctor").ends(0).out())
          .containsPattern("warning +broker +it keeps no log of orders, and has no tripwire");
      assertThat(fleet.run("kills", "list").ends(3).err()).contains("keeps no log of orders");
    }
  }
}
