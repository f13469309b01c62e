package dev.warrener.ops.dead;

import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.broker.admin.DeadLetters.Moved;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.Confirmation;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands that move dead letters: each shows them, asks for consent, and moves them. */
abstract class DeadMoveCommand extends FleetCommand {
  @Mixin private DeadLetterOptions choice = new DeadLetterOptions();

  @Option(
      names = {"-n", "--dry-run"},
      description = "Show which, and do nothing.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Don't ask.")
  private boolean yes;

  DeadMoveCommand(Invocation invocation) {
    super(invocation);
  }

  abstract String command();

  abstract String verb();

  abstract String outcome();

  abstract @Nullable String confirm();

  abstract KillPlan.Level level();

  abstract Moved move(
      BrokerSession session, String queue, int limit, Predicate<DeadLetter> chosen, Instant now)
      throws InterruptedException;

  @Override
  public final ExitStatus run() throws InterruptedException {
    var context = invocation().context();
    var screen = context.screen();
    String queue = choice.queue();
    var confirmation = new Confirmation(yes, confirm(), queue, false);
    if (!dryRun && !confirmation.isGivenFor(level()) && context.prompt().isEmpty()) {
      confirmation.require(level(), verb(), context.prompt());
    }
    var now = context.clock().instant();
    var matches = choice.matches(now);
    try (var session = BrokerSession.open(invocation().access(command()))) {
      var chosen =
          session.deadLetters().list(queue, choice.limit()).stream().filter(matches).toList();
      String deed =
          verb() + " " + Phrases.count(chosen.size(), "dead letter") + " of queue " + queue;
      if (dryRun) {
        DeadLetterText.show(screen, chosen, now);
        screen.say(
            "Would "
                + deed.substring(0, 1).toLowerCase(Locale.ROOT)
                + deed.substring(1)
                + "; nothing was done.");
        return ExitStatus.DONE;
      }
      if (chosen.isEmpty()) {
        screen.say("No dead letter of queue " + queue + " matches.");
        return ExitStatus.DONE;
      }
      confirmation.require(level(), deed, context.prompt());
      var moved = move(session, queue, choice.limit(), matches, now);
      return conclude(screen, queue, moved);
    }
  }

  private ExitStatus conclude(Screen screen, String queue, Moved moved) {
    var status = moved.failed().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    if (screen.format() == OutputFormat.JSON || screen.format() == OutputFormat.JSONL) {
      screen.resultJson(new MovedJson(1, command(), queue, moved.done(), moved.failed()));
    } else {
      screen.result(Phrases.count(moved.done(), "dead letter") + " " + outcome());
    }
    moved.failed().forEach(sentence -> screen.insist(Tone.BAD, sentence));
    return status;
  }

  /** The end of a move, as JSON. */
  record MovedJson(int version, String type, String queue, int done, List<String> failed) {}
}
