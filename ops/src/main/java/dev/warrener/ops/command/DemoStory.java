package dev.warrener.ops.command;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Presence.WorkerPresence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.LogConfiguration;
import dev.warrener.ops.Main;
import dev.warrener.ops.command.FleetLine.Heard;
import dev.warrener.ops.demo.ControllerProcess;
import dev.warrener.ops.demo.RuntimeDirectory;
import dev.warrener.ops.demo.SeenProcess;
import dev.warrener.ops.rollcall.RollCall;
import dev.warrener.ops.rollcall.RollCall.Deadlines;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Text;
import dev.warrener.producer.ClientOptions;
import dev.warrener.producer.WarrenerClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The story that the demo tells, with the very commands that an operator has, and with checks from
 * outside: it looks at {@code /proc} and asks the broker, and believes neither the controller nor
 * itself. For one thread.
 */
final class DemoStory {
  private static final String QUEUE = "demo";
  private static final String CONTROLLER = "demo";
  private static final String TASK_LINE = "task|";

  /** What the handler prints: the tutorial's two lines. */
  private static final Pattern SPOKEN = Pattern.compile("Task .* (running|Done)$");

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration RUNNING_WITHIN = Duration.ofSeconds(30);
  private static final Duration FINISHED_WITHIN = Duration.ofSeconds(60);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(5);
  private static final Duration CONFIRMED_WITHIN = Duration.ofSeconds(10);
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);
  private static final Duration BEFORE_THE_KILL = Duration.ofSeconds(2);

  private final Plot plot;
  private final BrokerAccess access;
  private final boolean isEmbedded;
  private final Instant startedAt;
  private final Invocation invocation;
  private final Screen screen;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private final List<String> complaints = new ArrayList<>();
  private final Map<String, CompletableFuture<ResultMessage>> results = new LinkedHashMap<>();
  private boolean allIsWell = true;

  /**
   * What is played.
   *
   * @param batches whether it is the story of the two batches
   * @param inFlight the chosen fate, or null for the story's own
   * @param then the chosen aftermath, or null for the story's own
   * @param workers how many worker processes
   * @param tasks how many tasks
   */
  record Plot(
      boolean batches, @Nullable InFlight inFlight, @Nullable Then then, int workers, int tasks) {

    /** The tasks of the first batch: the first half. */
    int inFirstBatch() {
      return tasks / 2;
    }

    @Nullable String batchOf(int task) {
      if (!batches) {
        return null;
      }
      return task < inFirstBatch() ? "first" : "second";
    }

    KillPlan kill() {
      return KillPlan.of(
          batches ? Scope.ofBatch("first") : Scope.ALL, inFlight, null, then, Duration.ZERO);
    }

    /** How many tasks run when the kill comes. */
    int running() {
      return Math.min(workers, tasks);
    }
  }

  DemoStory(
      Plot plot,
      BrokerAccess access,
      boolean isEmbedded,
      Instant startedAt,
      Invocation invocation) {
    this.plot = plot;
    this.access = access;
    this.isEmbedded = isEmbedded;
    this.startedAt = startedAt;
    this.invocation = invocation;
    this.screen = invocation.storyScreen();
  }

  ExitStatus tell() throws IOException, InterruptedException {
    try (var session = BrokerSession.open(access)) {
      tell("Broker", broker(session));
      session.topology().declareFleet();
      session.topology().declareQueue(QUEUE, QueueSettings.DEFAULT);
      var plan = plot.kill();
      var order = OrderForm.kill(Uuid7.next(), plan, "the demo", invocation.person(), now(), false);
      var rollCall = OrderForm.rollCall(invocation.person(), now());
      var orders = List.of(order.id(), rollCall.id());
      try (var line = BrokerLine.open(access, orders, true, invocation.clock());
          var runtime = RuntimeDirectory.create();
          var controller = startController(runtime.path());
          var client = WarrenerClient.connect(access.address(), clientOptions())) {
        var workers = awaitWorkers(line, controller);
        publish(client);
        awaitRunning();
        var killAt = now().plus(BEFORE_THE_KILL);
        var before = look(line, rollCall);
        Thread.sleep(Duration.between(now(), killAt));
        var status = kill(line, plan, order);
        lookFromOutside(line, session, controller, before, order);
        end(status, workers.size());
        return status != ExitStatus.DONE || allIsWell ? status : ExitStatus.FAILED;
      } finally {
        removeFleet(session);
      }
    }
  }

  /** The first line, before anything is started. */
  static void title(Plot plot, Screen screen) {
    screen.result(
        screen
            .outStyle()
            .paint(
                Tone.STRONG,
                plot.batches()
                    ? "Two batches. One is killed, the other finishes."
                    : Text.count(plot.workers(), "worker")
                        + ", "
                        + Text.count(plot.tasks(), "task")
                        + ", one kill."));
    screen.result("");
  }

  private String broker(BrokerSession session) {
    return isEmbedded
        ? "embedded " + session.dialect().product() + ": in memory only, and not RabbitMQ"
        : session.dialect().product() + " at " + access.address();
  }

  // The fleet.

  private ControllerProcess startController(Path runtime) throws IOException {
    var controller =
        ControllerProcess.start(
            Map.of(LogConfiguration.PATTERN, "%logger{0}|%level|%msg%n"),
            Map.of(
                BrokerChoice.URI,
                uri(access.address()),
                BrokerChoice.USER,
                "",
                BrokerChoice.PASSWORD_FILE,
                "",
                BrokerChoice.NAMESPACE,
                access.namespace().name()),
            Main.class.getName(),
            List.of(
                "controller",
                "--id",
                CONTROLLER,
                "--queue",
                QUEUE + "=" + plot.workers(),
                "--set",
                "runtime-directory=" + runtime,
                "--set",
                "state-directory=" + runtime.resolve("state")),
            this::hear);
    tell(
        "Controller",
        "pid "
            + controller.pid()
            + ": warrener controller --id "
            + CONTROLLER
            + " --queue "
            + QUEUE
            + "="
            + plot.workers());
    return controller;
  }

  /** The address with its password: it goes into the environment of the child, and nowhere else. */
  static String uri(BrokerAddress address) {
    return (address.tls() ? "amqps://" : "amqp://")
        + encode(address.user())
        + ":"
        + encode(address.password())
        + "@"
        + (address.host().contains(":") ? "[" + address.host() + "]" : address.host())
        + ":"
        + address.port()
        + "/"
        + encode(address.virtualHost());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** On the thread that reads the controller's output. */
  private void hear(String line) {
    if (line.startsWith(TASK_LINE)) {
      var spoken = SPOKEN.matcher(line);
      if (spoken.find()) {
        said.add(spoken.group());
      }
    } else if (!line.contains("|INFO|")) {
      synchronized (complaints) {
        complaints.add(line);
      }
    }
  }

  private ClientOptions clientOptions() {
    // Results of tasks that were killed don't come: there is nothing to wait for in the end.
    return ClientOptions.builder()
        .namespace(access.namespace())
        .program(access.program())
        .closeTimeout(Duration.ofMillis(100))
        .build();
  }

  private List<SeenProcess> awaitWorkers(BrokerLine line, ControllerProcess controller)
      throws InterruptedException {
    var startedAt = now();
    var presence =
        awaitPresence(
            line,
            READY_WITHIN,
            one -> count(one, WorkerState.IDLE) == plot.workers(),
            () -> !controller.isAlive());
    if (presence.isEmpty()) {
      throw new CommandFailure(ExitStatus.FAILED, "the workers did not start: " + lastWords());
    }
    var processes = processes(presence.get());
    tell(
        "Workers",
        "pid "
            + pids(presence.get())
            + ", ready after "
            + Text.brief(Duration.between(startedAt, now()))
            + " (containment: "
            + presence.get().containment()
            + ")");
    return processes;
  }

  private static String pids(Presence presence) {
    return presence.workers().stream()
        .map(WorkerPresence::pid)
        .filter(pid -> pid != null)
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  private String lastWords() {
    synchronized (complaints) {
      return complaints.isEmpty()
          ? "the controller says nothing"
          : String.join(
              "; ", complaints.subList(Math.max(0, complaints.size() - 3), complaints.size()));
    }
  }

  private static long count(Presence presence, WorkerState state) {
    return presence.workers().stream().filter(worker -> worker.state() == state).count();
  }

  private Optional<Presence> awaitPresence(
      BrokerLine line, Duration timeout, Predicate<Presence> wanted, BooleanSupplier isHopeless)
      throws InterruptedException {
    var until = now().plus(timeout);
    while (now().isBefore(until) && !isHopeless.getAsBoolean()) {
      var heard = line.next(LOOK_EVERY);
      if (heard.isPresent()
          && heard.get() instanceof Heard.OfPresence(var presence, var _)
          && wanted.test(presence)) {
        return Optional.of(presence);
      }
    }
    return Optional.empty();
  }

  /** Asks the controller what runs, and looks at those processes as the kernel shows them. */
  private List<SeenProcess> look(BrokerLine line, Order rollCall) throws InterruptedException {
    var sentAt = now();
    var until = sentAt.plus(Kill.QUESTION);
    var roster = Roster.empty();
    var sent = line.send(rollCall);
    var opened =
        RollCall.open(rollCall, new Deadlines(sentAt, until, until)).armed(line.armed().orElse(0));
    new Follower(line, invocation.clock())
        .follow(Follower.afterSending(opened, sent), new Kill.RosterKeeper(roster));
    return roster.presences().values().stream()
        .flatMap(presence -> processes(presence).stream())
        .toList();
  }

  private static long living(Presence presence) {
    return presence.workers().stream().filter(worker -> worker.pid() != null).count();
  }

  private static List<SeenProcess> processes(Presence presence) {
    var processes = new ArrayList<SeenProcess>();
    for (var worker : presence.workers()) {
      var pid = worker.pid();
      if (pid != null) {
        SeenProcess.look(pid).ifPresent(processes::add);
      }
    }
    return processes;
  }

  // The tasks.

  private void publish(WarrenerClient client) {
    for (int i = 0; i < plot.tasks(); i++) {
      var task =
          Task.to(QUEUE, "sleep")
              .id(Integer.toString(i))
              .batch(plot.batchOf(i))
              .json("{\"seconds\":10,\"steps\":10}")
              .build();
      results.put(task.id(), client.submitForResult(task, FINISHED_WITHIN));
    }
    String batches =
        plot.batches()
            ? " in two batches: first (" + ids("first") + ") and second (" + ids("second") + ")"
            : "";
    tell(
        "Tasks",
        Text.count(plot.tasks(), "task") + batches + ", each sleeps ten times for one second");
  }

  private String ids(String batch) {
    return IntStream.range(0, plot.tasks())
        .filter(i -> batch.equals(plot.batchOf(i)))
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", "));
  }

  private void awaitRunning() throws InterruptedException {
    for (int i = 0; i < plot.running(); i++) {
      String line = said.poll(RUNNING_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      if (line == null) {
        throw new CommandFailure(ExitStatus.FAILED, "the tasks do not start: " + lastWords());
      }
      tell("", line);
    }
  }

  // The kill.

  private ExitStatus kill(BrokerLine line, KillPlan plan, Order form) throws InterruptedException {
    screen.result("");
    screen.result(
        "Two seconds later:  "
            + screen.outStyle().paint(Tone.STRONG, "warrener kill " + plan.scope().describe()));
    plan.sentences().forEach(screen::result);
    screen.result("");
    var sentAt = now();
    var order = OrderForm.issuedAt(form, sentAt);
    var sent = line.send(order);
    var until = sentAt.plus(CONFIRMED_WITHIN);
    var opened =
        RollCall.open(order, new Deadlines(sentAt, until, until)).armed(line.armed().orElse(0));
    step(
        Duration.ZERO,
        "sent over the fanout exchange " + access.namespace().killExchange() + ": " + order.id());
    var call =
        new Follower(line, invocation.clock())
            .follow(Follower.afterSending(opened, sent), new Steps(sentAt));
    var verdict = call.verdict(now());
    screen.result("");
    screen.result(Conclusion.headline(call, verdict, now(), screen.outStyle()));
    verdict.sentences().forEach(screen::result);
    return verdict.status();
  }

  private void step(Duration after, String sentence) {
    String time = "+" + Text.brief(after);
    screen.result(" ".repeat(Math.max(1, 10 - time.length())) + time + "  " + sentence);
  }

  /** Each report as a line, with the time since the order was sent. */
  private final class Steps implements Display {
    private final Instant sentAt;

    Steps(Instant sentAt) {
      this.sentAt = sentAt;
    }

    @Override
    public void heard(Report report, RollCall call, Instant at) {
      step(Duration.between(sentAt, at), sentence(report));
    }

    private String sentence(Report report) {
      return switch (report) {
        case Report.ControllerHeard heard ->
            "controller "
                + heard.controller()
                + " has heard it: "
                + Text.count(heard.expected().workers(), "worker")
                + " and "
                + Text.count(heard.expected().tasks(), "running task")
                + " in scope";
        case Report.WorkerDead dead ->
            screen.outStyle().paint(Tone.GOOD, "dead")
                + "  worker "
                + dead.worker()
                + ", pid "
                + dead.pid()
                + ", "
                + RollCallText.endedBy(dead)
                + " after "
                + Text.brief(Duration.ofNanos(dead.deathMicros() * 1000))
                + ", tree empty: "
                + RollCallText.proof(dead)
                + (dead.task() == null ? "" : "; ran task " + dead.task());
        case Report.WorkerUnconfirmed worker ->
            screen.outStyle().paint(Tone.BAD, "NOT CONFIRMED")
                + "  worker "
                + worker.worker()
                + ", pid "
                + worker.pid()
                + ": "
                + Text.count(worker.survivors().size(), "process", "processes")
                + " left";
        case Report.TaskSettled task -> "task " + task.task() + " is " + task.fate().wire();
        case Report.ControllerDone done ->
            "controller " + done.controller() + " is done, and " + done.state().wire();
        case Report.ControllerRefused refused ->
            "controller " + refused.controller() + " refuses: " + refused.because();
      };
    }
  }

  // From outside.

  private void lookFromOutside(
      BrokerLine line,
      BrokerSession session,
      ControllerProcess controller,
      List<SeenProcess> before,
      Order order)
      throws InterruptedException {
    screen.result("");
    screen.result(screen.outStyle().paint(Tone.STRONG, "Seen from outside"));
    int killed = plot.batches() ? Math.min(plot.inFirstBatch(), plot.workers()) : plot.workers();
    check(
        eventually(() -> gone(before) >= killed) && gone(before) == killed,
        () -> gone(before) + " of " + before.size() + " worker processes are gone from /proc");
    if (!plot.batches() && order.thenOfKill() != Then.RESPAWN) {
      check(
          eventually(() -> line.running().orElse(0) == 0),
          () ->
              "hosts that still run a worker, by the broker's own count: "
                  + line.running().orElse(0));
    }
    var fate = order.inFlightOfKill();
    if (plot.batches()) {
      lookAtBatches(session, order);
    } else {
      lookAtTasks(session, order, fate);
    }
    lookAtController(line, controller, order);
  }

  private static long gone(List<SeenProcess> processes) {
    return processes.stream().filter(SeenProcess::isGone).count();
  }

  private void lookAtTasks(BrokerSession session, Order order, InFlight fate)
      throws InterruptedException {
    boolean restarts = order.thenOfKill() == Then.RESPAWN;
    int inFlight = plot.running();
    int rest = plot.tasks() - inFlight;
    long waiting = fate == InFlight.REQUEUE ? plot.tasks() : rest;
    long dead = fate == InFlight.DEAD_LETTER ? inFlight : 0;
    if (restarts && plot.tasks() > 0 && waiting > 0) {
      check(
          eventually(() -> session.probe().queue(QUEUE).dead() == dead),
          () -> "dead letters: " + session.probe().queue(QUEUE).dead());
      if (fate == InFlight.REQUEUE) {
        awaitRunning();
      }
      return;
    }
    check(
        eventually(() -> {
          var depth = session.probe().queue(QUEUE);
          return depth.waiting() == waiting && depth.dead() == dead;
        }),
        () -> {
          var depth = session.probe().queue(QUEUE);
          return "queue "
              + QUEUE
              + " holds "
              + Text.count(depth.waiting(), "task")
              + ", and "
              + Text.count(depth.dead(), "dead letter");
        });
    lookAtDeadLetters(session, order, dead);
  }

  private void lookAtDeadLetters(BrokerSession session, Order order, long dead) {
    if (dead == 0) {
      return;
    }
    var letters = session.deadLetters().list(QUEUE, 1000);
    check(
        letters.size() == dead
            && letters.stream().allMatch(letter -> order.id().equals(letter.mark().order())),
        () ->
            "each dead letter names the order: "
                + letters.getFirst().mark().reason().wire()
                + ", "
                + letters.getFirst().mark().detail());
  }

  private void lookAtBatches(BrokerSession session, Order order) throws InterruptedException {
    tell("", "the second batch goes on …");
    var second =
        results.entrySet().stream()
            .filter(entry -> "second".equals(plot.batchOf(Integer.parseInt(entry.getKey()))))
            .toList();
    var until = now().plus(FINISHED_WITHIN);
    for (var entry : second) {
      eventually(() -> entry.getValue().isDone(), Duration.between(now(), until));
    }
    drainSaid();
    check(
        second.stream().allMatch(entry -> hasSucceeded(entry.getValue())),
        () ->
            second.stream().filter(entry -> hasSucceeded(entry.getValue())).count()
                + " of "
                + Text.count(second.size(), "task")
                + " of the second batch have succeeded");
    long dead = order.inFlightOfKill() == InFlight.DEAD_LETTER ? plot.inFirstBatch() : 0;
    check(
        eventually(() -> session.probe().queue(QUEUE).dead() == dead),
        () ->
            Text.count(session.probe().queue(QUEUE).dead(), "dead letter") + " of the first batch");
    lookAtDeadLetters(session, order, dead);
  }

  private void drainSaid() {
    for (var line = said.poll(); line != null; line = said.poll()) {
      tell("", line);
    }
  }

  private static boolean hasSucceeded(CompletableFuture<ResultMessage> result) {
    return result.isDone()
        && !result.isCompletedExceptionally()
        && result.join().outcome() == Outcome.SUCCEEDED;
  }

  private void lookAtController(BrokerLine line, ControllerProcess controller, Order order)
      throws InterruptedException {
    switch (order.thenOfKill()) {
      case EXIT ->
          check(
              controller.awaitEnd(Duration.ofSeconds(10)) && controller.exitStatus() == 0,
              () ->
                  controller.isAlive()
                      ? "the controller lives"
                      : "the controller has ended itself with status " + controller.exitStatus());
      case HOLD -> {
        var presence = awaitPresence(line, SETTLED_WITHIN, one -> living(one) == 0, () -> false);
        check(
            presence.isPresent() && controller.isAlive(),
            () -> "the controller lives, and has started no worker again: everything is held");
      }
      case RESPAWN -> {
        var presence =
            awaitPresence(line, READY_WITHIN, one -> living(one) == plot.workers(), () -> false);
        check(
            presence.isPresent(),
            () ->
                "the pool is back to "
                    + Text.count(presence.map(DemoStory::living).orElse(0L), "worker")
                    + presence.map(one -> ": pid " + pids(one)).orElse(""));
      }
    }
  }

  private boolean eventually(BooleanSupplier condition) throws InterruptedException {
    return eventually(condition, SETTLED_WITHIN);
  }

  private boolean eventually(BooleanSupplier condition, Duration timeout)
      throws InterruptedException {
    var until = now().plus(timeout);
    while (!condition.getAsBoolean()) {
      if (!now().isBefore(until)) {
        return false;
      }
      Thread.sleep(LOOK_EVERY);
      drainSaid();
    }
    return true;
  }

  private void check(boolean isAsItShouldBe, Supplier<String> finding) {
    allIsWell &= isAsItShouldBe;
    String mark =
        isAsItShouldBe
            ? screen.outStyle().paint(Tone.GOOD, "✓")
            : screen.outStyle().paint(Tone.BAD, "✗");
    screen.result("  " + mark + " " + finding.get());
  }

  // The end.

  private void end(ExitStatus status, int workers) {
    screen.result("");
    boolean good = status == ExitStatus.DONE && allIsWell && workers == plot.workers();
    screen.result(
        (good
                ? screen.outStyle().paint(Tone.GOOD, "Confirmed")
                : screen.outStyle().paint(Tone.BAD, "Not as it should be"))
            + ", after "
            + Text.brief(Duration.between(startedAt, now()))
            + ".");
    if (!good) {
      synchronized (complaints) {
        complaints.forEach(line -> screen.result("controller: " + line));
      }
    }
  }

  private void removeFleet(BrokerSession session) {
    if (!isEmbedded) {
      session.topology().removeFleet(List.of(QUEUE));
    }
  }

  private void tell(String what, String sentence) {
    screen.result(what + " ".repeat(Math.max(1, 12 - what.length())) + sentence);
  }

  private Instant now() {
    return invocation.clock().instant();
  }
}
