package dev.warrener.ops.dead;

import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Style.Tone;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code warrener dead list}. */
@Command(
    name = "list",
    description = "The oldest dead letters of a queue, with the reason. They stay where they are.")
public final class DeadListCommand extends FleetCommand {
  @Mixin private DeadLetterOptions choice = new DeadLetterOptions();

  public DeadListCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() {
    var screen = invocation().screen();
    var now = invocation().clock().instant();
    try (var session = BrokerSession.open(invocation().access("dead list"))) {
      var all = session.deadLetters().list(choice.queue(), choice.limit());
      var chosen = all.stream().filter(choice.matches(now)).toList();
      DeadLetterText.show(screen, chosen, now);
      long dead = session.probe().queue(choice.queue()).dead();
      screen.say(
          Tone.FAINT,
          Phrases.grouped(chosen.size())
              + " of "
              + Phrases.count(Math.max(dead, all.size()), "dead letter")
              + " of queue "
              + choice.queue());
      return ExitStatus.DONE;
    }
  }
}
