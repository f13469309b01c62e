package dev.warrener.messaging.broker.admin;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.Requests;
import dev.warrener.messaging.broker.Topology;
import dev.warrener.messaging.broker.orders.OrderStreams;
import dev.warrener.messaging.broker.orders.QueueNames;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.broker.tasks.Purge;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;

/**
 * One connection for one piece of work, such as a command. It does not reconnect. The request
 * timeout bounds every call. Not thread-safe.
 */
public final class BrokerSession implements AutoCloseable {
  private static final int CLOSE_MILLIS = 1_000;

  private final Connecting.Open open;
  private final Requests requests;
  private final Dialect dialect;

  private BrokerSession(BrokerAccess access, Connecting.Open open) {
    this.open = open;
    this.requests = new Requests(open.connection(), access);
    this.dialect = Dialect.of(open.connection());
  }

  /**
   * Connects.
   *
   * @throws BrokerUnreachableException if the broker can't be reached
   * @throws NotAllowedException if user, password or virtual host are refused
   */
  public static BrokerSession open(BrokerAccess access) {
    return new BrokerSession(access, Connecting.open(access, "session", 1));
  }

  /** Returns the dialect of the broker. */
  public Dialect dialect() {
    return dialect;
  }

  /** Returns what declares exchanges and queues over this connection. */
  public Topology topology() {
    return new Topology(requests, dialect);
  }

  /** Returns what reads counts over this connection. */
  public FleetProbe probe() {
    return new FleetProbe(requests, dialect);
  }

  /** Returns what reads and moves dead letters over this connection. */
  public DeadLetters deadLetters() {
    return new DeadLetters(open.connection(), requests, dialect);
  }

  /** Reads the log of orders over this connection, as {@link OrderStreams#orders} does. */
  public List<ReceivedOrder> orders() {
    return streams().orders();
  }

  /** Reads the reports about orders over this connection, as {@link OrderStreams#outcomes} does. */
  public List<ReceivedReport> outcomes(Instant since) {
    return streams().outcomes(since);
  }

  private OrderStreams streams() {
    return new OrderStreams(new LinkSession(1, open), requests.access());
  }

  /** Reads the names of all queues of tasks over this connection, as {@link QueueNames#read}. */
  public SortedSet<String> queueNames() {
    return queueRegistry().read();
  }

  /**
   * Records the names of queues of tasks, as {@link QueueNames#add} does, and makes what keeps them
   * if it is missing.
   *
   * @throws NotAllowedException if this user may not record them, or may not make what is missing
   */
  public void recordQueues(Collection<String> queues) {
    topology().declareRegistry();
    queueRegistry().add(queues);
  }

  private QueueNames queueRegistry() {
    return new QueueNames(new LinkSession(1, open), requests.access());
  }

  /** Drops the waiting tasks of a queue and of its retry queues, and returns their number. */
  public long purge(String queue) {
    return new Purge(requests, dialect).of(queue);
  }

  @Override
  public void close() {
    requests.close();
    open.close(CLOSE_MILLIS);
  }
}
