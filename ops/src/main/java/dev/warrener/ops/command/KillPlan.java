package dev.warrener.ops.command;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a kill is going to do, with the defaults filled in. They depend on the scope: where a place
 * is named (everything, controllers, queues) tasks go back and the place is held; a worker is
 * replaced; single tasks and batches are the trouble themselves, so they go to the dead letters and
 * the workers go on.
 *
 * @param scope what it is about
 * @param inFlight what becomes of running tasks
 * @param backlog what becomes of waiting tasks
 * @param then what comes after
 * @param grace the time between SIGTERM and SIGKILL; 0: SIGKILL at once
 * @param isLocal whether only the controllers of this host are to do it
 */
record KillPlan(
    Scope scope, InFlight inFlight, Backlog backlog, Then then, Duration grace, boolean isLocal) {

  /** How much a person has to do to confirm it. */
  enum Level {
    /** y or yes. */
    SIMPLE,
    /** The namespace, typed. */
    TYPED
  }

  static KillPlan of(
      Scope scope,
      @Nullable InFlight inFlight,
      @Nullable Backlog backlog,
      @Nullable Then then,
      Duration grace) {
    boolean namesTasks = scope.namesTasks();
    boolean respawns = namesTasks || !scope.workers().isEmpty();
    return new KillPlan(
        scope,
        inFlight != null ? inFlight : namesTasks ? InFlight.DEAD_LETTER : InFlight.REQUEUE,
        backlog != null ? backlog : Backlog.KEEP,
        then != null ? then : respawns ? Then.RESPAWN : Then.HOLD,
        grace,
        false);
  }

  /** The same, on this host alone. */
  KillPlan onThisHost(boolean yes) {
    return new KillPlan(scope, inFlight, backlog, then, grace, yes);
  }

  /** What it takes to confirm: whatever takes everything, or loses tasks, has to be typed. */
  Level level() {
    return scope.all() || inFlight == InFlight.PURGE || backlog == Backlog.PURGE
        ? Level.TYPED
        : Level.SIMPLE;
  }

  /** What it is going to do, always shown before it does it. */
  List<String> sentences() {
    var lines = new ArrayList<String>();
    lines.add("  in flight  " + pad(inFlight.wire()) + explain(inFlight));
    lines.add("  backlog    " + pad(backlog.wire()) + explain(backlog));
    lines.add("  then       " + pad(then.wire()) + explain(then));
    if (!grace.isZero()) {
      lines.add(
          "  grace      "
              + pad(Text.brief(grace))
              + "handlers are told to stop, SIGTERM, and SIGKILL after it");
    }
    if (isLocal) {
      lines.add(
          "  reach      "
              + pad("this host")
              + "no broker is needed; no other host hears of it, and the log of orders does not have"
              + " it");
    }
    return lines;
  }

  private static String pad(String word) {
    return word + " ".repeat(Math.max(1, 13 - word.length()));
  }

  private String explain(InFlight fate) {
    return switch (fate) {
      case REQUEUE ->
          then == Then.RESPAWN
              ? "running tasks go back to their queue and start again"
              : "running tasks go back to their queue and start again after a resume";
      case PURGE -> "running tasks are gone";
      case DEAD_LETTER -> "running tasks go to their queue's dead letters";
    };
  }

  private String explain(Backlog fate) {
    return switch (fate) {
      case KEEP ->
          scope.namesTasks() && inFlight != InFlight.REQUEUE
              ? "other waiting tasks keep waiting; waiting tasks named here meet the same fate when"
                  + " they come up"
              : "waiting tasks keep waiting";
      case PURGE -> "waiting tasks in scope are gone";
      case DEAD_LETTER -> "waiting tasks in scope go to their queue's dead letters";
    };
  }

  private String explain(Then next) {
    return switch (next) {
      case HOLD -> "nothing of it starts until: " + resumeCommand();
      case RESPAWN -> "fresh workers go on at once";
      case EXIT ->
          "nothing of it starts until: " + resumeCommand() + "; the controllers end themselves";
    };
  }

  String resumeCommand() {
    return "warrener resume " + local() + scope.describe();
  }

  private String local() {
    return isLocal ? "--local " : "";
  }

  /** The command that does it, with every choice spelled out. */
  String command(String reason) {
    var words = new StringBuilder("warrener kill ").append(local()).append(scope.describe());
    words.append(" --in-flight ").append(inFlight.wire());
    if (backlog != Backlog.KEEP) {
      words.append(" --backlog ").append(backlog.wire());
    }
    words.append(" --then ").append(then.wire());
    if (!grace.isZero()) {
      words.append(" --grace ").append(grace.toMillis()).append("ms");
    }
    words.append(" -m ").append(reason.isEmpty() ? "\"…\"" : quoted(reason));
    return words.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
