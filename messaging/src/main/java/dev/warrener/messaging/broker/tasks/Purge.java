package dev.warrener.messaging.broker.tasks;

import com.rabbitmq.client.Channel;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.Requests;
import java.io.IOException;

/** Drops waiting tasks. Tasks that a controller has received stay. */
public final class Purge {
  private final Requests requests;
  private final Dialect dialect;

  public Purge(Requests requests, Dialect dialect) {
    this.requests = requests;
    this.dialect = dialect;
  }

  /**
   * Drops the waiting tasks of {@code queue} and of its retry queues, and returns their number.
   *
   * @throws NoSuchQueueException if there is no such queue
   */
  public long of(String queue) {
    var namespace = requests.access().namespace();
    long dropped = one(queue, namespace.taskQueue(queue));
    for (int seconds : Namespace.RETRY_SECONDS) {
      try {
        dropped += one(queue, namespace.retryQueue(queue, seconds));
      } catch (NoSuchQueueException e) {
        // A queue that was made by hand may have fewer of them.
      }
    }
    return dropped;
  }

  private long one(String queue, String name) {
    var what = "queue " + queue;
    if (!dialect.purgeTakesHeldMessages()) {
      return requests.<Long>ask(what, channel -> (long) channel.queuePurge(name).getMessageCount());
    }
    // A get on a missing queue would end the whole connection there.
    requests.tell(what, channel -> channel.queueDeclarePassive(name));
    return requests.<Long>ask(what, channel -> drain(channel, name));
  }

  private static long drain(Channel channel, String name) throws IOException {
    long dropped = 0;
    while (channel.basicGet(name, true) != null) {
      dropped++;
    }
    return dropped;
  }
}
