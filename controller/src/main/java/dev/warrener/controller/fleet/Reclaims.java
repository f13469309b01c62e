package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.Claims;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.QueueState;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskKey;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.controller.fleet.state.WorkerPool;
import dev.warrener.messaging.report.Claim;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePSet;
import org.pcollections.MapPSet;

/**
 * Brings messages back to the controllers that run their tasks, after a loss of the broker. The
 * broker hands what was in flight to anybody, while the runs go on for the lease. So each
 * controller says in its presence which messages it has lost (it <em>claims</em> them), and what
 * comes to another one waits there until the controllers that were there before have been heard.
 * What somebody claims goes back to the queue, while this controller does not consume for a moment:
 * otherwise the broker could hand it out here again and again. All this ends with the lease.
 */
final class Reclaims {
  /** The runs elsewhere are killed by the lease a little later than it is over here. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  /** Presence is read every ten seconds, so that who was heard that long ago was there. */
  private static final Duration LIVE = Duration.ofSeconds(13);

  /** How long messages may take to come back, once the broker is there again. */
  private static final Duration RETURN = Duration.ofSeconds(10);

  /** Long enough for a controller without room to make some meanwhile. */
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(300);

  private static final int SPREAD_MILLIS = 150;
  private static final Duration BETWEEN_PAUSES = Duration.ofMillis(150);
  private static final Duration BETWEEN_ROOM = Duration.ofMillis(200);

  /** What is to become of a doubtful delivery. */
  private enum Verdict {
    START,
    WAIT,
    GIVE_BACK
  }

  private Reclaims() {}

  /** A connection, or the consumption of a queue, was lost, with the deliveries. */
  static void lost(Transition change, Instant since) {
    MapPSet<String> live = HashTreePSet.empty();
    for (var other : change.others.seen().values()) {
      if (other.presence().state() != ControllerState.LEFT
          && !other.at().isBefore(since.minus(LIVE))) {
        live = live.plus(other.presence().id());
      }
    }
    change.claims = change.claims.lost(since.plus(change.settings.lease()).plus(SLACK), live);
  }

  /** The connection is up again: there is a moment for messages to come back. */
  static void back(Transition change) {
    if (!change.claims.until().equals(Instant.MIN)) {
      var lease = change.settings.lease();
      var patience = lease.compareTo(RETURN) < 0 ? lease : RETURN;
      change.claims = change.claims.until(change.instant().plus(patience));
    }
  }

  /** Another controller has published its presence. */
  static void heard(Transition change, String controller) {
    if (mayDoubt(change)) {
      change.claims = change.claims.hearing(controller);
    }
  }

  private static boolean mayDoubt(Transition change) {
    return !change.broker.connected() || change.claims.mayDoubt(change.instant());
  }

  /** A task was delivered that waits here from now on. */
  static void waits(Transition change, DeliveryKey key, boolean redelivered) {
    if (redelivered && change.claims.mayDoubt(change.instant())) {
      change.claims = change.claims.with(change.claims.doubtful().plus(key));
    }
  }

  /** A run has ended whose message the broker has back. */
  static void ended(Transition change, TaskRun run) {
    if (run.started() && mayDoubt(change)) {
      change.claims = change.claims.plusEnded(TaskKey.of(run.task()), run.task().attempt());
    }
  }

  /** Returns the runs whose messages this controller has lost: those that go on, and the others. */
  static List<Claim> own(WorkerPool pool, Claims state) {
    var claims = new ArrayList<Claim>();
    for (var slot : pool.slots()) {
      if (slot.process() instanceof Slot.Busy busy
          && busy.run().started()
          && busy.run().delivery() == null) {
        var task = busy.run().task();
        claims.add(new Claim(slot.queue(), task.id(), task.attempt()));
      }
    }
    state
        .ended()
        .forEach((task, attempt) -> claims.add(new Claim(task.queue(), task.task(), attempt)));
    return claims;
  }

  /** The timer is due that {@link #look} had set. */
  static void due(Transition change) {
    change.claims = change.claims.lookingAt(null);
  }

  /** Looks at all doubts anew. Idempotent. */
  static void look(Transition change) {
    var now = change.instant();
    var claims = change.claims;
    if (!change.broker.connected()) {
      return;
    }
    if (!claims.mayDoubt(now)) {
      change.claims = claims.over();
      return;
    }
    var pausing = new HashSet<String>();
    for (var key : claims.doubtful()) {
      var queue = change.queues.get(key.queue());
      var task = queue == null || !change.broker.isCurrent(key) ? null : queue.find(key.tag());
      var verdict = task == null ? Verdict.START : verdict(change, task);
      if (verdict == Verdict.START) {
        change.claims = change.claims.with(change.claims.doubtful().minus(key));
      } else if (verdict == Verdict.GIVE_BACK) {
        pausing.add(key.queue());
      }
    }
    for (var queue : pausing) {
      if (change.claims.mayPause(queue, now)) {
        var end = now.plus(pause(change));
        change.claims = change.claims.pausing(queue, end, end.plus(BETWEEN_PAUSES));
      }
    }
    for (var queue : withoutRoom(change)) {
      if (!pausing.contains(queue.name())) {
        makeRoom(change, queue);
        pausing.add(queue.name());
      }
    }
    schedule(change, pausing);
  }

  /** Not the same for all controllers: where two give back to each other, one comes first. */
  private static Duration pause(Transition change) {
    int spread = Math.floorMod(change.settings.controller().hashCode(), SPREAD_MILLIS);
    return SHORTEST_PAUSE.plusMillis(spread);
  }

  private static Verdict verdict(Transition change, Task task) {
    var claim = new Claim(task.queue(), task.id(), task.attempt());
    var verdict = change.claims.awaited().isEmpty() ? Verdict.START : Verdict.WAIT;
    for (var id : change.claims.heard()) {
      var other = change.others.seen().get(id);
      if (other == null) {
        continue;
      }
      var presence = other.presence();
      if (presence.claims(claim)) {
        if (takes(presence)) {
          return Verdict.GIVE_BACK;
        }
        verdict = Verdict.WAIT;
      } else if (runs(presence, claim)) {
        // It does not know yet that it has lost the message; or this is a copy of it.
        verdict = Verdict.WAIT;
      }
    }
    return verdict;
  }

  private static boolean takes(Presence presence) {
    return presence.state() == ControllerState.RUNNING;
  }

  private static boolean runs(Presence presence, Claim claim) {
    for (var worker : presence.workers()) {
      if (claim.task().equals(worker.task())
          && claim.queue().equals(worker.queue())
          && Integer.valueOf(claim.attempt()).equals(worker.attempt())) {
        return true;
      }
    }
    return false;
  }

  /** Gives back what waits here, so that what this controller claims can come. */
  private static void makeRoom(Transition change, QueueState queue) {
    var now = change.instant();
    if (change.claims.mayPause(queue.name(), now)) {
      for (long tag : queue.waiting().keySet()) {
        change.requeue(new DeliveryKey(change.broker.generation(), queue.name(), tag));
      }
      change.put(queue.withoutWaiting());
      change.claims = change.claims.pausing(queue.name(), now, now.plus(BETWEEN_ROOM));
    }
  }

  /** Returns the queues of which this controller claims messages, and has no room for them. */
  private static List<QueueState> withoutRoom(Transition change) {
    var claimed = new HashSet<String>();
    var full = new ArrayList<QueueState>();
    own(change.pool, change.claims).forEach(claim -> claimed.add(claim.queue()));
    for (var name : claimed) {
      var queue = change.queues.get(name);
      if (queue == null
          || !queue.consuming()
          || queue.waiting().isEmpty()
          || change.orders.willSettleWaiting(name)) {
        continue;
      }
      boolean hasIdle = false;
      int here = queue.waiting().size() + change.broker.unsettled(name);
      for (var slot : change.pool.ofQueue(name)) {
        var run = slot.run();
        hasIdle |= slot.process() instanceof Slot.Idle;
        here += slot.ahead().size() + (run != null && change.broker.holds(run) ? 1 : 0);
      }
      if (!hasIdle && here >= change.settings.queue(name).prefetch()) {
        full.add(queue);
      }
    }
    return full;
  }

  /** Sees to it that this is looked at again when time alone changes it. */
  private static void schedule(Transition change, Set<String> pausing) {
    var now = change.instant();
    var claims = change.claims;
    boolean isWaiting = !claims.doubtful().isEmpty() || !claims.ended().isEmpty();
    var next = isWaiting ? claims.until() : null;
    for (var queue : change.queues.keySet()) {
      if (claims.isPaused(queue, now)) {
        next = earlier(next, claims.pauses().get(queue));
      } else if (pausing.contains(queue)) {
        next = earlier(next, claims.nextPauses().get(queue));
      }
    }
    var set = claims.lookAt();
    if (next != null && (set == null || next.isBefore(set))) {
      change.claims = change.claims.lookingAt(next);
      change.schedule(new Timer.ClaimsDue(), next);
    }
  }

  private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
    return one == null || (other != null && other.isBefore(one)) ? other : one;
  }
}
