package dev.warrener.ops.demo;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.order.KillCall;
import dev.warrener.operator.order.KillCall.Outcome.Answered;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.order.OrderCall;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.BrokerResolution;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.log.LogConfiguration;
import dev.warrener.ops.order.KillPlanText;
import dev.warrener.ops.order.OrderSummary;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.producer.ClientOptions;
import dev.warrener.producer.WarrenerClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The story of the demo: a controller with workers, tasks, a kill, and checks from outside. It
 * sends the same orders as an operator's commands. For one thread.
 */
final class DemoStory {
  static final String QUEUE = "demo";
  private static final String CONTROLLER = "demo";

  /** The main class of {@code warrener}, by its name: its package uses this one. */
  private static final String PROGRAM = "dev.warrener.ops.Main";

  static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration RUNNING_WITHIN = Duration.ofSeconds(30);
  static final Duration FINISHED_WITHIN = Duration.ofSeconds(60);
  private static final Duration CONFIRMED_WITHIN = Duration.ofSeconds(10);
  private static final Duration BEFORE_THE_KILL = Duration.ofSeconds(2);

  private final Plot plot;
  private final BrokerAccess access;
  private final boolean isEmbedded;
  private final Instant startedAt;
  private final Invocation invocation;
  private final Screen screen;
  private final ControllerOutput output = new ControllerOutput();
  private final Map<String, CompletableFuture<ResultMessage>> results = new LinkedHashMap<>();

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
      var order =
          OrderFactory.kill(Uuid7.next(), plan, "the demo", invocation.person(), now(), false);
      var rollCall = OrderFactory.rollCall(invocation.person(), now());
      var orders = List.of(order.id(), rollCall.id());
      try (var connection = invocation.connect(access, orders);
          var runtime = RuntimeDirectory.create();
          var controller = startController(runtime.path());
          var client = WarrenerClient.connect(access.address(), clientOptions())) {
        int workers = awaitWorkers(connection, controller);
        publish(client);
        awaitRunning();
        var killAt = now().plus(BEFORE_THE_KILL);
        var before = look(connection, rollCall);
        Thread.sleep(Duration.between(now(), killAt));
        var status = kill(connection, plan, order);
        boolean allIsWell =
            new DemoChecks(this, connection, session, controller, before, order, results).run();
        end(status, allIsWell && workers == plot.workers());
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
                    : Phrases.count(plot.workers(), "worker")
                        + ", "
                        + Phrases.count(plot.tasks(), "task")
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
                BrokerResolution.URI,
                uri(access.address()),
                BrokerResolution.USER,
                "",
                BrokerResolution.PASSWORD_FILE,
                "",
                BrokerResolution.NAMESPACE,
                access.namespace().name()),
            PROGRAM,
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
            output::hear);
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

  private ClientOptions clientOptions() {
    // Results of tasks that were killed don't come: there is nothing to wait for in the end.
    return ClientOptions.builder()
        .namespace(access.namespace())
        .program(access.program())
        .closeTimeout(Duration.ofMillis(100))
        .build();
  }

  /** Waits until all workers are ready; returns how many processes the kernel shows. */
  private int awaitWorkers(FleetConnection connection, ControllerProcess controller)
      throws InterruptedException {
    var from = now();
    var presence =
        new FleetPresence(connection, clock())
            .await(
                READY_WITHIN,
                one -> FleetPresence.idle(one) == plot.workers(),
                () -> !controller.isAlive())
            .orElseThrow(() ->
                new CommandFailure(
                    ExitStatus.FAILED, "the workers did not start: " + output.lastComplaints()));
    tell(
        "Workers",
        "pid "
            + FleetPresence.pids(presence)
            + ", ready after "
            + Phrases.brief(Duration.between(from, now()))
            + " (containment: "
            + presence.containment()
            + ")");
    return FleetPresence.processes(presence).size();
  }

  /** Asks the controller what runs, and looks at those processes as the kernel shows them. */
  private List<SeenProcess> look(FleetConnection connection, Order rollCall)
      throws InterruptedException {
    var call = new OrderCall(connection, clock());
    call.ask(rollCall);
    return call.roster().presences().values().stream()
        .flatMap(presence -> FleetPresence.processes(presence).stream())
        .toList();
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
        Phrases.count(plot.tasks(), "task") + batches + ", each sleeps ten times for one second");
  }

  private String ids(String batch) {
    return IntStream.range(0, plot.tasks())
        .filter(i -> batch.equals(plot.batchOf(i)))
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", "));
  }

  /** Waits until as many tasks have started as can run at the same time. */
  void awaitRunning() throws InterruptedException {
    for (int i = 0; i < plot.running(); i++) {
      var line =
          output
              .next(RUNNING_WITHIN)
              .orElseThrow(() ->
                  new CommandFailure(
                      ExitStatus.FAILED, "the tasks do not start: " + output.lastComplaints()));
      tell("", line);
    }
  }

  /** Shows what handlers have printed meanwhile. */
  void showRest() {
    output.rest().forEach(line -> tell("", line));
  }

  // The kill.

  private ExitStatus kill(FleetConnection connection, KillPlan plan, Order form)
      throws InterruptedException {
    screen.result("");
    screen.result(
        "Two seconds later:  "
            + screen.outStyle().paint(Tone.STRONG, "warrener kill " + plan.scope().describe()));
    new KillPlanText(plan, false).sentences().forEach(screen::result);
    screen.result("");
    var steps = new KillSteps(screen, access.namespace());
    var outcome = new KillCall(plan, connection, clock()).send(form, CONFIRMED_WITHIN, steps);
    if (!(outcome instanceof Answered(var call))) {
      throw new CommandFailure(
          ExitStatus.UNAVAILABLE, "the broker blocks publishers: the tripwire was pulled");
    }
    var verdict = call.verdict(now());
    screen.result("");
    screen.result(OrderSummary.headline(call, verdict, now(), screen.outStyle()));
    verdict.sentences().forEach(screen::result);
    return ExitStatus.of(verdict);
  }

  // The end.

  private void end(ExitStatus status, boolean allIsWell) {
    screen.result("");
    boolean good = status == ExitStatus.DONE && allIsWell;
    screen.result(
        (good
                ? screen.outStyle().paint(Tone.GOOD, "Confirmed")
                : screen.outStyle().paint(Tone.BAD, "Not as it should be"))
            + ", after "
            + Phrases.brief(Duration.between(startedAt, now()))
            + ".");
    if (!good) {
      output.complaints().forEach(line -> screen.result("controller: " + line));
    }
  }

  private void removeFleet(BrokerSession session) {
    if (!isEmbedded) {
      session.topology().removeFleet(List.of(QUEUE));
    }
  }

  void tell(String what, String sentence) {
    screen.result(what + " ".repeat(Math.max(1, 12 - what.length())) + sentence);
  }

  Plot plot() {
    return plot;
  }

  Screen screen() {
    return screen;
  }

  InstantSource clock() {
    return invocation.clock();
  }

  private Instant now() {
    return clock().instant();
  }
}
