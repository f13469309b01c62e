package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.configuration.ConfigurationReader;
import dev.warrener.worker.TaskHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line of a worker, by the settings of its controller. */
class WorkerLaunchTest {
  private static final String QUICK_ALONE = "-XX:TieredStopAtLevel=1";

  private static final long MIB = 1 << 20;

  @TempDir private Path folder;

  @Test
  void workersOfAControllerWithASmallHeapReturnNoMoreThanItCanTake() {
    assertThat(WorkerLaunch.resultLimit(16 * MIB))
        .containsExactly("--max-result-bytes", Long.toString(16 * MIB - 64 * 1024));
  }

  @Test
  void otherWorkersHaveTheirOwnLimit() {
    assertThat(WorkerLaunch.resultLimit(65 * MIB)).isEmpty();
  }

  @Test
  void workersHaveBothCompilersUnlessTheQuickOneIsAskedFor() {
    assertThat(command(Map.of())).contains("-XX:+UseSerialGC").doesNotContain(QUICK_ALONE);
    assertThat(command(Map.of("worker.compiler", "quick"))).contains(QUICK_ALONE);
  }

  @Test
  void deployersOptionsComeLastSoThatTheyDecide() {
    var command = command(Map.of("worker.java-options", "-Xmx512m -XX:+UseG1GC"));

    assertThat(command).containsSubsequence("-XX:+UseSerialGC", "-Xmx512m", "-XX:+UseG1GC", "-cp");
  }

  /** Otherwise the class cache, which was made for the worker's jar alone, could not fit. */
  @Test
  void jarsOfHandlersAreNotOnTheClassPathOfTheProcess() throws IOException {
    var team = folder.resolve("team");
    Files.createDirectories(team.resolve("META-INF/services"));
    Files.writeString(
        team.resolve("META-INF/services").resolve(TaskHandler.class.getName()), "team.Handler\n");

    var command = command(Map.of("handlers", team.toString()));

    assertThat(command.get(command.indexOf("-cp") + 1)).doesNotContain(team.toString());
    assertThat(command).containsSubsequence("--handlers", team.toString());
  }

  private static List<String> command(Map<String, String> settings) {
    var all = new HashMap<>(settings);
    all.put("queue.mail.workers", "1");
    return WorkerLaunch.of(ConfigurationReader.read(null, all)).command();
  }
}
