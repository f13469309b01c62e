package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.reports.ReportFeed;
import dev.warrener.messaging.report.Report;
import dev.warrener.testbroker.FrozenFileSystem;
import dev.warrener.testbroker.NeedsFrozenFileSystem;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A task whose process waits in the kernel, where no signal reaches it (state D). */
@NeedsFrozenFileSystem
class UnconfirmedIT {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir private Path folder;
  private FrozenFileSystem files;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;

  @BeforeEach
  void startFleet() throws IOException {
    files = FrozenFileSystem.make(folder);
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    observer = new Observer(vhost);
  }

  @AfterEach
  void stopFleet() throws IOException {
    // First, since nothing else can end before.
    files.close();
    observer.close();
    warrener.close();
    vhost.close();
  }

  @Test
  @NeedsRabbitMq("the embedded broker counts a task in hand among those that wait")
  void aKillSaysWhatItCouldNotKillAndTheRecordIsCompletedWhenThatIsGone() throws IOException {
    Queue<Report> reports = new ConcurrentLinkedQueue<>();
    var controller =
        warrener.controller(
            "c1", "--queue", "stuck=1", "--exec", "sh", "-c", "echo >" + files.file());
    try (var _ = listen(reports)) {
      files.freeze();
      observer.publishTask("stuck", "task-1", "any", "{}", Map.of());
      await("the task's process waits in the kernel")
          .atMost(LONG)
          .until(() -> stuckBelow(controller.pid()) > 0);
      long stuck = stuckBelow(controller.pid());

      var ran = warrener.run("kill", "--all", "-m", "INC-43", "-y", "-o", "json");

      assertThat(ran.status()).as(ran.out() + ran.err()).isEqualTo(3);
      JsonNode record = JsonMapper.shared().readTree(ran.out());
      assertThat(record.findValue("unconfirmed").toString())
          .contains("\"pid\":" + stuck, "\"state\":\"D\"", "\"command\":\"sh\"", "\"c1/1\"");
      assertThat(Warrener.lives(stuck)).isTrue();
      assertThat(observer.waiting("stuck")).as("tasks that were given back").isZero();
      assertThat(reports).noneMatch(Report.WorkerDead.class::isInstance);
      assertThat(reports).noneMatch(Report.TaskSettled.class::isInstance);

      files.thaw();

      await("its death is reported, late")
          .atMost(LONG)
          .until(() -> reports.stream().anyMatch(Report.WorkerDead.class::isInstance));
      assertThat(Warrener.lives(stuck)).isFalse();
      String order = record.get("order").get("id").asString();
      assertThat(reports)
          .filteredOn(Report.WorkerDead.class::isInstance)
          .allMatch(report -> report.order().equals(order))
          .hasSize(1);
      await("its task waits again").atMost(LONG).until(() -> observer.waiting("stuck") == 1);
      // The queue is held, and its worker comes back only when that ends.
      warrener.run("resume", "--all").succeeded();
      await("the task runs").atMost(LONG).until(() -> observer.waiting("stuck") == 0);
    }
  }

  private ReportFeed listen(Queue<Report> reports) {
    var feed =
        new ReportFeed(
            BrokerAccess.of(BrokerAddress.parse(warrener.uri()), warrener.namespace(), "e2e"),
            List.of("kill.#"),
            new ReportFeed.Listener() {
              @Override
              public void report(Report report) {
                reports.add(report);
              }
            });
    feed.start();
    feed.awaitUp(LONG);
    return feed;
  }

  /** A process that waits in the kernel and descends from that one; 0 if there is none. */
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
