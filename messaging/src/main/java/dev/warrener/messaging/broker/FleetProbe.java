package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.Queue.DeclareOk;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Requests.Presence;

/**
 * Asks the broker itself for counts, by passive declares. On RabbitMQ 4.3 that needs a right on
 * what is asked for. Not thread-safe.
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
   * How many controllers listen for orders now: consumers of the armed queue.
   *
   * @throws NoSuchQueueException if the tripwire has been pulled, or there is no fleet
   */
  public int controllers() {
    return look("the tripwire", namespace.armedQueue()).getConsumerCount();
  }

  /** Whether the armed queue is there; also true if the user may not know. */
  public boolean armed() {
    var armed = namespace.armedQueue();
    return requests.look("the tripwire", channel -> channel.queueDeclarePassive(armed))
        != Presence.MISSING;
  }

  /**
   * How many controllers still run a process: consumers of the running queue.
   *
   * @throws NoSuchQueueException if there is no fleet
   */
  public int running() {
    return look("the fleet's running queue", namespace.runningQueue()).getConsumerCount();
  }

  /**
   * Counts of one queue.
   *
   * @throws NoSuchQueueException if there is none of that name
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
   * Whether {@link QueueDepth#waiting} includes tasks that controllers hold: the embedded broker.
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
   * Counts.
   *
   * @param waiting tasks in the queue that no controller holds; on the embedded broker those that
   *     are held, too
   * @param retrying tasks in its retry queues
   * @param dead tasks among its dead letters
   * @param consumers controllers that take tasks from it now
   */
  public record QueueDepth(long waiting, long retrying, long dead, int consumers) {

    /** The same without {@code held} of the tasks that wait. */
    public QueueDepth withoutHeld(long held) {
      return new QueueDepth(Math.max(0, waiting - held), retrying, dead, consumers);
    }
  }

  /**
   * Pulls the tripwire: deletes the armed queue. Every controller kills all, requeues and holds.
   *
   * @return how many controllers were listening to it
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
