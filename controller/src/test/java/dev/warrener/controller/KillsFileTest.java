package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillsFileTest {
  private static final Instant AT = Instant.parse("2026-11-23T03:12:07Z");

  @TempDir private Path folder;

  @Test
  void whatWasWrittenIsReadAndNothingLeavesNoFile() throws IOException {
    var file = file();
    var kills = kills();

    file.write(kills, () -> assertThat(Files.exists(file.path())).isTrue());

    var read = file.read(2);
    assertThat(read.kills()).isEqualTo(kills);
    assertThat(read.survivors()).isEqualTo(2);
    assertThat(read.unknown()).isNull();
    file.write(RetainedKills.NONE, () -> {});
    assertThat(folder).isEmptyDirectory();
    assertThat(file.read(0).kills()).isEqualTo(RetainedKills.NONE);
  }

  @Test
  void damagedFileIsUnknownAndNotEmpty() throws IOException {
    Files.writeString(file().path(), "{\"version\":1,\"kil");

    assertThat(file().read(0).unknown()).contains("kills.json", "is damaged");
  }

  @Test
  void directoryThatTakesNoFileIsUnknownAndNotEmpty() {
    var elsewhere = new KillsFile(folder.resolve("gone").resolve("kills.json"));

    assertThat(elsewhere.read(0).unknown()).contains("can't be read or written");
  }

  private KillsFile file() {
    return new KillsFile(folder.resolve("kills.json"));
  }

  private static RetainedKills kills() {
    var order =
        Order.builder(OrderKind.KILL, Scope.ofBatch("june"))
            .inFlight(InFlight.PURGE)
            .then(Then.RESPAWN)
            .issuedAt(AT)
            .expiresAt(AT.plusSeconds(1800))
            .build();
    var run = new RetainedKills.DoomedRun("a", 2, "june", "mail");
    return new RetainedKills(
        1, List.of(new RetainedKills.Kill(order, "ops", false, 1, List.of(run))));
  }
}
