package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.wire.UnreadableHeaders;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells for whom a broker vouches as the sender of a message. RabbitMQ compares {@code user_id}
 * with the connection's user when a message is published, and never again. A queue that
 * dead-letters, or a binding between exchanges, sends the message on with the same {@code user_id},
 * to wherever the owner of that queue or binding wants it. So the user is the sender only of a
 * message that arrives as it was published.
 */
public final class VouchedUser {
  /** RabbitMQ 4's name for the header of dead-lettering towards clients of AMQP 1.0. */
  private static final String DEATHS_OF_AMQP_1 = "x-opt-death";

  private VouchedUser() {}

  /**
   * Returns the user who published a message to one of these exchanges, or null if the broker
   * vouches for nobody.
   *
   * @param exchanges the exchanges to which messages of this kind are published
   */
  public static @Nullable String of(
      Envelope envelope, BasicProperties properties, Set<String> exchanges) {
    return isSentOn(envelope, properties, exchanges) ? null : properties.getUserId();
  }

  /**
   * Returns the user who published a task, or null if the broker vouches for nobody. A task that
   * has waited in a retry queue of its own queue was sent on by nobody else.
   *
   * @param queue the queue that the task came from
   */
  public static @Nullable String ofTask(Namespace namespace, String queue, Message task) {
    var headers = task.headers();
    if (headers.containsKey(UnreadableHeaders.MARK)
        || (headers.keySet().stream().anyMatch(VouchedUser::isOfDeath)
            && !hasOnlyWaited(headers.get(Headers.DEATHS), namespace, queue))) {
      return null;
    }
    return task.userId();
  }

  /**
   * Whether the broker has sent a message on from another queue or exchange, or nobody can tell:
   * some of its headers could not be read.
   *
   * @param exchanges the exchanges to which messages of this kind are published
   */
  public static boolean isSentOn(
      Envelope envelope, BasicProperties properties, Set<String> exchanges) {
    var headers = properties.getHeaders();
    return !exchanges.contains(envelope.getExchange())
        || (headers != null
            && headers.keySet().stream()
                .anyMatch(name ->
                    isOfDeath(name)
                        || name.startsWith(DEATHS_OF_AMQP_1)
                        || name.equals(UnreadableHeaders.MARK)));
  }

  /**
   * Whether a broker adds the header when it dead-letters. A stream of RabbitMQ 3.10 keeps only
   * those that are text.
   */
  private static boolean isOfDeath(String name) {
    return name.equals(Headers.DEATHS)
        || name.startsWith("x-first-death-")
        || name.startsWith("x-last-death-");
  }

  private static boolean hasOnlyWaited(@Nullable Object deaths, Namespace namespace, String queue) {
    return deaths instanceof List<?> all
        && !all.isEmpty()
        && all.stream()
            .allMatch(death ->
                death instanceof Map<?, ?> fields
                    && "expired".equals(fields.get("reason"))
                    && fields.get("queue") instanceof String from
                    && retryQueues(namespace, queue).contains(from));
  }

  private static Collection<String> retryQueues(Namespace namespace, String queue) {
    return Namespace.RETRY_SECONDS.stream()
        .map(seconds -> namespace.retryQueue(queue, seconds))
        .toList();
  }
}
