package dev.warrener.controller.fleet.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * The connection to the broker, and the requests that the broker has not answered. Immutable.
 *
 * @param generation the number of the task connection; 0 before the first
 * @param connected whether the task connection is up
 * @param synced whether the orders in force are known and live orders arrive
 * @param pending the unanswered requests, by token
 * @param lastToken the newest token
 * @param shownRunning whether the broker was shown that processes of workers live here
 * @param deafSince since when no order can arrive, by the {@linkplain Now#steady steady} clock;
 *     null while orders arrive, and before the first did
 */
public record Broker(
    long generation,
    boolean connected,
    boolean synced,
    HashPMap<Long, Pending> pending,
    long lastToken,
    boolean shownRunning,
    @Nullable Instant deafSince) {
  /** The state before the first connection. */
  public static final Broker UNCONNECTED =
      new Broker(0, false, false, HashTreePMap.empty(), 0, false, null);

  /** Whether a delivery came by the present connection, so that it can be settled on it. */
  public boolean isCurrent(DeliveryKey delivery) {
    return connected && delivery.generation() == generation;
  }

  /** Whether a run's delivery can be settled on the present connection. */
  public boolean holds(TaskRun run) {
    var delivery = run.delivery();
    return delivery != null && isCurrent(delivery);
  }

  /** Returns the unanswered request with a token, or null if it is unknown or answered. */
  public @Nullable Pending find(long token) {
    return pending.get(token);
  }

  /** Whether restrictions are being written down and the write is not confirmed yet. */
  public boolean isWriting() {
    for (var request : pending.values()) {
      if (request instanceof Pending.Keeping) {
        return true;
      }
    }
    return false;
  }

  /** Returns a copy in which the task connection is up. */
  public Broker up(long newGeneration) {
    return new Broker(newGeneration, true, synced, pending, lastToken, shownRunning, deafSince);
  }

  /** Returns a copy in which the task connection is down. */
  public Broker down() {
    return new Broker(generation, false, synced, pending, lastToken, shownRunning, deafSince);
  }

  /** Returns a copy in which the orders in force are known, and live orders arrive. */
  public Broker hearing() {
    return new Broker(generation, connected, true, pending, lastToken, shownRunning, null);
  }

  /** Returns a copy in which no order has been able to arrive since then. */
  public Broker deaf(Instant since) {
    return new Broker(generation, connected, false, pending, lastToken, shownRunning, since);
  }

  /** Returns a copy with one more request, under a new {@link #lastToken}. */
  public Broker asking(Pending request) {
    long token = lastToken + 1;
    return new Broker(
        generation,
        connected,
        synced,
        pending.plus(token, request),
        token,
        shownRunning,
        deafSince);
  }

  /** Returns a copy with another request under a token. */
  public Broker with(long token, Pending request) {
    return new Broker(
        generation,
        connected,
        synced,
        pending.plus(token, request),
        lastToken,
        shownRunning,
        deafSince);
  }

  /** Returns how many deliveries of a queue wait until the broker has their copy or result. */
  public int unsettled(String queue) {
    int unsettled = 0;
    for (var request : pending.values()) {
      var delivery =
          request instanceof Pending.Copy copy
              ? copy.delivery()
              : request instanceof Pending.Result result ? result.delivery() : null;
      unsettled +=
          delivery != null && delivery.queue().equals(queue) && isCurrent(delivery) ? 1 : 0;
    }
    return unsettled;
  }

  /** Returns a copy without a request that has been answered. */
  public Broker answered(long token) {
    return new Broker(
        generation, connected, synced, pending.minus(token), lastToken, shownRunning, deafSince);
  }

  /** Returns a copy that remembers what the broker was shown of this host. */
  public Broker shown(boolean running) {
    return new Broker(generation, connected, synced, pending, lastToken, running, deafSince);
  }

  /**
   * Returns a copy in which no request settles a delivery of a queue any more. The broker has those
   * deliveries back, and may use their tags again: a late answer must not settle another delivery.
   */
  public Broker handedBack(String queue) {
    var left = pending;
    for (var entry : pending.entrySet()) {
      var request = entry.getValue();
      var next = request.handedBack(queue);
      left = next.equals(request) ? left : left.plus(entry.getKey(), next);
    }
    return new Broker(generation, connected, synced, left, lastToken, shownRunning, deafSince);
  }
}
