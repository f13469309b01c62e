package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * Reads what the broker keeps about orders: the orders themselves, and what controllers reported
 * about them. The embedded broker keeps neither. For one thread.
 *
 * @param session the connection to read over
 * @param access whose fleet it is
 */
public record OrderStreams(LinkSession session, BrokerAccess access) {

  /**
   * Reads the log of orders, oldest first; empty where the broker keeps none. The same order may
   * stand in it several times.
   *
   * @throws NoSuchQueueException if there is no such fleet at this broker
   * @throws NotAllowedException if the user may not read it
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public List<ReceivedOrder> orders() {
    if (!session.dialect().keepsOrders()) {
      return List.of();
    }
    try {
      return new OrderStream(session, access, later -> {}).read();
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, access, "the log of orders");
    }
  }

  /**
   * Reads what controllers reported about orders, oldest first; empty where the broker keeps none.
   * A report may stand in it several times.
   *
   * @param since leaves out older reports
   * @throws NoSuchQueueException if there is no such fleet at this broker
   * @throws NotAllowedException if the user may not read it
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public List<ReceivedReport> outcomes(Instant since) {
    if (!session.dialect().keepsOrders()) {
      return List.of();
    }
    try {
      return new OutcomeStream(session, access).read(since);
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, access, "the reports about orders");
    }
  }
}
