package dev.warrener.messaging.broker.admin;

import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.Requests;
import dev.warrener.messaging.broker.Topology;
import dev.warrener.messaging.broker.orders.OrderLog;
import dev.warrener.messaging.broker.orders.OutcomeLog;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import dev.warrener.messaging.broker.tasks.Purge;
import dev.warrener.messaging.report.Report;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * One connection for one piece of work, such as a command: it is not made again when it is lost.
 * Every call is bounded by the request timeout. Not thread-safe.
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
   * @throws BrokerUnreachableException if nobody answers there
   * @throws NotAllowedException if user, password or virtual host are refused
   */
  public static BrokerSession open(BrokerAccess access) {
    return new BrokerSession(access, Connecting.open(access, "session", 1));
  }

  /** What the broker is. */
  public Dialect dialect() {
    return dialect;
  }

  /** Makes and checks exchanges and queues over this connection. */
  public Topology topology() {
    return new Topology(requests, dialect);
  }

  /** Counts over this connection. */
  public FleetProbe probe() {
    return new FleetProbe(requests, dialect);
  }

  /** Reads and moves dead letters over this connection. */
  public DeadLetters deadLetters() {
    return new DeadLetters(open.connection(), requests, dialect);
  }

  /**
   * Reads the log of orders, oldest first; empty where the broker keeps none. The same order may
   * stand in it several times. Takes half a second if the log is empty.
   *
   * @throws NoSuchQueueException if there is no such fleet at this broker
   * @throws NotAllowedException if the user may not read it
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public List<ReceivedOrder> orders() {
    if (!dialect.keepsOrders()) {
      return List.of();
    }
    try {
      return new OrderLog(new LinkSession(1, open), requests.access(), live -> {}).read();
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, requests.access(), "the log of orders");
    }
  }

  /**
   * Reads what controllers have said about orders, oldest first; empty where the broker keeps none.
   * A report may stand in it several times. Takes half a second if nothing has been said.
   *
   * @param since from when on
   * @throws NoSuchQueueException if there is no such fleet at this broker
   * @throws NotAllowedException if the user may not read it
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public List<Report> outcomes(Instant since) {
    if (!dialect.keepsOrders()) {
      return List.of();
    }
    try {
      return new OutcomeLog(new LinkSession(1, open), requests.access()).read(since);
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, requests.access(), "what was said about orders");
    }
  }

  /** Drops the waiting tasks of a queue and of its retry queues, and says how many. */
  public long purge(String queue) {
    return new Purge(requests, dialect).of(queue);
  }

  @Override
  public void close() {
    requests.close();
    open.close(CLOSE_MILLIS);
  }
}
