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

  private final AtomicLong warnedNanos =
      new AtomicLong(System.nanoTime() - 2 * BETWEEN_WARNINGS.toNanos());
  private final Map<DeliveryKey, Delivery> deliveries = new ConcurrentHashMap<>();
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
    deliveries.put(key, delivery);
    events.accept(
        switch (delivery.content()) {
          case Task task when task.body().length() > largestBody ->
              new Event.DeliveredInvalid(key, tooLarge(task));
          case Task task ->
              new Event.Delivered(
                  key,
                  believed(task, delivery.message()),
                  returns(delivery),
                  delivery.redelivered());
          case InvalidTask invalid -> new Event.DeliveredInvalid(key, invalid);
        });
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
    long now = System.nanoTime();
    long before = warnedNanos.get();
    if (now - before > BETWEEN_WARNINGS.toNanos() && warnedNanos.compareAndSet(before, now)) {
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
    deliveries.keySet().removeIf(key -> key.queue().equals(queue));
    events.accept(new Event.ConsumptionEnded(generation, queue, reason));
  }

  /** Returns the message behind a delivery, or null if it was settled or its connection lost. */
  public @Nullable Message message(DeliveryKey key) {
    var delivery = deliveries.get(key);
    return delivery == null ? null : delivery.message();
  }

  /**
   * Removes a delivery that is about to be settled and returns it, or null if it was settled
   * already or its connection lost.
   */
  public @Nullable Delivery take(DeliveryKey key) {
    return deliveries.remove(key);
  }
}
