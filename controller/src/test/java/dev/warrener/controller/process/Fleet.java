package dev.warrener.controller.process;

import dev.warrener.controller.death.WorkerKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Worker processes under test, with what they say. Closing it leaves nothing behind, whatever the
 * test has done.
 */
final class Fleet implements AutoCloseable {
  /** What a worker in sh says to send a frame without header and payload: READY. */
  static final String READY = "printf '\\000\\000\\000\\003\\020\\000\\000' >&3";

  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", Programs.ownPath());

  private final RecordingListener listener;
  private final AtomicInteger slots = new AtomicInteger();
  private final List<Sleeper> sleepers = new ArrayList<>();
  private final ControllerRun run;
  private final WorkerProcesses processes;

  private Fleet(ProcessSettings settings, RecordingListener listener, boolean marks) {
    this.listener = listener;
    run = settings.run();
    processes = WorkerProcesses.start(settings, listener, marks);
  }

  static Fleet with(ContainmentChoice choice) {
    return with(settings().containment(choice).build());
  }

  static Fleet with(ProcessSettings settings) {
    return with(settings, new RecordingListener());
  }

  static Fleet with(ProcessSettings settings, RecordingListener listener) {
    return new Fleet(settings, listener, true);
  }

  /** On a host whose shell can't set marks. */
  static Fleet withoutMarks() {
    return new Fleet(
        settings().containment(ContainmentChoice.SUBREAPER).build(),
        new RecordingListener(),
        false);
  }

  static ProcessSettings.Builder settings() {
    return ProcessSettings.builder(ControllerRun.begin("test"));
  }

  WorkerProcesses processes() {
    return processes;
  }

  ControllerRun run() {
    return run;
  }

  RecordingListener listener() {
    return listener;
  }

  /** A worker that runs a script. */
  WorkerKey spawn(String script) {
    return spawn(List.of("sh", "-c", script));
  }

  /** A worker that runs a command. */
  WorkerKey spawn(List<String> command) {
    var key = new WorkerKey(slots.incrementAndGet(), 1);
    processes.spawn(key, command, ENVIRONMENT);
    return key;
  }

  /** A worker that runs a script, of which the test goes on when it has said so. */
  WorkerKey spawnAndAwaitUp(String script) {
    WorkerKey key = spawn(script + "\necho up; while :; do sleep 1000; done");
    listener.awaitLine(key, "up");
    return key;
  }

  /** A number of seconds to sleep that is this test's own. */
  Sleeper sleeper() {
    Sleeper sleeper = Sleeper.fresh();
    sleepers.add(sleeper);
    return sleeper;
  }

  @Override
  public void close() {
    try {
      processes.close();
    } finally {
      sleepers.forEach(Sleeper::cleanUp);
    }
  }
}
