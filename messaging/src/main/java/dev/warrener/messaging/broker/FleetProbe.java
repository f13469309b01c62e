package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.Queue.DeclareOk;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Requests.Presence;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads counts from the broker itself, by passive declares. On RabbitMQ 4.3 the user needs a right
 * on the queue. Not thread-safe.
 */
public final class FleetProbe {
  private final Requests requests;
  private final Dialect dialect;
  private final Namespace namespace;

  public FleetProbe(Requests requests, Dialect dialect) {
    this.requests = requests;
    this.dialect = dialect;
    this.namespace = requests.access().namespace();
  }

  /**
   * Returns the number of controllers that listen for orders now: consumers of the armed queue.
   *
   * @throws NoSuchQueueException if the tripwire has been pulled, or there is no fleet
   */
  public int controllers() {
    return look("the tripwire", namespace.armedQueue()).getConsumerCount();
  }

  /** Returns whether the armed queue exists; true as well if the user may not know. */
  public boolean armed() {
    return isThere("the tripwire", namespace.armedQueue());
  }

  /**
   * Returns whether the tripwire has been pulled: there is a fleet, and it has no armed queue.
   * False if the user may not know.
   */
  public boolean tripped() {
    return !armed() && isThere("the fleet's running queue", namespace.runningQueue());
  }

  private boolean isThere(String what, String queue) {
    return requests.look(what, channel -> channel.queueDeclarePassive(queue)) != Presence.MISSING;
  }

  /**
   * Returns why the broker's count of controllers is wrong, for each queue that counts them and
   * belongs to another connection alone; empty if it is right.
   */
  public List<String> miscounts() {
    return Stream.of(namespace.armedQueue(), namespace.runningQueue())
        .filter(queue ->
            requests.look("the queue " + queue, channel -> channel.queueDeclarePassive(queue))
                == Presence.LOCKED)
        .map(FleetProbe::lockedQueue)
        .toList();
  }

  /** Returns that a queue belongs to another connection alone, and what to do. */
  public static String lockedQueue(String queue) {
    return "somebody else has made the queue "
        + queue
        + " for one connection alone (end that connection: rabbitmqctl list_queues name owner_pid)";
  }

  /**
   * Returns the number of controllers that run a process: consumers of the running queue.
   *
   * @throws NoSuchQueueException if there is no fleet
   */
  public int running() {
    return look("the fleet's running queue", namespace.runningQueue()).getConsumerCount();
  }

  /**
   * Returns the counts of one queue.
   *
   * @throws NoSuchQueueException if there is no queue of that name
   */
  public QueueDepth queue(String name) {
    var what = "queue " + name;
    var tasks = look(what, namespace.taskQueue(name));
    long retrying = 0;
    for (int seconds : Namespace.RETRY_SECONDS) {
      retrying += countOrNone(what, namespace.retryQueue(name, seconds));
    }
    long dead = countOrNone(what, namespace.deadQueue(name));
    return new QueueDepth(tasks.getMessageCount(), retrying, dead, tasks.getConsumerCount());
  }

  /**
   * Returns whether {@link QueueDepth#waiting} includes tasks that controllers have received, as on
   * the embedded broker.
   */
  public boolean countsHeldTasks() {
    return dialect.countsHeldMessages();
  }

  private long countOrNone(String what, String queue) {
    try {
      return look(what, queue).getMessageCount();
    } catch (NoSuchQueueException e) {
      return 0;
    }
  }

  private DeclareOk look(String what, String queue) {
    return requests.ask(what, channel -> channel.queueDeclarePassive(queue));
  }

  /**
   * The counts of a queue.
   *
   * @param waiting the number of tasks that no controller has received; on the embedded broker
   *     those that controllers have received are included
   * @param retrying the number of tasks in its retry queues
   * @param dead the number of its dead letters
   * @param consumers the number of controllers that consume it now
   */
  public record QueueDepth(long waiting, long retrying, long dead, int consumers) {

    /** Returns a copy with {@code held} fewer waiting tasks. */
    public QueueDepth withoutHeld(long held) {
      return new QueueDepth(Math.max(0, waiting - held), retrying, dead, consumers);
    }
  }

  /**
   * Pulls the tripwire: deletes the armed queue. Every controller kills all, requeues and holds.
   *
   * @return the number of controllers that listened to it
   * @throws UnsupportedOperationException on the embedded broker, which tells nobody
   * @throws NoSuchQueueException if it has been pulled before
   * @throws NotAllowedException if the user may not delete it
   */
  public int pullTripwire() {
    if (!dialect.hasTripwire()) {
      throw new UnsupportedOperationException(
          dialect.product() + " tells no controller that a queue was deleted: it has no tripwire");
    }
    int listening = controllers();
    requests.tell(
        "the deletion of the tripwire", channel -> channel.queueDelete(namespace.armedQueue()));
    return listening;
  }
}
