package dev.warrener.messaging.broker.reports;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.ReportKeys;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.WorkerEvent;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Receives reports, presence and events of controllers, on an exclusive queue that is bound to the
 * reports exchange. The connection is kept up. Messages that are published while it is away are
 * missed. Thread-safe.
 */
public final class ReportFeed extends Feed {

  /** Receives messages. Called on one thread at a time, in order; must not block. */
  public interface Listener {
    /** The queue is bound: messages that are published from now on are received. */
    default void up(long generation) {}

    /** The connection is gone; another one is tried. */
    default void down(long generation, String reason) {}

    /**
     * Takes a report about an order.
     *
     * @param userId the user who published it, for whom the broker vouches; null if it does for
     *     nobody
     */
    default void report(Report report, @Nullable String userId) {
      report(report);
    }

    /** Takes a report about an order, whoever published it. */
    default void report(Report report) {}

    /**
     * Takes a controller's presence.
     *
     * @param userId the user who published it, for whom the broker vouches; null if it does for
     *     nobody
     */
    default void presence(Presence presence, @Nullable String userId) {
      presence(presence);
    }

    /** Takes a controller's presence, whoever published it. */
    default void presence(Presence presence) {}

    /** Takes an event of a task. */
    default void event(TaskEvent event) {}

    /** Takes an event of a worker. */
    default void event(WorkerEvent event) {}

    /** Takes a message that could not be read. */
    default void unreadable(String routingKey, String because) {}
  }

  /**
   * Prepares the connection; {@link #start} makes it.
   *
   * @param keys routing keys, with {@code *} for one word and {@code #} for any number: {@code
   *     kill.ORDER.*}, {@code presence.*}
   */
  public ReportFeed(BrokerAccess access, Collection<String> keys, Listener listener) {
    super(
        new ReplyQueue(
            access,
            "reports",
            access.namespace().reportsExchange(),
            requireKeys(keys),
            new Reading(listener)));
  }

  private static Collection<String> requireKeys(Collection<String> keys) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("a report feed needs a routing key, such as presence.*");
    }
    return keys;
  }

  /** Reads a message by the first word of its routing key. */
  private static final class Reading implements ReplyQueue.Listener {
    private final Listener listener;

    Reading(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void up(long generation) {
      listener.up(generation);
    }

    @Override
    public void down(long generation, String reason) {
      listener.down(generation, reason);
    }

    @Override
    public void received(
        String routingKey, @Nullable String userId, BasicProperties properties, byte[] body) {
      int dot = routingKey.indexOf('.');
      switch (dot < 0 ? routingKey : routingKey.substring(0, dot)) {
        case "kill" ->
            listener.report(
                ReportKeys.require(routingKey, ContractJson.read(body, Report.class)), userId);
        case "presence" ->
            listener.presence(
                ReportKeys.require(routingKey, ContractJson.read(body, Presence.class)), userId);
        case "task" ->
            listener.event(
                ReportKeys.require(routingKey, ContractJson.read(body, TaskEvent.class)));
        case "worker" ->
            listener.event(
                ReportKeys.require(routingKey, ContractJson.read(body, WorkerEvent.class)));
        default ->
            listener.unreadable(routingKey, "this release knows no messages of that routing key");
      }
    }

    @Override
    public void unreadable(String routingKey, BasicProperties properties, String because) {
      listener.unreadable(routingKey, because);
    }
  }

  /**
   * Returns a probe on the feed's own connection. The connection never publishes, so no alarm
   * blocks it. The probe works for as long as this connection is up. For one thread.
   *
   * @throws BrokerUnreachableException if the connection is away
   */
  public FleetProbe probe() {
    return queue().probe();
  }
}
