package dev.warrener.ops.view;

import dev.warrener.messaging.broker.FleetProbe.QueueDepth;
import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.rollcall.Roster;
import dev.warrener.operator.rollcall.SplitCluster;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The fleet at one moment.
 *
 * @param at when
 * @param broker what the broker is
 * @param address where, without the password
 * @param namespace of the fleet
 * @param roster all known controllers
 * @param connected how many controllers the broker counts; empty if it can't be asked
 * @param nobodyListens whether the broker had no controller to hand the question to
 * @param byPresence the controllers that published their presence and did not answer the question
 * @param alarm the alarm with which the broker blocks publishers, so that no controller can report;
 *     or null
 * @param tripped whether the tripwire has been pulled
 * @param pulledBy who has pulled the tripwire, if the log of orders has it; or null
 * @param running how many controllers run a worker, by the broker's count; empty likewise
 * @param queues the queues that a controller serves, with the broker's counts; without queues that
 *     can't be asked
 */
public record Snapshot(
    Instant at,
    String broker,
    String address,
    String namespace,
    Roster roster,
    OptionalInt connected,
    boolean nobodyListens,
    SortedSet<String> byPresence,
    @Nullable String alarm,
    boolean tripped,
    @Nullable Logged pulledBy,
    OptionalInt running,
    SortedMap<String, QueueDepth> queues) {

  /** A difference of clocks that is told beside a controller that did not answer: 2 s. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(2);

  /** Returns how many controllers the broker counts beyond those that are known by name. */
  public int unnamed() {
    int counted = Math.max(connected.orElse(0), running.orElse(0));
    return Math.max(0, counted - roster.presences().size() - roster.silent().size());
  }

  /** Whether no controller is there, by the broker's own account. */
  public boolean isNobodyThere() {
    return roster.presences().isEmpty()
        && roster.silent().isEmpty()
        && unnamed() == 0
        && (nobodyListens || (connected.isPresent() && connected.getAsInt() == 0));
  }

  /** Whether every controller that is known or counted has answered; also if there is none. */
  public boolean isComplete() {
    return isNobodyThere()
        || (!roster.presences().isEmpty() && roster.silent().isEmpty() && unnamed() == 0);
  }

  /** Returns the exit status of a command that shows everything that there is. */
  public ExitStatus status() {
    return isComplete() ? ExitStatus.DONE : ExitStatus.NO_ANSWER;
  }

  /**
   * Returns the exit status for a target that was not found: {@link ExitStatus#NO_ANSWER} unless
   * every controller has answered, because a controller that did not answer may have the target.
   */
  ExitStatus statusOfAbsence() {
    return isComplete() && !roster.presences().isEmpty()
        ? ExitStatus.UNKNOWN_TARGET
        : ExitStatus.NO_ANSWER;
  }

  /**
   * Returns the sentence for a list that is empty; empty if nobody has answered, which {@link
   * #sayUnheard} tells.
   *
   * @param sentence the sentence if everybody has answered, without its full stop
   */
  Optional<String> emptiness(String sentence) {
    if (isNobodyThere()) {
      return Optional.of(sentence + ": no controller listens at this broker.");
    }
    if (roster.presences().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(sentence + (isComplete() ? "." : " at the controllers that answered."));
  }

  /**
   * Returns that something was not found: of any controller that answered, if one has, and
   * otherwise that it is not known.
   *
   * @param thing what was not found, as {@code task t1}
   * @param absent what is so, as {@code is not running}
   * @param present what would be so, as {@code is running}
   */
  String absence(String thing, String absent, String present) {
    if (!roster.presences().isEmpty()) {
      return thing + " " + absent + " on any controller that answered";
    }
    return "nobody knows whether "
        + thing
        + " "
        + present
        + (isNobodyThere() ? ": no controller listens at this broker" : "");
  }

  /**
   * Prints to stderr, in every format, who did not answer.
   *
   * @param meaning what that means for what is shown
   */
  void sayUnheard(Screen screen, String meaning) {
    if (alarm != null) {
      screen.insist(
          Tone.WARN,
          "The broker blocks publishers (" + alarm + "), so that no controller can answer.");
    }
    for (var known : roster.contested()) {
      screen.insist(
          Tone.BAD,
          known.id()
              + " is contested: "
              + (known.users().size() > 1
                  ? known.users().size() + " users of the broker claim to be it"
                  : "two programs have its id")
              + " (warrener doctor names them)");
    }
    for (var known : roster.silent()) {
      screen.insist(Tone.BAD, silence(known) + ": " + meaning);
    }
    unheard().ifPresent(sentence -> screen.insist(Tone.BAD, sentence + ": " + meaning));
    split().ifPresent(sentence -> screen.insist(Tone.BAD, sentence));
  }

  /** Returns a sentence about controllers that nobody knows by name; empty if there is none. */
  public Optional<String> unheard() {
    if (isComplete()) {
      return Optional.empty();
    }
    boolean isNobodyHeard = roster.presences().isEmpty();
    if (unnamed() > 0) {
      return Optional.of(
          isNobodyHeard && roster.silent().isEmpty()
              ? "Nobody answered; the broker counts " + counted(unnamed())
              : "The broker counts "
                  + Phrases.count(unnamed(), "more controller")
                  + ", unknown by name, that did not answer");
    }
    return isNobodyHeard && roster.silent().isEmpty()
        ? Optional.of("Nobody answered, and the broker can't be asked how many controllers listen")
        : Optional.empty();
  }

  /** Returns a sentence if the broker's cluster seems to be split; empty otherwise. */
  public Optional<String> split() {
    return SplitCluster.sentence(
        roster.silent(), roster.presences().size(), connected.orElse(0), at);
  }

  private static String counted(int controllers) {
    return Phrases.count(controllers, "controller")
        + (controllers == 1 ? " that listens" : " that listen");
  }

  /** Returns that a controller has not answered, and what is known of it. */
  String silence(KnownController known) {
    var refusal = roster.refusals().get(known.id());
    if (refusal != null) {
      return known.id() + " refused the question (" + refusal + ")" + clock(known.id());
    }
    return known.id() + " is silent, last seen " + Phrases.ago(known.lastSeen(), at);
  }

  /** Returns why a controller is shown as silent, in a few words. */
  String remark(KnownController known) {
    return roster.refusals().containsKey(known.id())
        ? "refused the question" + clock(known.id())
        : "last seen " + Phrases.ago(known.lastSeen(), at);
  }

  private String clock(String id) {
    var ahead = roster.clocks().get(id);
    return ahead == null || ahead.abs().compareTo(CLOCK_SKEW) <= 0
        ? ""
        : ", and its clock is " + difference(ahead) + " this one";
  }

  /** {@code 5m00s ahead of} or {@code 5m00s behind}. */
  public static String difference(Duration ahead) {
    return Phrases.brief(ahead.abs()) + (ahead.isNegative() ? " behind" : " ahead of");
  }
}
