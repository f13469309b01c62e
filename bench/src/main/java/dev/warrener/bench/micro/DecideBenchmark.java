package dev.warrener.bench.micro;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Measures the three decisions about one task: it is delivered, it starts, and it ends. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DecideBenchmark {
  private static final String QUEUE = "throughput";
  private static final RunEnd NOTHING = new RunEnd(Body.EMPTY, Task.JSON, null);

  /** The number of workers of the fleet. */
  @Param({"4", "64"})
  public int workers;

  /** The number of ended runs that the state remembers. */
  @Param({"0", "100000"})
  public int remembered;

  /** How the ids of tasks follow one another: by time, as the library makes them, or at random. */
  @Param({"by time", "random"})
  public String ids = "by time";

  private final SplittableRandom random = new SplittableRandom(7);
  private final Queue<Effect> toDo = new ArrayDeque<>();
  private FleetState state = FleetState.initial(settings(1), now().instant());
  private long tag;

  private static Settings settings(int workers) {
    return Settings.builder("host-1")
        .host("host-1")
        .pid(1)
        .software("0")
        .queues(
            List.of(
                new Settings.QueueSettings(
                    QUEUE, workers, Math.max(96, workers), 3, Duration.ZERO)))
        .build();
  }

  private static Now now() {
    return new Now(Instant.now(), System.nanoTime());
  }

  /** Makes a fleet whose workers are ready, and that has run {@link #remembered} tasks. */
  @Setup(Level.Trial)
  public void begin() {
    state = FleetState.initial(settings(workers), now().instant());
    toDo.clear();
    tag = 0;
    decide(new Event.Remembered(RetainedRestrictions.NONE));
    decide(new Event.BrokerUp(1));
    decide(new Event.OrdersSynced(List.of(), null));
    int ready = 0;
    while (!toDo.isEmpty()) {
      if (toDo.remove() instanceof Effect.Spawn spawn) {
        decide(new Event.Spawned(spawn.worker(), 100 + spawn.worker().slot(), 1));
        decide(new Event.Ready(spawn.worker(), Set.of("*")));
        ready++;
      }
    }
    if (ready != workers) {
      throw new IllegalStateException(ready + " workers are ready, not " + workers);
    }
    for (int i = 0; i < remembered; i++) {
      oneTask();
    }
  }

  private void decide(Event event) {
    var decision = Fleet.decide(state, event, now());
    state = decision.state();
    toDo.addAll(decision.effects());
  }

  /** Makes the three decisions about one task, always from the same state. */
  @Benchmark
  public FleetState task() {
    var before = state;
    var after = oneTask();
    state = before;
    return after;
  }

  private FleetState oneTask() {
    toDo.clear();
    tag++;
    var id =
        ids.equals("random")
            ? new UUID(random.nextLong(), random.nextLong()).toString()
            : Uuid7.next();
    var task = Task.to(QUEUE, "bench-no-op").id(id).body(Body.EMPTY, Task.JSON).build();
    decide(new Event.Delivered(new DeliveryKey(1, QUEUE, tag), task));
    var dispatch =
        (Effect.Dispatch)
            toDo.stream()
                .filter(Effect.Dispatch.class::isInstance)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("not dispatched: " + toDo));
    decide(new Event.Started(dispatch.worker(), task.id(), 1));
    decide(new Event.Finished(dispatch.worker(), task.id(), 1, NOTHING));
    return state;
  }
}
