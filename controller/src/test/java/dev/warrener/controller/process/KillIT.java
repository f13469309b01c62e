package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KillIT {

  static List<ContainmentChoice> tiers() {
    return Tiers.available();
  }

  static Stream<Arguments> tiersAndEscapes() {
    return Tiers.available().stream()
        .flatMap(tier -> Escape.possible().stream().map(escape -> Arguments.of(tier, escape)));
  }

  @ParameterizedTest
  @MethodSource("tiersAndEscapes")
  void nothingThatAWorkerLeavesBehindOutlivesItsKill(ContainmentChoice tier, Escape escape) {
    try (Fleet fleet = Fleet.with(tier)) {
      Sleeper sleeper = fleet.sleeper();
      WorkerKey worker = fleet.spawnAndAwaitUp(escape.script(sleeper));
      ProcessId own = fleet.listener().spawnedAs(worker);
      ProcessId escaped = sleeper.awaitOne();

      fleet.processes().kill(worker);
      DeathCertificate certificate = fleet.listener().awaitTreeEmpty(worker);

      assertThat(Stat.isAlive(escaped)).as("what the worker left behind lives").isFalse();
      assertThat(Stat.isAlive(own)).as("the worker lives").isFalse();
      assertThat(certificate.pid()).isEqualTo(own.pid());
      assertThat(certificate.startTicks()).isEqualTo(own.startTicks());
      assertThat(certificate.containment()).isEqualTo(tier.text());
      assertThat(certificate.proven()).isEqualTo(tier != ContainmentChoice.SUBREAPER);
      assertThat(certificate.signal()).isEqualTo(Kernel.SIGKILL);
      assertThat(certificate.exitCode()).isNull();
    }
  }
}
