package dev.warrener.messaging.broker.reports;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.task.ResultMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives the results of one publisher's tasks, on a reply queue that keeps its name over
 * reconnects. On RabbitMQ the queue outlives a lost connection by ten minutes, and results that
 * come while the connection is away wait in it. On the embedded broker controllers try for half a
 * minute to publish them, unless they have many such. Thread-safe.
 */
public final class ResultFeed extends Feed {

  /** Receives results. Called on one thread at a time, in order; must not block. */
  public interface Listener {
    /** Takes a result, perhaps not for the first time. */
    void result(ResultMessage result, @Nullable String correlationId);

    /** Takes a message that could not be read. */
    default void unreadable(@Nullable String correlationId, String because) {}
  }

  /** Prepares the connection; {@link #start} makes it. */
  public ResultFeed(BrokerAccess access, Listener listener) {
    super(
        new ReplyQueue(
            access,
            "results",
            access.namespace().resultsExchange(),
            List.of(),
            new Reading(listener)));
  }

  private static final class Reading implements ReplyQueue.Listener {
    private final Listener listener;

    Reading(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void received(
        String routingKey, @Nullable String userId, BasicProperties properties, byte[] body) {
      listener.result(ContractJson.readResult(body), properties.getCorrelationId());
    }

    @Override
    public void unreadable(String routingKey, BasicProperties properties, String because) {
      listener.unreadable(properties.getCorrelationId(), because);
    }
  }

  /** Returns the reply queue's name, for the {@code reply_to} of tasks. */
  public String replyQueue() {
    return queue().name();
  }
}
