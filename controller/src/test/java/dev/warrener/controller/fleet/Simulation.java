package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * The real {@link Fleet#decide} of one controller between a model of the broker and a model of its
 * processes, driven by a seed. What is under way may happen in any order that the real thing
 * allows: frames of one worker in order, everything else as it falls. After each step the
 * invariants of the package are checked against the models, not against the state.
 */
final class Simulation {
  private static final Instant START = Instant.parse("2026-11-23T03:00:00Z");
  static final String CONTROLLER = "sim-1";

  /** A message as it is at the broker. */
  private record Message(Task task, int life) {}

  /** What happens to a process of a worker, in its order. */
  private static final class Worker {
    final WorkerKey key;
    final Deque<Event> frames = new ArrayDeque<>();
    boolean alive = true;
    boolean killed;
    @Nullable String runs;
    int attempt;

    Worker(WorkerKey key) {
      this.key = key;
    }
  }

  final boolean faults;
  private FleetState state;
  private Instant now = START;
  private final List<Runnable> underWay = new ArrayList<>();
  private final PriorityQueue<Effect.Schedule> timers =
      new PriorityQueue<>(Comparator.comparing(Effect.Schedule::at));
  private final Map<WorkerKey, Worker> workers = new LinkedHashMap<>();

  // The broker.
  private long generation;
  private boolean connected;
  private final Map<String, Deque<Message>> queues = new TreeMap<>();
  private final Map<String, Integer> consumers = new HashMap<>();
  private final Map<DeliveryKey, Message> delivered = new LinkedHashMap<>();
  private final Set<DeliveryKey> moving = new HashSet<>();
  private final Map<String, Message> dead = new HashMap<>();
  private long nextTag = 1;

  // The observer.
  final Map<String, Integer> attempts = new HashMap<>();
  final Map<String, Integer> successes = new HashMap<>();
  final Set<String> purged = new HashSet<>();
  final Set<String> revoked = new HashSet<>();
  final Set<String> doneOrders = new HashSet<>();
  final Set<String> refusedOrders = new HashSet<>();
  final Map<String, Order> kills = new LinkedHashMap<>();
  final Map<String, Set<WorkerKey>> killTargets = new HashMap<>();
  private final List<Order> statements = new ArrayList<>();
  private boolean connectionEverLost;
  long steps;
  int deaths;
  boolean ended;

  Simulation(long seed, boolean faults) {
    seeded = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.faults = faults;
    var restarts =
        new Settings.Restarts(
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            5,
            Duration.ofSeconds(60),
            Duration.ofSeconds(3));
    state =
        FleetState.initial(
            new Settings(
                CONTROLLER,
                "host",
                1,
                "test",
                "subreaper",
                List.of(
                    new Settings.QueueSettings("mail", 3, 2, 4, Duration.ZERO),
                    new Settings.QueueSettings("thumbs", 2, 1, 4, Duration.ofSeconds(30))),
                Set.of("ops"),
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                restarts,
                Duration.ofMinutes(10),
                3),
            START);
    queues.put("mail", new ArrayDeque<>());
    queues.put("thumbs", new ArrayDeque<>());
  }

  private final RandomGenerator seeded;

  FleetState state() {
    return state;
  }

  // Driving.

  void connect() {
    happen(new Event.OrdersSynced(List.of(), false));
    generation++;
    connected = true;
    happen(new Event.BrokerUp(generation));
  }

  void loseConnection() {
    if (!connected) {
      return;
    }
    connectionEverLost = true;
    connected = false;
    long lost = generation;
    consumers.clear();
    var back = new ArrayList<>(delivered.keySet());
    back.sort(Comparator.comparingLong(DeliveryKey::tag).reversed());
    for (var key : back) {
      var message = delivered.remove(key);
      if (message != null) {
        queue(key.queue()).addFirst(message);
      }
    }
    moving.clear();
    happen(new Event.BrokerDown(lost, "cut", Duration.ZERO));
    underWay.add(() -> {
      generation++;
      connected = true;
      happen(new Event.BrokerUp(generation));
    });
  }

  void publish(int number) {
    for (int i = 0; i < number; i++) {
      var queue = chance(2) ? "mail" : "thumbs";
      var task =
          Task.to(queue, "work")
              .id("task-" + attempts.size())
              .batch(chance(3) ? "b" + seeded.nextInt(3) : null)
              .publishedAt(now)
              .build();
      attempts.put(task.id(), 1);
      queue(queue).addLast(new Message(task, 0));
    }
  }

  private Deque<Message> queue(String name) {
    var queue = queues.get(name);
    if (queue == null) {
      throw new AssertionError("no queue " + name);
    }
    return queue;
  }

  boolean chance(int oneIn) {
    return seeded.nextInt(oneIn) == 0;
  }

  /** One random thing that can happen now. */
  void step() {
    steps++;
    var choices = new ArrayList<Runnable>(underWay);
    for (var worker : workers.values()) {
      if (worker.alive && !worker.frames.isEmpty()) {
        choices.add(() -> speak(worker));
      }
      if (worker.killed) {
        choices.add(() -> die(worker, 9));
      } else if (faults && worker.alive && chance(40)) {
        choices.add(() -> die(worker, chance(2) ? 9 : 0));
      }
    }
    if (connected) {
      for (var entry : queues.entrySet()) {
        int inHand = 0;
        for (var key : delivered.keySet()) {
          inHand += key.queue().equals(entry.getKey()) ? 1 : 0;
        }
        Integer prefetch = consumers.get(entry.getKey());
        if (prefetch != null && inHand < prefetch && !entry.getValue().isEmpty()) {
          choices.add(() -> deliver(entry.getKey()));
        }
      }
    }
    if (choices.isEmpty()) {
      nextTimer();
      return;
    }
    if (chance(20)) {
      nextTimer();
      return;
    }
    var chosen = choices.get(seeded.nextInt(choices.size()));
    underWay.remove(chosen);
    chosen.run();
  }

  private void nextTimer() {
    var due = timers.poll();
    if (due != null) {
      if (due.at().isAfter(now)) {
        now = due.at();
      }
      happen(new Event.TimerDue(due.timer()));
    }
  }

  private void deliver(String queue) {
    var message = queue(queue).pollFirst();
    if (message == null) {
      return;
    }
    var key = new DeliveryKey(generation, queue, nextTag++);
    delivered.put(key, message);
    happen(new Event.Delivered(key, message.task()));
  }

  private void speak(Worker worker) {
    var frame = worker.frames.poll();
    switch (frame) {
      case Event.Started started -> {
        worker.runs = started.task();
        worker.attempt = started.attempt();
      }
      case Event.Finished _ -> worker.runs = null;
      case null, default -> {}
    }
    if (frame != null) {
      happen(frame);
    }
  }

  private void die(Worker worker, int signal) {
    // What it had said is heard before its death.
    while (!worker.frames.isEmpty()
        && (worker.frames.peek() instanceof Event.Spawned || chance(2))) {
      speak(worker);
    }
    worker.frames.clear();
    worker.alive = false;
    worker.killed = false;
    worker.runs = null;
    workers.remove(worker.key);
    deaths++;
    happen(
        new Event.TreeEmpty(
            new DeathCertificate(
                worker.key,
                1000 + worker.key.slot(),
                1,
                "subreaper",
                signal,
                signal == 0 ? 3 : null,
                1,
                false,
                1000)));
  }

  void order(Order order) {
    if (order.kind() == OrderKind.KILL && !order.dryRun()) {
      kills.put(order.id(), order);
      var targets = new HashSet<WorkerKey>();
      if (order.scope().all()) {
        targets.addAll(workers.keySet());
      }
      killTargets.put(order.id(), targets);
    }
    if (order.setsHold() || order.kind() == OrderKind.RESUME) {
      statements.add(order);
    }
    happen(new Event.OrderArrived(new HeardOrder(order, "ops", null)));
    if (order.revocation() != Backlog.KEEP && !refusedOrders.contains(order.id())) {
      for (var id : attempts.keySet()) {
        var batch = batchOf(id);
        if (order.scope().coversTask(id, batch)
            && order.scope().queues().isEmpty()
            && order.scope().workers().isEmpty()) {
          revoked.add(id);
        }
      }
    }
  }

  private @Nullable String batchOf(String id) {
    for (var queue : queues.values()) {
      for (var message : queue) {
        if (message.task().id().equals(id)) {
          return message.task().batch();
        }
      }
    }
    for (var message : delivered.values()) {
      if (message.task().id().equals(id)) {
        return message.task().batch();
      }
    }
    return null;
  }

  Order randomKill() {
    var inFlight =
        List.of(InFlight.REQUEUE, InFlight.PURGE, InFlight.DEAD_LETTER).get(seeded.nextInt(3));
    var then = chance(3) ? Then.HOLD : Then.RESPAWN;
    Scope scope =
        switch (seeded.nextInt(6)) {
          case 0 -> Scope.ALL;
          case 1 -> Scope.ofQueue(chance(2) ? "mail" : "thumbs");
          case 2 -> Scope.ofBatch("b" + seeded.nextInt(3));
          case 3 -> Scope.ofTask("task-" + seeded.nextInt(Math.max(1, attempts.size())));
          case 4 ->
              new Scope(
                  false,
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(
                      new TaskTarget(
                          "task-" + seeded.nextInt(Math.max(1, attempts.size())),
                          1 + seeded.nextInt(2))),
                  List.of());
          default ->
              new Scope(
                  false,
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(new WorkerTarget(CONTROLLER + "/" + (1 + seeded.nextInt(5)), null)));
        };
    return order(OrderKind.KILL, scope, inFlight, then, chance(4) ? 500 : 0);
  }

  Order order(
      OrderKind kind, Scope scope, @Nullable InFlight inFlight, @Nullable Then then, long grace) {
    now = now.plusMillis(1);
    return new Order(
        1,
        Uuid7.next(),
        kind,
        scope,
        inFlight,
        Backlog.KEEP,
        then,
        grace,
        "simulated",
        "sim",
        now,
        now.plus(Duration.ofHours(1)),
        false);
  }

  void happen(Event event) {
    now = now.plusMillis(1);
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    for (var effect : decision.effects()) {
      act(effect);
    }
  }

  // The models act.

  private void act(Effect effect) {
    switch (effect) {
      case Effect.Spawn spawn -> spawn(spawn);
      case Effect.Dispatch dispatch -> dispatch(dispatch);
      case Effect.AskToEnd _ -> {}
      case Effect.Kill kill ->
          kill.workers()
              .forEach(key -> {
                var worker = workers.get(key);
                if (worker != null) {
                  worker.killed = true;
                }
              });
      case Effect.Consume consume -> consumers.put(consume.queue(), consume.prefetch());
      case Effect.CancelConsumer cancel -> consumers.remove(cancel.queue());
      case Effect.Acknowledge acknowledge -> settled(acknowledge.delivery(), true);
      case Effect.Requeue requeue -> settled(requeue.delivery(), false);
      case Effect.Move move -> move(move);
      case Effect.Barrier barrier -> {
        long at = generation;
        underWay.add(() ->
            happen(
                at == generation && connected
                    ? new Event.BarrierPassed(barrier.token())
                    : new Event.BarrierFailed(barrier.token(), "the connection was lost")));
      }
      case Effect.PurgeBacklog purge -> {
        var queue = queue(purge.queue());
        queue.forEach(message -> purged.add(message.task().id()));
        long count = queue.size();
        queue.clear();
        underWay.add(() -> happen(new Event.BacklogDone(purge.token(), count)));
      }
      case Effect.DeadLetterBacklog sweep -> {
        var queue = queue(sweep.queue());
        queue.forEach(message -> dead.put(message.task().id(), message));
        long count = queue.size();
        queue.clear();
        underWay.add(() -> happen(new Event.BacklogDone(sweep.token(), count)));
      }
      case Effect.Say say -> said(say.report());
      case Effect.SendResult send -> {
        if (send.token() != 0) {
          underWay.add(() -> happen(new Event.Published(send.token())));
        }
      }
      case Effect.Schedule schedule -> timers.add(schedule);
      case Effect.End _ -> ended = true;
      case Effect.TellTask _,
          Effect.TellWorker _,
          Effect.ShowRunning _,
          Effect.Rearm _,
          Effect.Audit _,
          Effect.Log _ -> {}
      case Effect.Keep keep -> underWay.add(() -> happen(new Event.Kept(keep.token(), null)));
    }
  }

  private void spawn(Effect.Spawn spawn) {
    assertThat(held(spawn.queue(), spawn.worker().slot(), null))
        .as("a worker starts in a held scope: %s", spawn)
        .isFalse();
    var worker = new Worker(spawn.worker());
    workers.put(spawn.worker(), worker);
    worker.frames.add(new Event.Spawned(spawn.worker(), 1000 + spawn.worker().slot(), 1));
    if (!(faults && chance(20))) {
      worker.frames.add(new Event.Ready(spawn.worker(), Set.of("work")));
    }
  }

  private void dispatch(Effect.Dispatch dispatch) {
    var task = dispatch.task();
    assertThat(held(task.queue(), dispatch.worker().slot(), task))
        .as("a task is dispatched in a held scope: %s", task.id())
        .isFalse();
    assertThat(revoked).as("a revoked task is dispatched").doesNotContain(task.id());
    assertThat(purged).as("a purged task is dispatched").doesNotContain(task.id());
    for (var other : workers.values()) {
      assertThat(other.runs).as("a task in two processes").isNotEqualTo(task.id());
    }
    var worker = workers.get(dispatch.worker());
    assertThat(worker).as("dispatched to a worker that is dead").isNotNull();
    if (!connectionEverLost) {
      assertThat(task.attempt()).as("attempt of %s", task.id()).isEqualTo(attempts.get(task.id()));
    }
    worker.frames.add(new Event.Started(worker.key, task.id(), task.attempt()));
    boolean fails = faults && chance(6);
    worker.frames.add(
        new Event.Finished(
            worker.key,
            task.id(),
            task.attempt(),
            fails
                ? new Event.RunEnd(Body.EMPTY, "application/json", new TaskError("x", "y", null))
                : new Event.RunEnd(Body.of("1"), "application/json", null)));
    if (faults && worker.key.incarnation() > 1 && chance(10)) {
      // A late frame of an older incarnation, and a doubled one.
      var stale = new WorkerKey(worker.key.slot(), worker.key.incarnation() - 1);
      underWay.add(() ->
          happen(
              new Event.Finished(
                  stale,
                  task.id(),
                  task.attempt(),
                  new Event.RunEnd(Body.EMPTY, "application/json", null))));
    }
  }

  private void settled(DeliveryKey key, boolean acknowledged) {
    if (key.generation() != generation || !connected) {
      return;
    }
    var message = delivered.remove(key);
    assertThat(message).as("settled twice, or never delivered: %s", key).isNotNull();
    var id = message.task().id();
    // Another copy of the same run, left over from a lost connection, may go while it runs.
    boolean lastOfThisRun =
        delivered.values().stream()
            .noneMatch(other ->
                other.task().id().equals(id) && other.task().attempt() == message.task().attempt());
    for (var worker : workers.values()) {
      boolean runsThis =
          id.equals(worker.runs) && worker.attempt == message.task().attempt() && lastOfThisRun;
      assertThat(runsThis).as("settled while its process runs: %s", key).isFalse();
    }
    if (acknowledged) {
      if (!moving.remove(key)) {
        successes.merge(id, 1, Integer::sum);
      }
    } else {
      queue(key.queue()).addFirst(message);
    }
  }

  private void move(Effect.Move move) {
    var message = delivered.get(move.delivery());
    assertThat(message).as("moved but not in hand: %s", move).isNotNull();
    moving.add(move.delivery());
    underWay.add(() -> {
      if (faults && chance(15)) {
        moving.remove(move.delivery());
        happen(new Event.PublishFailed(move.token(), "refused"));
        return;
      }
      copyArrives(move, message);
      happen(new Event.Published(move.token()));
    });
  }

  private void copyArrives(Effect.Move move, Message message) {
    var task = message.task();
    var headers = new HashMap<>(task.headers());
    int attempt = task.attempt();
    for (var header : move.headers().entrySet()) {
      var value = header.getValue();
      if (header.getKey().equals(TaskHeaders.ATTEMPT) && value instanceof Integer number) {
        attempt = number;
      } else if (value == null) {
        headers.remove(header.getKey());
      } else {
        headers.put(header.getKey(), value);
      }
    }
    var copy = task.toBuilder().headers(headers).attempt(attempt).build();
    if (move.routingKey().endsWith(".dead")) {
      dead.put(task.id(), new Message(copy, message.life() + 1));
    } else {
      if (attempt > task.attempt()) {
        attempts.merge(task.id(), attempt, Math::max);
      }
      queue(task.queue()).addLast(new Message(copy, message.life() + 1));
    }
  }

  private void said(Report report) {
    switch (report) {
      case Report.ControllerDone done -> {
        assertThat(refusedOrders).doesNotContain(done.order());
        doneOrders.add(done.order());
        var targets = killTargets.get(done.order());
        if (targets != null && done.failed().isEmpty()) {
          for (var target : targets) {
            assertThat(workers).as("done, and a worker in scope lives").doesNotContainKey(target);
          }
        }
      }
      case Report.ControllerRefused refused -> refusedOrders.add(refused.order());
      case Report.TaskSettled settled -> {
        var order = kills.get(settled.order());
        if (order != null && order.inFlight() == InFlight.PURGE) {
          purged.add(settled.task());
        }
        if (order != null && order.inFlight() == InFlight.DEAD_LETTER && !connectionEverLost) {
          assertThat(dead).as("said to be dead-lettered").containsKey(settled.task());
        }
      }
      case Report.ControllerHeard _, Report.WorkerDead _, Report.WorkerUnconfirmed _ -> {}
    }
  }

  /** What the statements of operators say, worked out without {@link Holds}. */
  private boolean held(String queue, int slot, @Nullable Task task) {
    for (int i = statements.size() - 1; i >= 0; i--) {
      var statement = statements.get(i);
      if (refusedOrders.contains(statement.id())) {
        continue;
      }
      var scope = statement.scope();
      boolean covers =
          scope.coversController(CONTROLLER)
              && scope.coversQueue(queue)
              && scope.coversWorker(CONTROLLER + "/" + slot)
              && (task == null ? !scope.namesTasks() : scope.coversTask(task.id(), task.batch()));
      if (covers) {
        return statement.kind() != OrderKind.RESUME;
      }
    }
    return false;
  }

  // The end.

  /** Lets everything come to its end, without further faults, and checks that nothing was lost. */
  void finish() {
    order(order(OrderKind.RESUME, Scope.ALL, null, null, 0));
    for (int i = 0; i < 3; i++) {
      order(order(OrderKind.RESUME, Scope.ofBatch("b" + i), null, null, 0));
      order(order(OrderKind.RESUME, Scope.ofQueue(i == 0 ? "mail" : "thumbs"), null, null, 0));
    }
    revoked.clear();
    for (var id : attempts.keySet()) {
      order(order(OrderKind.RESUME, Scope.ofTask(id), null, null, 0));
    }
    for (int i = 1; i <= 5; i++) {
      order(
          order(
              OrderKind.RESUME,
              new Scope(
                  false,
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(new WorkerTarget(CONTROLLER + "/" + i, null))),
              null,
              null,
              0));
    }
    long limit = steps + 200_000;
    while (!allOver()) {
      if (steps > limit) {
        fail(
            "tasks are stuck: %s in queues, %s in hand, slots %s, orders %s",
            queues, delivered, state.slots(), state.orders().keySet());
      }
      step();
    }
    for (var kill : kills.keySet()) {
      assertThat(doneOrders.contains(kill) || refusedOrders.contains(kill))
          .as("order %s was answered", kill)
          .isTrue();
    }
    for (var id : attempts.keySet()) {
      boolean over = successes.containsKey(id) || dead.containsKey(id) || purged.contains(id);
      assertThat(over).as("task %s has ended", id).isTrue();
      if (!connectionEverLost) {
        int ends = successes.getOrDefault(id, 0) + (dead.containsKey(id) ? 1 : 0);
        assertThat(ends).as("task %s ended once", id).isEqualTo(1);
      }
    }
  }

  private boolean allOver() {
    return delivered.isEmpty()
        && queues.values().stream().allMatch(Deque::isEmpty)
        && underWay.isEmpty()
        && state.orders().isEmpty();
  }
}
