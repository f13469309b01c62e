package dev.warrener.ops.command;

import dev.warrener.messaging.Names;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.command.StatusCommand.QueueJson;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warrener queue …}. */
@Command(name = "queue", description = "Queues of tasks.")
final class QueueCommand {
  private QueueCommand() {}

  static QueueCommand group() {
    return new QueueCommand();
  }

  static String requireQueue(String name) {
    try {
      return Names.requireQueue(name);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitStatus.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  /** {@code warrener queue list}. */
  @Command(
      name = "list",
      description = "The queues that a controller serves, with the broker's own counts.")
  static final class QueueList extends FleetCommand {
    QueueList(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      var screen = invocation().screen();
      try (var view = FleetView.open(invocation(), "queue list")) {
        var snapshot = view.look();
        snapshot.sayAlarm(screen);
        var queues =
            snapshot.roster().queues().stream()
                .map(queue -> QueueJson.of(queue, snapshot))
                .toList();
        switch (screen.format()) {
          case TABLE -> {
            if (queues.isEmpty()) {
              screen.say(
                  "No controller " + (snapshot.alarm() == null ? "serves" : "names") + " a queue.");
            } else {
              screen.result(StatusCommand.queues(snapshot));
            }
          }
          case JSON -> screen.resultJson(queues);
          case JSONL -> queues.forEach(screen::resultJsonLine);
          case NAME -> queues.forEach(queue -> screen.result(queue.queue()));
        }
        return ExitStatus.DONE;
      }
    }
  }

  /** {@code warrener queue create}. */
  @Command(
      name = "create",
      description = {
        "Make a queue of tasks, its dead letters and its retry queues. What is there already with"
            + " the same properties is left as it is.",
        "",
        "A controller that serves a queue makes it by itself; this is for publishing before one is"
            + " there, or for other properties. A queue keeps what it was made with."
      })
  static final class Create extends FleetCommand {
    @Parameters(paramLabel = "QUEUE", description = "Its name.")
    private String queue = "";

    @Option(
        names = "--max-length",
        paramLabel = "N",
        description = "The most waiting tasks before publishers are refused (default: no limit).")
    private @Nullable Long maxLength;

    @Option(
        names = "--max-priority",
        paramLabel = "N",
        description =
            "The highest priority, 1 to 31, where the broker wants to know it (the embedded one).")
    private @Nullable Integer maxPriority;

    @Option(
        names = "--consumer-timeout",
        paramLabel = "TIME",
        defaultValue = "30d",
        converter = DurationConverter.class,
        description = "The longest that a controller may hold a task (default: 30d).")
    private Duration consumerTimeout = QueueSettings.DEFAULT.consumerTimeout();

    Create(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() {
      requireQueue(queue);
      QueueSettings settings;
      try {
        settings = new QueueSettings(maxLength, maxPriority, consumerTimeout);
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(ExitStatus.USAGE, String.valueOf(e.getMessage()), e);
      }
      var screen = invocation().screen();
      try (var session = BrokerSession.open(invocation().access("queue create"))) {
        session.topology().declareQueue(queue, settings);
        switch (screen.format()) {
          case TABLE, NAME -> screen.result(queue);
          case JSON, JSONL ->
              screen.resultJson(new QueueJson(queue, null, 0, null, null, 0, 0, 0, false));
        }
        screen.say("Queue " + queue + " is there, with its dead letters and retry queues.");
        return ExitStatus.DONE;
      }
    }
  }

  /** {@code warrener queue purge}. */
  @Command(
      name = "purge",
      description = {
        "Drop the waiting tasks of a queue for good, those that wait for a retry included.",
        "",
        "Tasks that run are not touched: for them there is warrener kill --queue."
      })
  static final class Purge extends FleetCommand {
    @Parameters(paramLabel = "QUEUE", description = "Its name.")
    private String queue = "";

    @Option(
        names = {"-m", "--reason"},
        paramLabel = "TEXT",
        defaultValue = "",
        description = "Why, for the record.")
    private String reason = "";

    @Option(
        names = {"-n", "--dry-run"},
        description = "Say how many it would be, and do nothing.")
    private boolean dryRun;

    @Option(
        names = {"-y", "--yes"},
        description = "Don't ask.")
    private boolean yes;

    @Option(
        names = "--confirm",
        paramLabel = "QUEUE",
        description = "Don't ask; the queue's name, as it would have to be typed.")
    private @Nullable String confirm;

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        defaultValue = "10s",
        converter = DurationConverter.class,
        description = "How long to wait for the controllers (default: 10s).")
    private Duration timeout = Duration.ofSeconds(10);

    Purge(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() throws InterruptedException {
      requireQueue(queue);
      var desk = invocation().desk();
      var screen = desk.screen();
      var confirmation = new Confirmation(yes, confirm, queue, false);
      if (!dryRun && !confirmation.isGivenFor(KillPlan.Level.TYPED) && desk.asker().isEmpty()) {
        confirmation.require(KillPlan.Level.TYPED, "purge", desk.asker());
      }
      var now = invocation().clock().instant();
      var scope = Scope.ofQueue(queue);
      String person = invocation().person();
      var order = OrderForm.of(OrderKind.PURGE, Uuid7.next(), scope, reason, person, now, false);
      var question = OrderForm.of(OrderKind.PURGE, Uuid7.next(), scope, reason, person, now, true);
      try (var line =
          BrokerLine.open(
              invocation().access("queue purge"),
              List.of(order.id(), question.id()),
              true,
              invocation().clock())) {
        var plain = new PlainOrder(line, desk);
        var asked = plain.ask(question);
        var depth = line.probe().queue(queue);
        long waiting = depth.waiting() + depth.retrying();
        int inFlight = Totals.of(asked).tasks();
        screen.insist(
            Tone.STRONG,
            "Purge queue "
                + queue
                + ": "
                + Text.count(waiting, "waiting task")
                + " will be gone; "
                + inFlight
                + " in flight "
                + (inFlight == 1 ? "is" : "are")
                + " not touched");
        if (dryRun) {
          screen.result(Long.toString(waiting));
          return ExitStatus.DONE;
        }
        confirmation.require(
            KillPlan.Level.TYPED, "Purge " + Text.count(waiting, "task"), desk.asker());
        if (!plain.roster().queues().contains(queue)) {
          // Nobody serves it, so nobody holds a task of it that could come back.
          screen.result(Text.count(line.session().purge(queue), "task") + " purged");
          return ExitStatus.DONE;
        }
        return plain.send(order, timeout, true).status();
      }
    }
  }
}
