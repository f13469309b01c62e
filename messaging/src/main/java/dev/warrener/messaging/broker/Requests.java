package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;

/**
 * Sends single requests to the broker. A refusal closes the channel; the next request opens another
 * one. Not thread-safe.
 */
public final class Requests implements AutoCloseable {

  /** One request on a channel. */
  public interface Request<T> {
    T on(Channel channel) throws IOException;
  }

  /** One request without an answer's value. */
  public interface Command {
    void on(Channel channel) throws IOException;
  }

  private final Connection connection;
  private final BrokerAccess access;
  private @org.jspecify.annotations.Nullable Channel channel;

  public Requests(Connection connection, BrokerAccess access) {
    this.connection = connection;
    this.access = access;
  }

  public BrokerAccess access() {
    return access;
  }

  /**
   * Sends a request and returns its answer.
   *
   * @param what the thing that the request is about, as the object of a sentence
   * @throws BrokerException if the broker refuses the request, or the connection is lost
   */
  public <T> T ask(String what, Request<T> request) {
    try {
      return request.on(open());
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, access, what);
    }
  }

  /** Sends a request as {@link #ask} does, and returns nothing. */
  public void tell(String what, Command command) {
    ask(
        what,
        on -> {
          command.on(on);
          return Boolean.TRUE;
        });
  }

  /** Whether a thing is at the broker, if the user may know. */
  enum Presence {
    THERE,
    MISSING,
    /** The queue belongs to another connection alone. */
    LOCKED,
    /** The user may not know. */
    HIDDEN
  }

  /** Asks whether something is there, by a passive declare. */
  Presence look(String what, Command passive) {
    try {
      passive.on(open());
      return Presence.THERE;
    } catch (IOException | ShutdownSignalException e) {
      if (BrokerErrors.hasCode(e, AMQP.NOT_FOUND)) {
        return Presence.MISSING;
      }
      if (BrokerErrors.isLocked(e)) {
        return Presence.LOCKED;
      }
      if (BrokerErrors.hasCode(e, AMQP.ACCESS_REFUSED)) {
        return Presence.HIDDEN;
      }
      throw BrokerErrors.ofRequest(e, access, what);
    }
  }

  private Channel open() throws IOException {
    var current = channel;
    if (current == null || !current.isOpen()) {
      current = connection.createChannel();
      if (current == null) {
        throw new IOException("the broker allows no more channels on this connection");
      }
      channel = current;
    }
    return current;
  }

  @Override
  public void close() {
    var current = channel;
    if (current != null && current.isOpen()) {
      try {
        current.abort();
      } catch (IOException | ShutdownSignalException e) {
        // It is of no use any more, and goes with its connection at the latest.
      }
    }
    channel = null;
  }
}
