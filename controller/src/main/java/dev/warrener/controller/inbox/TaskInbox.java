package dev.warrener.controller.inbox;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.VouchedUser;
import dev.warrener.messaging.broker.tasks.Delivery;
import dev.warrener.messaging.broker.tasks.TaskIntake;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskHeaders;
import dev.warrener.worker.frame.Frame;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives deliveries from the task connection, gives each a key and posts an event about it. Keeps
 * the deliveries until they are settled, because the fleet's state holds only their keys.
 * Thread-safe.
 */
public final class TaskInbox implements TaskIntake.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(TaskInbox.class);

  /** The largest body that a worker is sent: the rest of a frame is for the task's header. */
  private static final int LARGEST_BODY = Frame.MAXIMUM_BYTES - (1 << 20);

  /** The least time between two warnings: whoever publishes must not fill the log. */
  private static final Duration BETWEEN_WARNINGS = Duration.ofSeconds(1);

  /** The least time between two warnings about publishers' clocks: a minute. */
  private static final Duration BETWEEN_CLOCKS = Duration.ofMinutes(1);

  private final AtomicLong warnedNanos =
      new AtomicLong(System.nanoTime() - 2 * BETWEEN_WARNINGS.toNanos());
  private final AtomicLong warnedOfClockNanos =
      new AtomicLong(System.nanoTime() - 2 * BETWEEN_CLOCKS.toNanos());
  private final Map<DeliveryKey, Held> deliveries = new ConcurrentHashMap<>();

  /** How each queue that is consumed hands its tasks out. */
  private final Map<String, QueueFlow> flows = new ConcurrentHashMap<>();

  private final Consumer<Event> events;
  private final int largestBody;
  private final TrustedUsers trusted;
  private final Namespace namespace;

  /** Whether the broker vouches for the users that messages name. */
  private volatile boolean vouches = true;

  /**
   * Makes an inbox.
   *
   * @param trusted the users who are believed that a task was put back from the dead letters
   * @param namespace the fleet's names at the broker
   * @param events takes the events
   */
  public TaskInbox(TrustedUsers trusted, Namespace namespace, Consumer<Event> events) {
    this(trusted, namespace, events, LARGEST_BODY);
  }

  TaskInbox(TrustedUsers trusted, Namespace namespace, Consumer<Event> events, int largestBody) {
    this.trusted = trusted;
    this.namespace = namespace;
    this.events = events;
    this.largestBody = largestBody;
  }

  @Override
  public void up(long generation, Dialect dialect) {
    LOG.info("the controller receives tasks from {}", dialect.product());
    vouches = dialect.checksUserId();
    events.accept(new Event.BrokerUp(generation));
  }

  @Override
  public void down(long generation, String reason, Duration silence) {
    deliveries.keySet().removeIf(key -> key.generation() <= generation);
    events.accept(new Event.BrokerDown(generation, reason, silence));
  }

  @Override
  public void delivered(Delivery delivery) {
    // A channel that was reopened counts its delivery tags from 1 again, so its number is part of
    // the key.
    long number = ((long) delivery.channel() << 40) | delivery.tag();
    var key = new DeliveryKey(delivery.generation(), delivery.queue(), number);
    var flow = flows.get(delivery.queue());
    boolean isFresh = flow != null && flow.delivered(System.nanoTime());
    deliveries.put(key, new Held(delivery, flow));
    events.accept(
        switch (delivery.content()) {
          case Task task when task.body().length() > largestBody ->
              new Event.DeliveredInvalid(key, tooLarge(task));
          case Task task ->
              new Event.Delivered(
                  key,
                  onTime(
                      believed(task, delivery.message()), isFresh && !delivery.redelivered()),
                  returns(delivery),
                  delivery.redelivered());
          case InvalidTask invalid -> new Event.DeliveredInvalid(key, invalid);
        });
  }

  /** A delivery, and the flow that it is counted in. */
  private record Held(Delivery delivery, @Nullable QueueFlow flow) {}

  @Override
  public void consuming(String queue, int lookAhead, boolean isFirst) {
    var flow = flows.get(queue);
    if (isFirst || flow == null) {
      flows.put(queue, new QueueFlow(lookAhead, System.nanoTime()));
    } else {
      flow.grow(lookAhead, System.nanoTime());
    }
  }

  /** Returns the task with the times that it was given by a right clock. */
  private Task onTime(Task task, boolean isFresh) {
    if (task.expiresAt() == null && task.notBefore() == null) {
      return task;
    }
    var behind = PublisherClock.behind(task, isFresh, Instant.now());
    if (behind.isZero()) {
      return task;
    }
    if (mayWarn(warnedOfClockNanos, BETWEEN_CLOCKS)) {
      LOG.warn(
          "the clock of the publisher of task {} (queue {}) is {} s {} this one: the time at which"
              + " the task may start or expires is reckoned from its receipt here. Set the clocks"
              + " of both hosts right",
          task.id(),
          task.queue(),
          behind.abs().toSeconds(),
          behind.isNegative() ? "ahead of" : "behind");
    }
    return PublisherClock.corrected(task, behind);
  }

  private static boolean mayWarn(AtomicLong warned, Duration pause) {
    long now = System.nanoTime();
    long before = warned.get();
    return now - before > pause.toNanos() && warned.compareAndSet(before, now);
  }

  /**
   * Returns the task without what its publisher may not say: that an operator has put it back, so
   * that no earlier revocation applies to it.
   */
  private Task believed(Task task, Message message) {
    if (task.requeuedAt() == null || !vouches) {
      return task;
    }
    var user = VouchedUser.ofTask(namespace, task.queue(), message);
    if (trusted.isTrusted(user)) {
      return task;
    }
    if (mayWarn(warnedNanos, BETWEEN_WARNINGS)) {
      warn(task, user);
    }
    return task.toBuilder().requeuedAt(null).build();
  }

  private static void warn(Task task, @Nullable String user) {
    LOG.warn(
        "task {} of queue {} says that an operator put it back ({}), and {} is neither an operator"
            + " nor a controller: it is treated as any other task",
        task.id(),
        task.queue(),
        TaskHeaders.REQUEUED_AT,
        user == null
            ? "whoever sent it here, for whom the broker does not vouch,"
            : "user " + user);
  }

  private static int returns(Delivery delivery) {
    return delivery.redelivered()
            && delivery.message().headers().get(TaskHeaders.DELIVERY_COUNT) instanceof Number count
        ? count.intValue()
        : 0;
  }

  private InvalidTask tooLarge(Task task) {
    return new InvalidTask(
        task.queue(),
        task.id(),
        "its body has "
            + task.body().length()
            + " bytes, and a worker takes at most "
            + largestBody
            + ": store the data elsewhere and send where it is",
        task.replyTo(),
        task.correlationId());
  }

  @Override
  public void consumptionEnded(long generation, String queue, String reason) {
    // A newer connection may be up already, and its deliveries are not those that have ended.
    deliveries
        .keySet()
        .removeIf(key -> key.generation() <= generation && key.queue().equals(queue));
    events.accept(new Event.ConsumptionEnded(generation, queue, reason));
  }

  /** Returns the message behind a delivery, or null if it was settled or its connection lost. */
  public @Nullable Message message(DeliveryKey key) {
    var held = deliveries.get(key);
    return held == null ? null : held.delivery().message();
  }

  /**
   * Removes a delivery that is about to be settled and returns it, or null if it was settled
   * already or its connection lost.
   */
  public @Nullable Delivery take(DeliveryKey key) {
    var held = deliveries.remove(key);
    if (held == null) {
      return null;
    }
    if (held.flow() != null) {
      held.flow().settled(System.nanoTime());
    }
    return held.delivery();
  }
}
