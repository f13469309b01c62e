package dev.warrener.ops.order;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.Interruption;
import dev.warrener.ops.screen.LiveArea;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Terminal;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Shows an order from its sending to the end of its roll-call: lines that are redrawn if stderr is
 * a terminal, else a line for each report. With {@code -o jsonl} the reports themselves go to
 * stdout. For one thread.
 */
final class OrderDisplay implements OrderListener, AutoCloseable {
  private final CommandContext context;
  private final Screen screen;
  private final @Nullable Function<Order, String> whenInterrupted;
  private final @Nullable LiveArea area;
  private @Nullable Interruption interruption;

  private OrderDisplay(CommandContext context, @Nullable Function<Order, String> whenInterrupted) {
    this.context = context;
    this.screen = context.screen();
    this.whenInterrupted = whenInterrupted;
    this.area =
        screen.format() != OutputFormat.JSONL && screen.canRedraw()
            ? new LiveArea(screen, Terminal.size())
            : null;
  }

  /**
   * Returns a display for an order that is waited for.
   *
   * @param whenInterrupted the sentence that is printed when Ctrl-C comes meanwhile
   */
  static OrderDisplay ofAll(CommandContext context, Function<Order, String> whenInterrupted) {
    return new OrderDisplay(context, whenInterrupted);
  }

  /**
   * Returns a display for an order that nobody waits for, or that somebody else has sent: nothing
   * is said about its way, and nothing when Ctrl-C comes.
   */
  static OrderDisplay ofReports(CommandContext context) {
    return new OrderDisplay(context, null);
  }

  @Override
  public void sent(Order order, Instant at, Optional<String> problem) {
    problem.ifPresent(sentence -> screen.insist(Tone.WARN, sentence));
    if (whenInterrupted == null) {
      return;
    }
    interruption = context.interruption(whenInterrupted.apply(order));
    String verb = order.kind().wire();
    boolean isAgain = order.issuedAt().isBefore(at.minusSeconds(1));
    if (screen.format() == OutputFormat.JSONL) {
      screen.resultJsonLine(Map.of("version", 1, "type", verb + ".sent", "order", order));
    }
    screen.say(
        Tone.FAINT,
        verb
            + " "
            + order.id()
            + " sent "
            + Phrases.clock(order.issuedAt())
            + (isAgain ? ", asked again" : "")
            + " · Ctrl-C stops watching, not the "
            + verb);
  }

  @Override
  public void heard(Report report, @Nullable String userId, RollCall call, Instant at) {
    boolean isIgnored = isIgnored(report, userId, call);
    if (screen.format() == OutputFormat.JSONL) {
      // Whoever reads lines goes by each alone. What was ignored is named in the result.
      if (!isIgnored) {
        screen.resultJsonLine(report);
      }
    } else if (area == null) {
      screen.say(
          RollCallText.eventLine(
              report, isIgnored ? Objects.requireNonNullElse(userId, "") : null));
    } else {
      tick(call, at);
    }
  }

  /** Whether a report counts for nothing, because its user is not the controller. */
  private static boolean isIgnored(Report report, @Nullable String userId, RollCall call) {
    return call.rows().stream()
        .filter(row -> row.controller().equals(report.controller()))
        .anyMatch(row -> row.disbelieved().contains(Objects.requireNonNullElse(userId, "")));
  }

  @Override
  public void tick(RollCall call, Instant now) {
    if (area != null) {
      area.drawPaced(RollCallText.live(call, now, screen.errStyle()), now);
    }
  }

  @Override
  public void pullingTripwire(String alarm) {
    screen.insist(
        Tone.WARN, "The broker blocks publishers (" + alarm + "): pulling the tripwire instead.");
  }

  @Override
  public void pulledTripwire(int listening, boolean before) {
    if (before) {
      screen.insist(Tone.WARN, "It was pulled before, and nobody has resumed since.");
    }
    screen.say(
        "The tripwire queue is gone; "
            + Phrases.count(listening, "controller")
            + (listening == 1 ? " listens" : " listen")
            + ". Each kills all of its workers, requeues what they ran, and holds"
            + " until: warrener resume --all. Reports can't be published either: the broker's own"
            + " count tells.");
    interruption = context.interruption("the tripwire stays pulled until: warrener resume --all");
  }

  @Override
  public void tripwireNotRecorded(String because) {
    screen.insist(
        Tone.WARN, "The broker will not record who has pulled the tripwire: " + because + ".");
  }

  /** Removes the redrawn lines, and what would have been printed after Ctrl-C. */
  @Override
  public void close() {
    if (area != null) {
      area.clear();
    }
    if (interruption != null) {
      interruption.close();
    }
  }
}
