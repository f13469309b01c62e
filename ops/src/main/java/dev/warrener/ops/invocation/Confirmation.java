package dev.warrener.ops.invocation;

import dev.warrener.operator.order.KillPlan;
import dev.warrener.ops.screen.Prompt;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one question before something that can't be undone.
 *
 * @param yes whether {@code --yes} was given
 * @param confirm the name that was given with {@code --confirm}, or null
 * @param name the name that has to be typed, or given with {@code --confirm}
 * @param isProtected whether {@code --yes} is not enough for what has to be typed
 */
public record Confirmation(
    boolean yes, @Nullable String confirm, String name, boolean isProtected) {

  /**
   * Asks for consent unless it was given, and returns if there is consent.
   *
   * @param level what it takes to confirm
   * @param deed what is to be done, as in "Kill 4 workers"
   * @param prompt the person, if there is a terminal
   * @throws CommandFailure if the person declines, or if no person can be asked and the option that
   *     confirms is missing
   */
  public void require(KillPlan.Level level, String deed, Optional<Prompt> prompt) {
    if (isGivenFor(level)) {
      return;
    }
    if (prompt.isEmpty()) {
      throw new CommandFailure(
          ExitStatus.USAGE,
          "nobody can be asked here: add "
              + (level == KillPlan.Level.TYPED
                  ? "--confirm " + name + (isProtected ? "" : " (or --yes)")
                  : "--yes")
              + ", or look first with --dry-run");
    }
    boolean consents =
        switch (level) {
          case SIMPLE ->
              prompt
                  .get()
                  .ask(deed + "? [y/N] ")
                  .map(answer -> answer.strip().toLowerCase(Locale.ROOT))
                  .filter(answer -> answer.equals("y") || answer.equals("yes"))
                  .isPresent();
          case TYPED ->
              prompt
                  .get()
                  .ask("Type " + name + " to " + lowerFirst(deed) + ": ")
                  .filter(answer -> answer.strip().equals(name))
                  .isPresent();
        };
    if (!consents) {
      throw new CommandFailure(ExitStatus.DECLINED, "declined: nothing was sent");
    }
  }

  /**
   * Whether consent was given in advance.
   *
   * @throws CommandFailure if {@code --confirm} names something else
   */
  public boolean isGivenFor(KillPlan.Level level) {
    if (confirm != null) {
      if (!confirm.equals(name)) {
        throw new CommandFailure(
            ExitStatus.USAGE,
            "--confirm " + confirm + " is not the name to confirm with: that is " + name);
      }
      return true;
    }
    return yes && !(isProtected && level == KillPlan.Level.TYPED);
  }

  private static String lowerFirst(String text) {
    return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }
}
