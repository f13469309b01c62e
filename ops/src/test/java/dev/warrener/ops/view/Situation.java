package dev.warrener.ops.view;

import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Presence.QueuePresence;
import dev.warrener.messaging.report.Presence.WorkerPresence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.operator.rollcall.Roster;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a command that looks at a fleet may meet; the columns of docs/answers.md. */
public enum Situation {
  NOBODY_THERE(0),
  ALL_SILENT(3),
  ONE_SILENT(2),
  ONE_UNKNOWN(2),
  BUSY_HOST(2),
  ALARM(1),
  WRONG_RIGHTS(null),
  CLOCKS_APART(2);

  private static final Instant NOW = Instant.parse("2026-11-28T03:12:07Z");
  private static final Duration AHEAD = Duration.ofMinutes(5);
  private static final String ORDER = "0193586f-9f60-7000-8000-000000000001";

  private final @Nullable Integer connected;

  Situation(@Nullable Integer connected) {
    this.connected = connected;
  }

  /** Returns the situation as the page calls it. */
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Returns what a look at the fleet gives. */
  public Snapshot snapshot() {
    var roster = Roster.empty();
    switch (this) {
      case NOBODY_THERE, ALL_SILENT, ALARM, WRONG_RIGHTS -> {}
      case ONE_UNKNOWN -> answer(roster, List.of());
      case ONE_SILENT ->
          answer(
              roster,
              List.of(
                  new RosterEntry(
                      "c2", "host-c2", NOW.minusSeconds(9), RosterState.SILENT, 15_000L)));
      case BUSY_HOST -> {
        answer(roster, List.of());
        roster.overhear(presence("c2"), NOW, "c2");
      }
      case CLOCKS_APART -> {
        answer(roster, List.of());
        roster.add(
            new Report.ControllerRefused(
                1,
                ORDER,
                "c2",
                "host-c2",
                NOW.plus(AHEAD),
                1,
                "it expired at " + NOW.plusSeconds(30) + ": issue it again"),
            NOW,
            "c2");
      }
    }
    var counted = connected == null ? OptionalInt.empty() : OptionalInt.of(connected);
    return new Snapshot(
        NOW,
        "RabbitMQ",
        "amqp://localhost",
        "warrener",
        roster,
        counted,
        this == NOBODY_THERE,
        new TreeSet<>(roster.believePresence()),
        this == ALARM ? "low on memory" : null,
        false,
        null,
        counted,
        new TreeMap<>(),
        UnservedQueues.NONE);
  }

  private static void answer(Roster roster, List<RosterEntry> others) {
    roster.add(
        new Report.ControllerHeard(
            1,
            ORDER,
            "c1",
            "host-c1",
            NOW,
            1,
            new Report.Expected(1, 0, 0, 0, null),
            others,
            presence("c1"),
            null),
        NOW,
        "c1");
  }

  /** Returns the presence of a controller with one idle worker. */
  public static Presence presence(String id) {
    return Presence.builder(id, "host-" + id)
        .pid(4000)
        .software("0.1.0")
        .at(NOW)
        .state(ControllerState.RUNNING)
        .workers(
            List.of(
                WorkerPresence.builder(1, "mail")
                    .incarnation(1)
                    .pid(4001L)
                    .state(WorkerState.IDLE)
                    .since(NOW)
                    .build()))
        .queues(List.of(new QueuePresence("mail", 1, 0, 0, false)))
        .leaseMillis(15_000)
        .containment("pid-namespace")
        .build();
  }
}
