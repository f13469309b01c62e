package dev.warrener.ops.order;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.connection.FleetConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A fleet that answers by a script, with a clock that only moves when somebody waits. For one
 * thread.
 */
final class ScriptedConnection implements FleetConnection, InstantSource {
  private Instant now = Instant.parse("2026-11-23T03:12:07Z");
  private final Deque<Heard> waiting = new ArrayDeque<>();
  private final Deque<Heard> later = new ArrayDeque<>();
  private final List<Order> sent = new ArrayList<>();
  private final Set<String> queues = new HashSet<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private Function<Order, List<Report>> answers = order -> List.of();
  private Sent outcome = new Sent.Broadcast(Optional.empty());
  private boolean missed;
  private BiFunction<ScriptedConnection, Integer, Integer> runningCount = (line, asked) -> 0;
  private int askedForRunning;
  private int tripwires;

  /** What controllers say when an order comes. */
  ScriptedConnection answering(Function<Order, List<Report>> script) {
    answers = script;
    return this;
  }

  /** What is said when so much time has gone by. */
  ScriptedConnection saying(Duration after, List<Report> reports) {
    reports.forEach(report -> later.add(new Heard.OfReport(report, now.plus(after))));
    return this;
  }

  /** What becomes of every order. */
  ScriptedConnection sending(Sent result) {
    outcome = result;
    return this;
  }

  /** How many controllers the broker counts. */
  ScriptedConnection counting(int armed) {
    counts.put("armed", armed);
    return this;
  }

  /** How many run something, by how often it was asked. */
  ScriptedConnection running(BiFunction<ScriptedConnection, Integer, Integer> count) {
    runningCount = count;
    return this;
  }

  /** A queue that the broker has. */
  ScriptedConnection withQueue(String queue) {
    queues.add(queue);
    return this;
  }

  /** The line was down: once. */
  void goDown() {
    missed = true;
  }

  /** What was sent. */
  List<Order> sent() {
    return sent;
  }

  /** How often the tripwire was pulled. */
  int tripwires() {
    return tripwires;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public Optional<Heard> next(Duration patience) {
    var next = later.peek();
    if (waiting.isEmpty() && next != null && !next.at().isAfter(now.plus(patience))) {
      now = next.at().isAfter(now) ? next.at() : now;
      waiting.add(later.remove());
    }
    var heard = waiting.poll();
    now = now.plus(heard == null ? patience : Duration.ofMillis(1));
    return Optional.ofNullable(heard)
        .map(said ->
            said instanceof Heard.OfReport(var report, var at, var _)
                ? new Heard.OfReport(report, now)
                : said);
  }

  @Override
  public Sent send(Order order) {
    sent.add(order);
    if (outcome instanceof Sent.Broadcast) {
      answers.apply(order).forEach(report -> waiting.add(new Heard.OfReport(report, now)));
    }
    return outcome;
  }

  @Override
  public OptionalInt armed() {
    var count = counts.get("armed");
    return count == null ? OptionalInt.empty() : OptionalInt.of(count);
  }

  @Override
  public OptionalInt running() {
    return OptionalInt.of(runningCount.apply(this, ++askedForRunning));
  }

  @Override
  public int pullTripwire() {
    tripwires++;
    return counts.getOrDefault("armed", 0);
  }

  @Override
  public Optional<String> recordTripwire(Order pulled) {
    return Optional.of("the network is gone");
  }

  @Override
  public boolean queueExists(String queue) {
    return queues.contains(queue);
  }

  @Override
  public boolean hasMissed() {
    boolean was = missed;
    missed = false;
    return was;
  }

  @Override
  public void close() {}
}
