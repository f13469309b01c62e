package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waits for what other processes and threads do. */
final class Await {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Await() {}

  /** Waits until a condition is true, at most 30 s, and looks each millisecond. */
  static void until(Callable<Boolean> condition) {
    Awaitility.await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .atMost(PATIENCE)
        .until(condition);
  }

  /** Waits until a process is in a state, such as {@code T} for stopped. */
  static void state(ProcessId process, char state) {
    until(() -> {
      Stat stat = Stat.of(process.pid());
      return stat != null && stat.state() == state;
    });
  }
}
