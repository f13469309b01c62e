package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.Stat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class NicenessIT {
  static List<ContainmentChoice> tiers() {
    return Tiers.available();
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void workersAndWhatTheyStartYieldTheProcessorsToTheirController(ContainmentChoice tier)
      throws IOException {
    var settings = Fleet.settings().containment(tier).workerNice(7).build();
    try (Fleet fleet = Fleet.with(settings)) {
      Sleeper child = fleet.sleeper();
      WorkerKey worker = fleet.spawn("sleep " + child.seconds() + " & " + Fleet.READY + "; wait");

      fleet.listener().awaitFrame(worker);

      long pid = fleet.listener().spawnedAs(worker).pid();
      assertThat(nice(pid)).isEqualTo(Math.min(19, nice(ProcessHandle.current().pid()) + 7));
      assertThat(nice(child.awaitOne().pid())).isEqualTo(nice(pid));
      Path session = Path.of("/proc/" + pid + "/autogroup");
      if (Files.exists(session)) {
        assertThat(session).content().endsWith("nice 7\n");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void workersThatAreToYieldNothingAreAsTheirController(ContainmentChoice tier) throws IOException {
    try (Fleet fleet = Fleet.with(tier)) {
      WorkerKey worker = fleet.spawn(Fleet.READY + "; sleep 1000");

      fleet.listener().awaitFrame(worker);

      assertThat(nice(fleet.listener().spawnedAs(worker).pid()))
          .isEqualTo(nice(ProcessHandle.current().pid()));
    }
  }

  /**
   * The kernel says that a process leads a session a moment before it schedules it as one (once in
   * 1,500 starts this is seen). Until then what is written goes to the session of its parent, which
   * is ours; the same for good is one that we lead ourselves.
   */
  @Test
  void sessionOfThisProcessIsLeftAsItIs() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/autogroup")), "no kernel that groups by session");
    var leader =
        new ProcessBuilder(
                "setsid",
                "--wait",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                YieldingLeader.class.getName())
            .redirectErrorStream(true)
            .start();

    assertThat(new String(leader.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .matches("false /autogroup-[0-9]+ nice 0\n\n");
  }

  /** A process that leads its session and has it yield. */
  static final class YieldingLeader {
    public static void main(String[] arguments) throws IOException {
      var self = Objects.requireNonNull(Stat.of(ProcessHandle.current().pid()));
      boolean done = new Niceness(7, null).lowerSessionPriority(self.id());
      System.out.println(done + " " + Files.readString(Path.of("/proc/self/autogroup")));
    }
  }

  @Test
  void theControllersCompilersYieldToItsOtherThreads() throws IOException {
    try (Fleet fleet = Fleet.with(ContainmentChoice.SUBREAPER);
        var threads = Files.list(Path.of("/proc/self/task"))) {
      List<Integer> ofCompilers =
          threads.filter(NicenessIT::isCompiler).map(NicenessIT::nice).distinct().toList();

      assertThat(fleet.processes().containment().tier()).isEqualTo("subreaper");
      assertThat(ofCompilers).containsExactly(9);
      assertThat(nice(Path.of("/proc/thread-self"))).isEqualTo(nice(Path.of("/proc/self")));
    }
  }

  private static boolean isCompiler(Path thread) {
    return read(thread.resolve("comm")).contains("CompilerThre");
  }

  private static int nice(long pid) {
    return nice(Path.of("/proc/" + pid));
  }

  private static int nice(Path process) {
    String line = read(process.resolve("stat"));
    // Field 19; the name before the third may hold anything.
    return Integer.parseInt(line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[19 - 3]);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
