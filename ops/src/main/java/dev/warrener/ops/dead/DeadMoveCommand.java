package dev.warrener.ops.dead;

import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.broker.admin.DeadLetters.Moved;
import dev.warrener.messaging.text.Suggestions;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.CommandFailure;
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
  /** The most letters that a dry run shows. */
  private static final int MOST_SHOWN = 1000;

  @Mixin private DeadLetterOptions choice = new DeadLetterOptions();

  @Option(
      names = {"-n", "--dry-run"},
      description = "Show which dead letters match, and do nothing.")
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
      BrokerSession session, String queue, Predicate<DeadLetter> chosen, Instant now)
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
    try (var session = BrokerSession.open(invocation().access(command()))) {
      var survey = new DeadSurvey(choice, now, MOST_SHOWN);
      var looked = session.deadLetters().look(queue, Integer.MAX_VALUE, survey);
      long matching = survey.count();
      long count = Math.min(matching, choice.limit(Integer.MAX_VALUE));
      if (matching == 0 && !survey.missing().isEmpty()) {
        throw new CommandFailure(
            ExitStatus.UNKNOWN_TARGET, missing(survey.missing().getFirst(), queue, survey));
      }
      survey.missing().forEach(id -> screen.insist(Tone.WARN, missing(id, queue, survey)));
      if (looked.unseen() > 0) {
        screen.insist(Tone.WARN, unseen(looked.unseen()));
      }
      String deed = verb() + " " + Phrases.count(count, "dead letter") + " of queue " + queue;
      if (dryRun) {
        int shown = (int) Math.min(count, MOST_SHOWN);
        DeadLetterText.show(screen, survey.letters(shown), now);
        if (shown < count) {
          screen.insist(Tone.WARN, Phrases.count(count - shown, "more") + " not shown");
        }
        screen.say(
            "Would "
                + deed.substring(0, 1).toLowerCase(Locale.ROOT)
                + deed.substring(1)
                + "; nothing was done.");
        return status(survey, looked.unseen());
      }
      if (count == 0) {
        screen.say("No dead letter of queue " + queue + " matches.");
        return status(survey, looked.unseen());
      }
      confirmation.require(level(), deed, context.prompt());
      var moved = move(session, queue, survey.again(count), now);
      return conclude(screen, survey, count, moved);
    }
  }

  private ExitStatus conclude(Screen screen, DeadSurvey survey, long count, Moved moved) {
    String queue = choice.queue();
    if (screen.format() == OutputFormat.JSON || screen.format() == OutputFormat.JSONL) {
      screen.resultJson(new MovedJson(1, command(), queue, moved.done(), moved.failed()));
    } else {
      screen.result(Phrases.count(moved.done(), "dead letter") + " " + outcome());
    }
    moved.failed().forEach(sentence -> screen.insist(Tone.BAD, sentence));
    long untouched = survey.count() - count;
    if (untouched > 0) {
      screen.insist(
          Tone.WARN,
          Phrases.count(untouched, "more dead letter")
              + (untouched == 1 ? " matches and was" : " match and were")
              + " left by --limit");
    }
    long gone = count - moved.done() - moved.failed().size();
    if (gone > 0) {
      screen.insist(
          Tone.WARN,
          Phrases.count(gone, "dead letter") + " had gone, or another program has received them");
    }
    if (!moved.failed().isEmpty()) {
      return ExitStatus.FAILED;
    }
    return untouched + gone > 0 ? ExitStatus.INCOMPLETE : status(survey, moved.unseen());
  }

  private static ExitStatus status(DeadSurvey survey, long unseen) {
    if (unseen > 0) {
      return ExitStatus.INCOMPLETE;
    }
    return survey.missing().isEmpty() ? ExitStatus.DONE : ExitStatus.UNKNOWN_TARGET;
  }

  /** Returns that there is no dead letter of a task. */
  static String missing(String id, String queue, DeadSurvey survey) {
    return "no dead letter "
        + id
        + " of queue "
        + queue
        + Suggestions.didYouMean(id, survey.others())
        + " (warrener dead list "
        + queue
        + " shows those that there are)";
  }

  /** Returns that another program has received dead letters. */
  static String unseen(long count) {
    return Phrases.count(count, "dead letter")
        + (count == 1 ? " was" : " were")
        + " not looked at: another program has received "
        + (count == 1 ? "it" : "them");
  }

  /** The end of a move, as JSON. */
  record MovedJson(int version, String type, String queue, int done, List<String> failed) {}
}
