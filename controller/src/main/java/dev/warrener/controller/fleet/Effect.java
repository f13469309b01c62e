package dev.warrener.controller.fleet;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.LostRuns;
import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.WorkerEvent;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An action that a decision asks for. Effects are carried out in the order given. */
public sealed interface Effect {
  /** Start a worker process for a queue. */
  record Spawn(WorkerKey worker, String queue) implements Effect {}

  /** Send a task to a worker, which starts it after those that it was sent before. */
  record Dispatch(WorkerKey worker, Task task, @Nullable Duration timeout) implements Effect {}

  /**
   * Ask a worker to return a task that it has not started. If the request is lost, the deadline of
   * the recall handles it.
   */
  record Recall(WorkerKey worker, String task, int attempt) implements Effect {}

  /**
   * Ask a handler to stop, or a worker without a task to end, and send its process group SIGTERM.
   */
  record AskToEnd(WorkerKey worker, @Nullable String task, int attempt, String reason)
      implements Effect {}

  /** Send SIGKILL to the trees of workers, all at once. */
  record Kill(List<WorkerKey> workers) implements Effect {}

  /**
   * Start consuming a queue, or change how many of its tasks the broker may leave unsettled here.
   */
  record Consume(String queue, int prefetch) implements Effect {}

  /** Stop consuming a queue; earlier deliveries are still settled here. */
  record CancelConsumer(String queue) implements Effect {}

  /** Acknowledge a delivery. */
  record Acknowledge(DeliveryKey delivery) implements Effect {}

  /** Return a delivery to its queue, without counting an attempt. */
  record Requeue(DeliveryKey delivery) implements Effect {}

  /** Have the broker itself move a delivery to the dead letters, without an x-dead-reason. */
  record Reject(DeliveryKey delivery) implements Effect {}

  /**
   * Publish a copy of a delivery, and answer under the token. A later effect acknowledges the
   * delivery.
   *
   * @param routingKey the routing key on the tasks exchange
   * @param headers the headers to set on the copy; a null value removes the header
   */
  record Move(
      long token, DeliveryKey delivery, String routingKey, Map<String, @Nullable Object> headers)
      implements Effect {}

  /** Make the broker show that it took all earlier settlements on a queue. */
  record Barrier(long token, String queue) implements Effect {}

  /**
   * Drop the waiting tasks of a queue and of its retry queues, and tell those who wait for results.
   */
  record PurgeBacklog(long token, String queue, Order order) implements Effect {}

  /**
   * Move the waiting tasks of a queue and of its retry queues to its dead letters, and tell those
   * who wait for results.
   */
  record DeadLetterBacklog(
      long token, String queue, Order order, Map<String, @Nullable Object> headers)
      implements Effect {}

  /** Publish a report, to the reports exchange and to {@code replyTo} if given. */
  record Say(Report report, @Nullable String replyTo) implements Effect {}

  /**
   * Publish a result, and answer under the token unless it is 0.
   *
   * @param result the result without its value
   * @param value the value that the handler returned
   */
  record SendResult(
      long token,
      ResultMessage result,
      Body value,
      String contentType,
      String replyTo,
      @Nullable String correlationId)
      implements Effect {}

  /** Publish an event of a task. */
  record TellTask(TaskEvent event) implements Effect {}

  /** Publish an event of a worker. */
  record TellWorker(WorkerEvent event) implements Effect {}

  /** Show at the broker whether any process of a worker lives here. */
  record ShowRunning(boolean any) implements Effect {}

  /** Consume the tripwire queue again. */
  record Rearm() implements Effect {}

  /** Write restrictions down that must survive a restart, and answer under the token. */
  record Keep(long token, RetainedRestrictions retained) implements Effect {}

  /** Write a line of the audit log. */
  record Audit(AuditEntry entry) implements Effect {}

  /** Set a timer. */
  record Schedule(Timer timer, Instant at) implements Effect {}

  /**
   * Write a line of the log.
   *
   * @param more lines that belong to it, such as a stack trace; they may be left out if there are
   *     too many
   */
  record Log(Level level, String message, List<String> more) implements Effect {
    /** The importance of a line. */
    public enum Level {
      DEBUG,
      INFO,
      WARN
    }

    public Log {
      more = List.copyOf(more);
    }

    /** A line of its own. */
    public Log(boolean warning, String message) {
      this(warning ? Level.WARN : Level.INFO, message, List.of());
    }

    boolean warning() {
      return level == Level.WARN;
    }
  }

  /** Let the controller end with a configuration error, once {@link End} comes. */
  record Misconfigured(String sentence) implements Effect {}

  /** End the controller, after the broker has taken all that was published before. */
  record End() implements Effect {}

  /** Write down the runs of suspect tasks, for the next life of this controller. */
  record WriteSuspectRuns(List<LostRuns.Run> runs) implements Effect {}

  /**
   * Write down the kills under way, for the next life of this controller.
   *
   * @param beforeKill whether the record is to be with the kernel before the next signal, unless
   *     the disk does not answer
   */
  record KeepKills(RetainedKills kills, boolean beforeKill) implements Effect {}
}
