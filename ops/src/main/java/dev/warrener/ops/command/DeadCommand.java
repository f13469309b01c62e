package dev.warrener.ops.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.broker.admin.DeadLetters.Moved;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code warrener dead …}. */
@Command(name = "dead", description = "Dead letters: tasks that will not run again by themselves.")
final class DeadCommand {
  private DeadCommand() {}

  static DeadCommand group() {
    return new DeadCommand();
  }

  /** Which dead letters. Written by picocli. */
  static final class Choice {
    @Parameters(paramLabel = "QUEUE", description = "The queue that they come from.")
    private String queue = "";

    @Option(names = "--task", paramLabel = "ID", description = "Only this task. Repeatable.")
    private List<String> tasks = new ArrayList<>();

    @Option(names = "--batch", paramLabel = "NAME", description = "Only of this batch.")
    private @Nullable String batch;

    @Option(
        names = "--reason",
        paramLabel = "REASON",
        converter = ReasonConverter.class,
        description =
            "Only with this reason: invalid, failed, timed-out, crashed, poison, killed, expired.")
    private @Nullable DeadReason reason;

    @Option(
        names = "--order",
        paramLabel = "ID",
        description = "Only those that this order killed.")
    private @Nullable String order;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "Only those of the last TIME, such as 2h.")
    private @Nullable Duration since;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "100",
        description = "Look at no more than the N oldest (default: 100).")
    private int limit = 100;

    String queue() {
      return QueueCommand.requireQueue(queue);
    }

    int limit() {
      if (limit < 1) {
        throw new CommandFailure(ExitStatus.USAGE, "--limit must be 1 or more, not " + limit);
      }
      return limit;
    }

    Predicate<DeadLetter> matches(Instant now) {
      return letter -> {
        var mark = letter.mark();
        var at = mark.at();
        return (tasks.isEmpty() || tasks.contains(id(letter)))
            && (batch == null || batch.equals(batch(letter)))
            && (reason == null || reason == mark.reason())
            && (order == null || order.equals(mark.order()))
            && (since == null || (at != null && !at.isBefore(now.minus(since))));
      };
    }
  }

  static String id(DeadLetter letter) {
    String id =
        switch (letter.content()) {
          case Task task -> task.id();
          case InvalidTask invalid -> invalid.id();
        };
    return id == null ? "-" : id;
  }

  private static @Nullable String batch(DeadLetter letter) {
    return letter.content() instanceof Task task ? task.batch() : null;
  }

  /** A dead letter as JSON. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record DeadLetterJson(
      String task,
      String queue,
      @Nullable String handler,
      @Nullable String batch,
      @Nullable Integer attempt,
      DeadReason reason,
      String detail,
      @Nullable String order,
      @Nullable Instant at,
      @Nullable String controller,
      int bytes) {

    static DeadLetterJson of(DeadLetter letter) {
      Task task = letter.content() instanceof Task readable ? readable : null;
      var mark = letter.mark();
      return new DeadLetterJson(
          id(letter),
          letter.queue(),
          task == null ? null : task.handler(),
          task == null ? null : task.batch(),
          task == null ? null : task.attempt(),
          mark.reason(),
          mark.detail(),
          mark.order(),
          mark.at(),
          mark.controller(),
          letter.message().body().length());
    }
  }

  private static void show(Screen screen, List<DeadLetter> letters, Instant now) {
    switch (screen.format()) {
      case TABLE -> {
        if (!letters.isEmpty()) {
          screen.result(table(letters, now));
        }
      }
      case JSON -> screen.resultJson(letters.stream().map(DeadLetterJson::of).toList());
      case JSONL -> letters.forEach(letter -> screen.resultJsonLine(DeadLetterJson.of(letter)));
      case NAME -> letters.forEach(letter -> screen.result(id(letter)));
    }
  }

  private static Table table(List<DeadLetter> letters, Instant now) {
    var table =
        new Table()
            .left("TASK")
            .left("HANDLER")
            .left("BATCH")
            .left("REASON")
            .right("AGE")
            .left("CONTROLLER")
            .left("DETAIL");
    for (var letter : letters) {
      var json = DeadLetterJson.of(letter);
      var at = json.at();
      table.row(
          Cell.of(json.task()),
          Cell.orEmpty(json.handler()),
          Cell.orEmpty(json.batch()),
          Cell.of(json.reason().wire(), Tone.WARN),
          at == null ? Cell.EMPTY : Cell.of(Text.brief(Duration.between(at, now))),
          Cell.orEmpty(json.controller()),
          Cell.of(json.detail()));
    }
    return table;
  }

  /** {@code warrener dead list}. */
  @Command(
      name = "list",
      description =
          "The oldest dead letters of a queue, with the reason. They stay where they are.")
  static final class DeadList extends FleetCommand {
    @Mixin private Choice choice = new Choice();

    DeadList(Invocation invocation) {
      super(invocation);
    }

    @Override
    ExitStatus run() {
      var screen = invocation().screen();
      var now = invocation().clock().instant();
      try (var session = BrokerSession.open(invocation().access("dead list"))) {
        var all = session.deadLetters().list(choice.queue(), choice.limit());
        var chosen = all.stream().filter(choice.matches(now)).toList();
        show(screen, chosen, now);
        long dead = session.probe().queue(choice.queue()).dead();
        screen.say(
            Tone.FAINT,
            Text.grouped(chosen.size())
                + " of "
                + Text.count(Math.max(dead, all.size()), "dead letter")
                + " of queue "
                + choice.queue());
        return ExitStatus.DONE;
      }
    }
  }

  /** What moves dead letters: look, say, ask, move. */
  abstract static class Move extends FleetCommand {
    @Mixin private Choice choice = new Choice();

    @Option(
        names = {"-n", "--dry-run"},
        description = "Say which, and do nothing.")
    private boolean dryRun;

    @Option(
        names = {"-y", "--yes"},
        description = "Don't ask.")
    private boolean yes;

    Move(Invocation invocation) {
      super(invocation);
    }

    abstract String command();

    abstract String verb();

    abstract String outcome();

    abstract @Nullable String confirm();

    abstract KillPlan.Level level();

    abstract Moved move(
        BrokerSession session, String queue, int limit, Predicate<DeadLetter> chosen, Instant now);

    @Override
    final ExitStatus run() {
      var desk = invocation().desk();
      var screen = desk.screen();
      String queue = choice.queue();
      var confirmation = new Confirmation(yes, confirm(), queue, false);
      if (!dryRun && !confirmation.isGivenFor(level()) && desk.asker().isEmpty()) {
        confirmation.require(level(), verb(), desk.asker());
      }
      var now = desk.clock().instant();
      var matches = choice.matches(now);
      try (var session = BrokerSession.open(invocation().access(command()))) {
        var chosen =
            session.deadLetters().list(queue, choice.limit()).stream().filter(matches).toList();
        String deed =
            verb() + " " + Text.count(chosen.size(), "dead letter") + " of queue " + queue;
        if (dryRun) {
          show(screen, chosen, now);
          screen.say(
              "Would "
                  + deed.substring(0, 1).toLowerCase(java.util.Locale.ROOT)
                  + deed.substring(1)
                  + "; nothing was done.");
          return ExitStatus.DONE;
        }
        if (chosen.isEmpty()) {
          screen.say("No dead letter of queue " + queue + " matches.");
          return ExitStatus.DONE;
        }
        confirmation.require(level(), deed, desk.asker());
        var moved = move(session, queue, choice.limit(), matches, now);
        return conclude(screen, queue, moved);
      }
    }

    private ExitStatus conclude(Screen screen, String queue, Moved moved) {
      var status = moved.failed().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
      if (screen.format() == OutputFormat.JSON || screen.format() == OutputFormat.JSONL) {
        screen.resultJson(new MovedJson(1, command(), queue, moved.done(), moved.failed()));
      } else {
        screen.result(Text.count(moved.done(), "dead letter") + " " + outcome());
      }
      moved.failed().forEach(sentence -> screen.insist(Tone.BAD, sentence));
      return status;
    }

    /** What became of them, as JSON. */
    record MovedJson(int version, String type, String queue, int done, List<String> failed) {}
  }

  /** {@code warrener dead requeue}. */
  @Command(
      name = "requeue",
      description = {
        "Put dead letters back into their queue: each is published, confirmed, and then removed.",
        "",
        "A task that had used up its attempts gets one more. Orders that revoked it before don't"
            + " apply to it any more."
      })
  static final class Requeue extends Move {
    Requeue(Invocation invocation) {
      super(invocation);
    }

    @Override
    String command() {
      return "dead requeue";
    }

    @Override
    String verb() {
      return "Requeue";
    }

    @Override
    String outcome() {
      return "requeued";
    }

    @Override
    @Nullable String confirm() {
      return null;
    }

    @Override
    KillPlan.Level level() {
      return KillPlan.Level.SIMPLE;
    }

    @Override
    Moved move(
        BrokerSession session, String queue, int limit, Predicate<DeadLetter> chosen, Instant now) {
      return session.deadLetters().requeue(queue, limit, chosen, now);
    }
  }

  /** {@code warrener dead purge}. */
  @Command(name = "purge", description = "Drop dead letters for good.")
  static final class Purge extends Move {
    @Option(
        names = "--confirm",
        paramLabel = "QUEUE",
        description = "Don't ask; the queue's name, as it would have to be typed.")
    private @Nullable String confirm;

    Purge(Invocation invocation) {
      super(invocation);
    }

    @Override
    String command() {
      return "dead purge";
    }

    @Override
    String verb() {
      return "Drop";
    }

    @Override
    String outcome() {
      return "dropped for good";
    }

    @Override
    @Nullable String confirm() {
      return confirm;
    }

    @Override
    KillPlan.Level level() {
      return KillPlan.Level.TYPED;
    }

    @Override
    Moved move(
        BrokerSession session, String queue, int limit, Predicate<DeadLetter> chosen, Instant now) {
      return session.deadLetters().purge(queue, limit, chosen);
    }
  }

  /** Reads the reason's name. */
  static final class ReasonConverter implements ITypeConverter<DeadReason> {
    @Override
    public DeadReason convert(String text) {
      try {
        return DeadReason.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
