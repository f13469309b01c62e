package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.controller.process.Survivor;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something that happened. */
public sealed interface Event {
  /** The task connection is up. */
  record BrokerUp(long generation) implements Event {}

  /**
   * The task connection is lost; the broker hands its deliveries to others.
   *
   * @param silence for how long the broker had not been heard by then
   */
  record BrokerDown(long generation, String reason, Duration silence) implements Event {}

  /**
   * The order connection is up and the log has been read.
   *
   * @param log every order that the log holds, oldest first; empty where the broker keeps none
   * @param trippedBy if the tripwire was found pulled, an id for the order that it stands for
   */
  record OrdersSynced(List<HeardOrder> log, @Nullable String trippedBy) implements Event {}

  /** The order connection is lost: orders may be missed until it is synced again. */
  record OrdersDown(String reason) implements Event {}

  /** A live order arrived. */
  record OrderArrived(HeardOrder heard) implements Event {}

  /** Something arrived as an order that can't be read as one. */
  record UnreadableOrder(
      @Nullable String id, @Nullable String userId, String because, HeardOrder.Origin origin)
      implements Event {}

  /** What a former run of this controller had to remember by itself. */
  record Remembered(RetainedRestrictions keepsake) implements Event {}

  /**
   * What is to be remembered was written down.
   *
   * @param failure why it could not be, or null
   */
  record Kept(long token, @Nullable String failure) implements Event {}

  /** The tripwire was pulled. */
  record Tripped(String orderId) implements Event {}

  /** A task was delivered. */
  record Delivered(DeliveryKey key, Task task) implements Event {}

  /** A message was delivered that breaks the contract. */
  record DeliveredInvalid(DeliveryKey key, InvalidTask content) implements Event {}

  /** The broker ended the consumption of a queue and has all of its deliveries back. */
  record ConsumptionEnded(long generation, String queue, String reason) implements Event {}

  /** A worker's process exists. */
  record Spawned(WorkerKey worker, long pid, long startTicks) implements Event {}

  /** A worker's process could not be made; nothing of it exists. */
  record SpawnFailed(WorkerKey worker, String reason) implements Event {}

  /**
   * A worker says that it is ready.
   *
   * @param handlers what it can run; {@code *} stands for anything
   * @param ahead how many tasks it takes before it is free, and gives back when it is told to
   */
  record Ready(WorkerKey worker, Set<String> handlers, int ahead) implements Event {
    /** One that takes a task only when it is free. */
    public Ready(WorkerKey worker, Set<String> handlers) {
      this(worker, handlers, 0);
    }
  }

  /** A worker says that it starts a task. */
  record Started(WorkerKey worker, String task, int attempt) implements Event {}

  /** A worker says that a run has ended. */
  record Finished(WorkerKey worker, String task, int attempt, RunEnd end) implements Event {}

  /**
   * No process of a worker's tree is left, and all that it had said has been heard.
   *
   * @param lastWords the last lines that it and its task had printed, oldest first
   */
  record TreeEmpty(DeathCertificate certificate, List<String> lastWords) implements Event {
    public TreeEmpty {
      lastWords = List.copyOf(lastWords);
    }

    /** One that had printed nothing. */
    public TreeEmpty(DeathCertificate certificate) {
      this(certificate, List.of());
    }
  }

  /**
   * This process has stood still (stopped, swapped out, its machine paused) for so long that its
   * workers may have ended themselves, and the broker may have given their tasks to others. Comes
   * before anything that was heard meanwhile.
   */
  record StoodStill(Duration duration) implements Event {}

  /** A worker's tree is not empty though it was killed; the attempts go on. */
  record Unconfirmed(WorkerKey worker, long pid, long startTicks, List<Survivor> survivors)
      implements Event {}

  /** The broker has taken what was published under that token, or nobody wanted it. */
  record Published(long token) implements Event {}

  /** What was published under that token can't be taken by the broker. */
  record PublishFailed(long token, String reason) implements Event {}

  /** The broker has shown that it took the settlements that came before. */
  record BarrierPassed(long token) implements Event {}

  /** The broker could not show that it took the settlements that came before. */
  record BarrierFailed(long token, String reason) implements Event {}

  /** The backlog of a queue was dealt with. */
  record BacklogDone(long token, long count) implements Event {}

  /** The backlog of a queue could not be dealt with, or not all of it. */
  record BacklogFailed(long token, long count, String reason) implements Event {}

  /** A timer that was set has run out. */
  record TimerDue(Timer timer) implements Event {}

  /** Another controller spoke of itself, {@code at} by our clock. */
  record PresenceHeard(Presence presence, Instant at) implements Event {}

  /** Other controllers were heard, and what they said of themselves was not read. */
  record OthersSeen(Map<String, Instant> at) implements Event {}

  /** The controller was asked to stop: the first time by draining, the second time at once. */
  record StopRequested() implements Event {}
}
