package dev.warrener.ops.dead;

import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code warrener dead list}. */
@Command(
    name = "list",
    description = {
      "The oldest dead letters of a queue, with the reason. They stay where they are.",
      "",
      "With a choice (--batch, --reason, …) all dead letters of the queue are looked at. Ends with 6"
          + " if there are more than are shown."
    })
public final class DeadListCommand extends FleetCommand {
  /** The number of letters shown unless the caller asks for more. */
  private static final int SHOWN = 100;

  /** The number of letters kept beyond these, because an id may turn out not to be meant. */
  private static final int SPARE = 1000;

  @Mixin private DeadLetterOptions choice = new DeadLetterOptions();

  public DeadListCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() {
    var screen = invocation().screen();
    var now = invocation().clock().instant();
    var queue = choice.queue();
    int limit = choice.limit(SHOWN);
    try (var session = BrokerSession.open(invocation().access("dead list"))) {
      var survey = new DeadSurvey(choice, now, limit + SPARE);
      // Without a choice the broker's own count tells how many more there are.
      var looked =
          session
              .deadLetters()
              .look(queue, choice.areAllMeant() ? limit : Integer.MAX_VALUE, survey);
      var shown = survey.letters(limit);
      DeadLetterText.show(screen, shown, now);
      long dead = session.probe().queue(queue).dead();
      screen.say(
          Tone.FAINT,
          Phrases.grouped(shown.size())
              + " of "
              + Phrases.count(Math.max(dead, shown.size()), "dead letter")
              + " of queue "
              + queue);
      return conclude(screen, survey, shown.size(), looked.unseen());
    }
  }

  private ExitStatus conclude(Screen screen, DeadSurvey survey, int shown, long unseen) {
    for (var id : survey.missing()) {
      screen.insist(Tone.WARN, DeadMoveCommand.missing(id, choice.queue(), survey));
    }
    if (choice.areAllMeant() && unseen > 0) {
      screen.insist(
          Tone.WARN,
          Phrases.count(unseen, "more dead letter")
              + (unseen == 1 ? " is" : " are")
              + " not shown: add --limit "
              + (shown + unseen));
      return ExitStatus.INCOMPLETE;
    }
    long more = survey.count() - shown;
    if (more > 0) {
      screen.insist(
          Tone.WARN,
          Phrases.count(more, "more dead letter")
              + (more == 1 ? " matches and is" : " match and are")
              + " not shown: add --limit "
              + survey.count());
    }
    if (unseen > 0) {
      screen.insist(Tone.WARN, DeadMoveCommand.unseen(unseen));
    }
    if (more > 0 || unseen > 0) {
      return ExitStatus.INCOMPLETE;
    }
    return survey.missing().isEmpty() ? ExitStatus.DONE : ExitStatus.UNKNOWN_TARGET;
  }
}
