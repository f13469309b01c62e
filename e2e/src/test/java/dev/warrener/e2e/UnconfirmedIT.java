package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.broker.reports.ReportFeed;
import dev.warrener.messaging.report.Report;
import dev.warrener.testbroker.FrozenFileSystem;
import dev.warrener.testbroker.NeedsFrozenFileSystem;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A task whose process waits in the kernel, where no signal reaches it (state D). */
@NeedsFrozenFileSystem
class UnconfirmedIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private FrozenFileSystem files;

  @BeforeEach
  void makeFileSystem() throws IOException {
    files = FrozenFileSystem.make(fleet.folder());
  }

  @AfterEach
  void removeFileSystem() throws IOException {
    // Before the fleet ends: the stuck process can't end while its file system is frozen.
    files.close();
  }

  @Test
  @NeedsRabbitMq("the embedded broker counts a task in hand among those that wait")
  void aKillSaysWhatItCouldNotKillAndTheRecordIsCompletedWhenThatIsGone() throws IOException {
    Queue<Report> reports = new ConcurrentLinkedQueue<>();
    var controller =
        fleet.controller("c1", "--queue", "stuck=1", "--exec", "sh", "-c", "echo >" + files.file());
    fleet.listen(
        "kill.#",
        new ReportFeed.Listener() {
          @Override
          public void report(Report report) {
            reports.add(report);
          }
        });
    files.freeze();
    fleet.observer().publishTask("stuck", "task-1", "any", "{}", Map.of());
    await("the task's process waits in the kernel")
        .atMost(LONG)
        .until(() -> stuckBelow(controller.pid()) > 0);
    long stuck = stuckBelow(controller.pid());

    var ran = fleet.run("kill", "--all", "-m", "INC-43", "-y", "-o", "json");

    assertThat(ran.status()).as(ran.out() + ran.err()).isEqualTo(3);
    JsonNode record = JsonMapper.shared().readTree(ran.out());
    assertThat(record.findValue("unconfirmed").toString())
        .contains("\"pid\":" + stuck, "\"state\":\"D\"", "\"command\":\"sh\"", "\"c1/1\"");
    assertThat(ProcessTable.lives(stuck)).isTrue();
    assertThat(fleet.observer().waiting("stuck")).as("tasks that were given back").isZero();
    assertThat(reports).noneMatch(Report.WorkerDead.class::isInstance);
    assertThat(reports).noneMatch(Report.TaskSettled.class::isInstance);

    files.thaw();

    await("its death is reported, late")
        .atMost(LONG)
        .until(() -> reports.stream().anyMatch(Report.WorkerDead.class::isInstance));
    assertThat(ProcessTable.lives(stuck)).isFalse();
    String order = record.get("order").get("id").asString();
    assertThat(reports)
        .filteredOn(Report.WorkerDead.class::isInstance)
        .allMatch(report -> report.order().equals(order))
        .hasSize(1);
    fleet.awaitWaiting("stuck", 1);
    // The queue is held, and its worker comes back only when that ends.
    fleet.run("resume", "--all").succeeded();
    fleet.awaitWaiting("stuck", 0);
  }

  /** Returns a descendant that waits in the kernel, or 0 if there is none. */
  private static long stuckBelow(long ancestor) {
    try (Stream<ProcessHandle> below = ProcessHandle.of(ancestor).orElseThrow().descendants()) {
      return below
          .mapToLong(ProcessHandle::pid)
          .filter(UnconfirmedIT::isStuck)
          .findFirst()
          .orElse(0);
    }
  }

  private static boolean isStuck(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.contains("(sh) D ");
    } catch (IOException e) {
      return false;
    }
  }
}
