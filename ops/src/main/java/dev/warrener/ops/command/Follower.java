package dev.warrener.ops.command;

import dev.warrener.ops.command.FleetLine.Heard;
import dev.warrener.ops.command.FleetLine.Sent;
import dev.warrener.ops.rollcall.Known;
import dev.warrener.ops.rollcall.RollCall;
import dev.warrener.ops.screen.LiveArea;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Feeds roll-calls from a line until they are over. For one thread. */
final class Follower {
  private final FleetLine line;
  private final InstantSource clock;

  Follower(FleetLine line, InstantSource clock) {
    this.line = line;
    this.clock = clock;
  }

  /** Follows one roll-call to its end. */
  RollCall follow(RollCall call, Display display) throws InterruptedException {
    return followAll(List.of(call), display).getFirst();
  }

  /**
   * Follows several roll-calls until the last is over, and returns them in the same order. What is
   * heard of presence goes into all of them. Where the line was down meanwhile, the orders are sent
   * again: controllers answer the same id with the same words.
   */
  List<RollCall> followAll(List<RollCall> calls, Display display) throws InterruptedException {
    var byOrder = new HashMap<String, RollCall>();
    calls.forEach(call -> byOrder.put(call.order().id(), call));
    var now = clock.instant();
    while (!isOver(byOrder)) {
      var heard = line.next(patience(byOrder));
      now = clock.instant();
      if (heard.isPresent()) {
        take(heard.get(), byOrder, display);
      }
      if (line.hasMissed()) {
        byOrder.values().forEach(call -> line.send(call.order()));
      }
      for (var call : byOrder.values()) {
        display.tick(call, now);
      }
    }
    return calls.stream().map(call -> byOrder.get(call.order().id())).toList();
  }

  private boolean isOver(Map<String, RollCall> byOrder) {
    var now = clock.instant();
    return byOrder.values().stream().allMatch(call -> call.isOver(now));
  }

  private Duration patience(Map<String, RollCall> byOrder) {
    var now = clock.instant();
    return byOrder.values().stream()
        .filter(call -> !call.isOver(now))
        .flatMap(call ->
            java.util.stream.Stream.of(call.deadlines().hearBy(), call.deadlines().doneBy()))
        .map(deadline -> Duration.between(now, deadline))
        .filter(left -> !left.isNegative() && !left.isZero())
        .reduce(LiveArea.PACE, (one, other) -> one.compareTo(other) < 0 ? one : other);
  }

  private static void take(Heard heard, Map<String, RollCall> byOrder, Display display) {
    switch (heard) {
      case Heard.OfReport(var report, var at) -> {
        var call = byOrder.get(report.order());
        if (call != null && !call.knows(report)) {
          var next = call.with(report, at);
          byOrder.put(report.order(), next);
          display.heard(report, next, at);
        }
      }
      case Heard.OfPresence(var presence, var at) ->
          byOrder.replaceAll((id, call) -> call.knowing(List.of(Known.of(presence, at))));
    }
  }

  /** What a roll-call takes from the sending of its order. */
  static RollCall afterSending(RollCall call, Sent sent) {
    return sent instanceof Sent.NobodyListens(var isKept) ? call.nobodyListens(isKept) : call;
  }
}
