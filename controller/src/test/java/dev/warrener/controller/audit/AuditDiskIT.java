package dev.warrener.controller.audit;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.testbroker.FrozenFileSystem;
import dev.warrener.testbroker.NeedsFrozenFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes nothing for a while. */
@NeedsFrozenFileSystem
@Timeout(60)
class AuditDiskIT {
  /** How many lines wait for the disk. */
  private static final int ROOM = 10_000;

  @TempDir private Path directory;

  @Test
  void diskThatStandsStillHoldsUpNobodyAndWhatIsLostIsCounted() throws IOException {
    try (var files = FrozenFileSystem.make(directory)) {
      var file = files.file();
      try (var log = AuditLog.open(file)) {
        files.freeze();
        // Each of these would wait for ever if it waited for the disk.
        for (int i = 0; i < ROOM + 5; i++) {
          log.append(Map.of("at", Instant.EPOCH, "type", "word", "word", "word " + i));
        }
        await()
            .atMost(1, MINUTES)
            .untilAsserted(() -> assertThat(log.problem()).contains("the disk of the audit log"));
        files.thaw();
        // A slow disk may take longer than close() waits.
        await().atMost(1, MINUTES).until(() -> AuditChain.verify(file, null).lines() > ROOM);
      }

      var account = AuditChain.verify(file, null);

      assertThat(account.problems()).isEmpty();
      assertThat(account.lines()).isEqualTo(ROOM + 1);
      assertThat(account.notes())
          .containsExactly("line 10001: the disk took no lines, and 5 were lost");
    }
  }
}
