package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.controller.death.WorkerKey;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(180)
class ContainmentIT {

  static List<ContainmentChoice> tiers() {
    return Tiers.available();
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void whatIsAskedForIsInForce(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      ContainmentReport report = fleet.processes().containment();

      assertThat(report.tier()).isEqualTo(tier.text());
      assertThat(report.proven()).isEqualTo(tier != ContainmentChoice.SUBREAPER);
    }
  }

  @Test
  void theBestThatWorksHereIsTakenAndTheReasonsAgainstBetterOnesAreSaid() {
    try (Fleet fleet = Fleet.with(ContainmentChoice.AUTO)) {
      ContainmentReport report = fleet.processes().containment();

      String best =
          Tiers.available().contains(ContainmentChoice.CGROUP)
              ? "cgroup"
              : Tiers.available().contains(ContainmentChoice.PID_NAMESPACE)
                  ? "pid-namespace"
                  : "subreaper";
      assertThat(report.tier()).isEqualTo(best);
      assertThat(report.unavailable())
          .hasSize(best.equals("cgroup") ? 0 : best.equals("pid-namespace") ? 1 : 2)
          .allSatisfy(each -> assertThat(each.reason()).isNotBlank());
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void marksWorkHere(ContainmentChoice tier) {
    try (Fleet fleet = Fleet.with(tier)) {
      WorkerKey worker = fleet.spawnAndAwaitUp("");

      assertThat(Mark.runNumber(Mark.read(fleet.listener().spawnedAs(worker).pid())))
          .isEqualTo(fleet.run().number());
    }
  }

  @Test
  void namesAreReadAsTheyAreWritten() {
    for (ContainmentChoice choice : ContainmentChoice.values()) {
      assertThat(ContainmentChoice.of(choice.text())).isEqualTo(choice);
    }
    assertThatThrownBy(() -> ContainmentChoice.of("chroot"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"chroot\" is no containment");
  }
}
