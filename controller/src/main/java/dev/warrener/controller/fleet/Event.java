package dev.warrener.controller.fleet;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.LostRuns;
import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something that happened to the fleet, about which {@link Fleet#decide} decides. */
public sealed interface Event {
  /** The task connection is up. */
  record BrokerUp(long generation) implements Event {}

  /**
   * The task connection is lost, and the broker has the deliveries back.
   *
   * @param silence the time since the broker's last sign of life
   */
  record BrokerDown(long generation, String reason, Duration silence) implements Event {}

  /**
   * The order connection is up and the log has been read.
   *
   * @param log all orders of the log, oldest first; empty if the broker keeps no log
   * @param trippedBy an id for the tripwire's order if the tripwire was found pulled, or null
   */
  record OrdersSynced(List<HeardOrder> log, @Nullable String trippedBy) implements Event {}

  /**
   * The order connection is lost: orders may be missed until the log has been read again.
   *
   * @param silence the time since the broker's last sign of life on that connection
   */
  record OrdersDown(String reason, Duration silence) implements Event {}

  /** A live order arrived. */
  record OrderArrived(HeardOrder heard) implements Event {}

  /** A message arrived that can't be read as an order. */
  record UnreadableOrder(
      @Nullable String id, @Nullable String userId, String because, HeardOrder.Origin origin)
      implements Event {}

  /**
   * A connection to the control socket was refused.
   *
   * @param userId the user of the process that connected
   * @param process that process in words
   * @param because the reason
   */
  record ConnectionRefused(String userId, String process, String because) implements Event {}

  /** The restrictions that a former run of this controller had written down. */
  record Remembered(RetainedRestrictions retained) implements Event {}

  /**
   * The kills that were under way when a former run of this controller ended. No process of its
   * workers is left, except the survivors.
   *
   * @param survivors the number of processes that it left behind and that can't be killed
   * @param unknown why nobody can tell whether there are more such kills; null if there are none
   */
  record KillsRemembered(RetainedKills kills, int survivors, @Nullable String unknown)
      implements Event {}

  /** The runs of suspect tasks that a former run of this controller had written down. */
  record SuspectRunsRead(List<LostRuns.Run> runs) implements Event {}

  /**
   * Restrictions were written down.
   *
   * @param failure the reason why they could not be, or null
   */
  record Kept(long token, @Nullable String failure) implements Event {}

  /** The tripwire was pulled. */
  record Tripped(String orderId) implements Event {}

  /**
   * A task was delivered.
   *
   * @param returns how often the broker has taken it back from a consumer before, as far as it says
   * @param redelivered whether the broker has handed out this very message before
   */
  record Delivered(DeliveryKey key, Task task, int returns, boolean redelivered) implements Event {
    /** Creates the event of a message that the broker hands out for the first time. */
    public Delivered(DeliveryKey key, Task task) {
      this(key, task, 0, false);
    }
  }

  /** A message was delivered that is no task by the contract. */
  record DeliveredInvalid(DeliveryKey key, InvalidTask content) implements Event {}

  /** The broker ended the consumption of a queue, and has the deliveries back. */
  record ConsumptionEnded(long generation, String queue, String reason) implements Event {}

  /** A worker's process exists. */
  record Spawned(WorkerKey worker, long pid, long startTicks) implements Event {}

  /** A worker's process could not be made; no part of it exists. */
  record SpawnFailed(WorkerKey worker, String reason) implements Event {}

  /**
   * A worker reported that it is ready.
   *
   * @param handlers the handlers that it has; {@code *} stands for any
   * @param ahead the number of tasks that it takes before it is free, and returns when asked to
   * @param unavailable a sentence about each configured handler that it can't use
   */
  record Ready(WorkerKey worker, Set<String> handlers, int ahead, List<String> unavailable)
      implements Event {
    /** Creates the event of a worker all of whose handlers can be used. */
    public Ready(WorkerKey worker, Set<String> handlers, int ahead) {
      this(worker, handlers, ahead, List.of());
    }

    /** Creates the event of a worker that takes a task only when it is free. */
    public Ready(WorkerKey worker, Set<String> handlers) {
      this(worker, handlers, 0);
    }
  }

  /** A worker reported the start of a run. */
  record Started(WorkerKey worker, String task, int attempt) implements Event {}

  /** A worker reported the end of a run, or returned a task that it had not started. */
  record Finished(WorkerKey worker, String task, int attempt, RunEnd end) implements Event {}

  /**
   * A worker wrote something that it may not write, or that can't be read.
   *
   * @param how a clause about it
   */
  record ProtocolBroken(WorkerKey worker, String how) implements Event {}

  /**
   * No process of a worker's tree is left, and all its frames have been received.
   *
   * @param lastWords the last lines that the worker and its task had printed, oldest first
   */
  record TreeEmpty(DeathCertificate certificate, List<String> lastWords) implements Event {
    public TreeEmpty {
      lastWords = List.copyOf(lastWords);
    }

    /** Creates the event of a worker that had printed nothing. */
    public TreeEmpty(DeathCertificate certificate) {
      this(certificate, List.of());
    }
  }

  /**
   * This process stood still: it was stopped or swapped out, or its machine was paused. It lasted
   * so long that workers may have ended themselves, and that the broker may have redelivered their
   * tasks. This event comes before all that was received meanwhile.
   */
  record StoodStill(Duration duration) implements Event {}

  /**
   * A worker was killed and its tree is not shown to be empty; the attempts to empty it go on.
   *
   * @param survivors the processes that are left, as far as they can be named
   * @param doubt why nobody can tell whether the tree is empty; null if it is not
   */
  record Unconfirmed(
      WorkerKey worker, long pid, long startTicks, List<Survivor> survivors, @Nullable String doubt)
      implements Event {

    /** Returns what was found, as the end of a sentence. */
    String finding() {
      return doubt == null ? survivors.size() + " processes of its tree still live" : doubt;
    }
  }

  /** The broker has taken the message published under a token, or no queue wanted it. */
  record Published(long token) implements Event {}

  /**
   * The broker can't take the message published under a token.
   *
   * @param isHopeless whether it never will, however often the message is published
   */
  record PublishFailed(long token, String reason, boolean isHopeless) implements Event {
    /** Creates the event of a failure that may pass. */
    public PublishFailed(long token, String reason) {
      this(token, reason, false);
    }
  }

  /** The broker has shown that it took all earlier settlements on a queue. */
  record BarrierPassed(long token) implements Event {}

  /** The broker could not show that it took all earlier settlements on a queue. */
  record BarrierFailed(long token, String reason) implements Event {}

  /**
   * The waiting tasks of a queue were dropped or moved.
   *
   * @param unread how many of them were dropped without a look at who waits for their results
   */
  record BacklogDone(long token, long count, long unread) implements Event {
    /** Creates the event of tasks all of which were read. */
    public BacklogDone(long token, long count) {
      this(token, count, 0);
    }
  }

  /** The waiting tasks of a queue could not be dropped or moved, or not all of them. */
  record BacklogFailed(long token, long count, String reason) implements Event {}

  /** A timer is due. */
  record TimerDue(Timer timer) implements Event {}

  /**
   * The presence of another controller was read, or one of our own id that this process has not
   * published, perhaps a copy of our own by another user; {@code at} by our clock
   * that never jumps.
   *
   * @param userId the user that published it, for whom the broker vouches, or null
   */
  record PresenceHeard(Presence presence, Instant at, @Nullable String userId) implements Event {
    /** Creates the event of a presence for whose publisher the broker does not vouch. */
    public PresenceHeard(Presence presence, Instant at) {
      this(presence, at, null);
    }
  }

  /**
   * Presence of other controllers was received without being read, {@code at} by our clock that
   * never jumps.
   */
  record OthersSeen(Map<String, Instant> at) implements Event {}

  /** The controller was asked to stop: the first time by draining, the second time at once. */
  record StopRequested() implements Event {}
}
