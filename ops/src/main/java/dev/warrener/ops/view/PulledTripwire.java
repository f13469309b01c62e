package dev.warrener.ops.view;

import dev.warrener.operator.order.OrderHistory.Logged;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.screen.Text;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Tells in words who has pulled the tripwire. */
public final class PulledTripwire {
  private PulledTripwire() {}

  /** Returns {@code by ana (broker user ops) 5m ago: INC-42}, or that nobody knows. */
  public static String by(@Nullable Logged pulled, Instant now) {
    if (pulled == null) {
      return "nobody has recorded who pulled it (warrener kill does, but only once the broker takes"
          + " messages again)";
    }
    var order = pulled.order();
    return by(pulled)
        + " "
        + Phrases.ago(order.issuedAt(), now)
        + (order.reason().isEmpty() ? "" : ": " + Text.oneLine(order.reason()));
  }

  /** Returns {@code by ana (broker user ops)}. */
  private static String by(Logged pulled) {
    var person = pulled.order().issuedBy();
    var user = pulled.user();
    return person.isEmpty() || person.equals(user)
        ? "by broker user " + user
        : "by " + person + " (broker user " + user + ")";
  }
}
