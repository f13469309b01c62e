package dev.warrener.ops.view;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Presence.Revocation;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The revocations of batches that are in force, in words. */
public final class Revoked {
  private Revoked() {}

  /** Returns every revocation that a presence names, with the controllers where it is in force. */
  public static Map<Revocation, List<String>> all(Collection<Presence> presences) {
    var all = new LinkedHashMap<Revocation, List<String>>();
    for (var presence : presences) {
      for (var revocation : presence.namedRevocations()) {
        all.computeIfAbsent(revocation, none -> new ArrayList<>()).add(presence.id());
      }
    }
    return all;
  }

  /** Returns a line for each revocation that is wanted, and one for those that are not named. */
  static List<String> lines(Screen screen, Snapshot snapshot, Predicate<Revocation> wanted) {
    var presences = snapshot.roster().presences().values();
    var lines = new ArrayList<String>();
    all(presences)
        .forEach((revocation, controllers) -> {
          if (wanted.test(revocation)) {
            lines.add(line(screen, revocation, controllers, snapshot.at()));
          }
        });
    return lines;
  }

  /** Returns how many revocations a controller does not name, at most. */
  static int more(Snapshot snapshot) {
    return snapshot.roster().presences().values().stream()
        .mapToInt(presence -> {
          var more = presence.moreRevocations();
          return more == null ? 0 : more;
        })
        .max()
        .orElse(0);
  }

  private static String line(
      Screen screen, Revocation revocation, List<String> controllers, Instant now) {
    return screen.outStyle().paint(Tone.WARN, "Revoked")
        + "      "
        + revocation.scope().describe()
        + " by "
        + revocation.issuedBy()
        + " "
        + Phrases.ago(revocation.since(), now)
        + (revocation.reason().isEmpty() ? "" : ": " + revocation.reason())
        + " ("
        + revocation.order()
        + ", on "
        + String.join(", ", controllers)
        + "): its tasks are "
        + (revocation.fate() == Backlog.PURGE ? "dropped" : "dead-lettered")
        + " when they come up, until: "
        + undo(revocation.scope());
  }

  /** Returns the command that lifts what an order has revoked. */
  public static String undo(Scope scope) {
    return "warrener resume "
        + new Scope(
                false,
                List.of(),
                List.of(),
                scope.batches(),
                scope.withoutFences().tasks(),
                List.of())
            .describe();
  }
}
