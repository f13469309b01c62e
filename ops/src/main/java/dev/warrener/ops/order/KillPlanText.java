package dev.warrener.ops.order;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.text.Phrases;
import java.util.ArrayList;
import java.util.List;

/**
 * A kill plan in words: what it is going to do, and the commands for it.
 *
 * @param plan the kill
 * @param isLocal whether only the controllers of this host are to do it
 */
public record KillPlanText(KillPlan plan, boolean isLocal) {

  /** Returns what the kill is going to do; always shown before it is sent. */
  public List<String> sentences() {
    var lines = new ArrayList<String>();
    lines.add("  in flight  " + pad(plan.inFlight().wire()) + explain(plan.inFlight()));
    lines.add("  backlog    " + pad(plan.backlog().wire()) + explain(plan.backlog()));
    lines.add("  then       " + pad(plan.then().wire()) + explain(plan.then()));
    if (!plan.grace().isZero()) {
      lines.add(
          "  grace      "
              + pad(Phrases.brief(plan.grace()))
              + "handlers are asked to stop, then SIGTERM, and SIGKILL after it");
    }
    if (isLocal) {
      lines.add(
          "  reach      "
              + pad("this host")
              + "no broker is needed; no other host receives the order, and the log of orders does"
              + " not have it");
    }
    return lines;
  }

  private static String pad(String word) {
    return word + " ".repeat(Math.max(1, 13 - word.length()));
  }

  private String explain(InFlight fate) {
    return switch (fate) {
      case REQUEUE ->
          plan.then() == Then.RESPAWN
              ? "running tasks go back to their queue and start again"
              : "running tasks go back to their queue and start again after a resume";
      case PURGE -> "running tasks are gone";
      case DEAD_LETTER -> "running tasks go to their queue's dead letters";
    };
  }

  private String explain(Backlog fate) {
    return switch (fate) {
      case KEEP ->
          plan.scope().namesTasks() && plan.inFlight() != InFlight.REQUEUE
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

  /** Returns the command that ends the hold. */
  String resumeCommand() {
    return "warrener resume " + local() + plan.scope().describe();
  }

  /** Returns the command that lifts the revocation of tasks and batches. */
  String undoCommand() {
    var scope = plan.scope().withoutFences();
    return "warrener resume "
        + local()
        + new Scope(false, List.of(), List.of(), scope.batches(), scope.tasks(), List.of())
            .describe();
  }

  private String local() {
    return isLocal ? "--local " : "";
  }

  /** Returns what works on a controller's own host, whatever the broker does. */
  String withoutBroker(String reason) {
    return "On a host itself, without the broker:  " + new KillPlanText(plan, true).command(reason);
  }

  /** Returns the command that sends the kill, with every choice spelled out. */
  String command(String reason) {
    var words = new StringBuilder("warrener kill ").append(local()).append(plan.scope().describe());
    words.append(" --in-flight ").append(plan.inFlight().wire());
    if (plan.backlog() != Backlog.KEEP) {
      words.append(" --backlog ").append(plan.backlog().wire());
    }
    words.append(" --then ").append(plan.then().wire());
    if (!plan.grace().isZero()) {
      words.append(" --grace ").append(plan.grace().toMillis()).append("ms");
    }
    words.append(" -m ").append(reason.isEmpty() ? "\"…\"" : quoted(reason));
    return words.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
