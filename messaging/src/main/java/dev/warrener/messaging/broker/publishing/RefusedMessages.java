package dev.warrener.messaging.broker.publishing;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells what becomes of a message that the broker has closed a channel for, and remembers how large
 * a message may be: RabbitMQ tells its limit in no other way. Not thread-safe.
 */
final class RefusedMessages {
  private static final Pattern TOO_LARGE =
      Pattern.compile("message size (\\d+) is larger than (?:the )?configured max size (\\d+)");

  /** The codes by which a broker refuses the message itself, and not the place that it goes to. */
  private static final Set<Integer> AGAINST_THE_MESSAGE =
      Set.of(
          AMQP.CONTENT_TOO_LARGE,
          AMQP.PRECONDITION_FAILED,
          AMQP.FRAME_ERROR,
          AMQP.SYNTAX_ERROR,
          AMQP.COMMAND_INVALID,
          AMQP.UNEXPECTED_FRAME);

  private final BrokerAccess access;

  /** The largest body that the broker takes, if it has refused a larger one. */
  private long largestBody = Long.MAX_VALUE;

  RefusedMessages(BrokerAccess access) {
    this.access = access;
  }

  /** Forgets the limit, because the next connection may find another one. */
  void forgetLimit() {
    largestBody = Long.MAX_VALUE;
  }

  /** Learns the limit, if the broker has closed a channel because of it. */
  void learnLimit(ShutdownSignalException cause) {
    var told = TOO_LARGE.matcher(BrokerErrors.replyText(cause));
    if (told.find()) {
      largestBody = Long.parseLong(told.group(2));
    }
  }

  /** Returns the outcome of a message that the broker would refuse, or null if it may take it. */
  @Nullable PublishOutcome refusalOf(Publish publish) {
    return publish.size() <= largestBody
        ? null
        : new PublishOutcome.Unpublishable(
            "a message of "
                + publish.message.body()
                + " is larger than the broker takes: at most "
                + largestBody
                + " bytes (its max_message_size)");
  }

  /** Returns the outcome of a message that the broker has closed a channel for. */
  PublishOutcome outcomeOf(Publish publish, ShutdownSignalException cause) {
    var tooLarge = refusalOf(publish);
    if (tooLarge != null) {
      return tooLarge;
    }
    if (AGAINST_THE_MESSAGE.contains(BrokerErrors.replyCode(cause))) {
      return new PublishOutcome.Unpublishable(
          "the broker refused a message of "
              + publish.message.body()
              + ": "
              + BrokerErrors.replyText(cause));
    }
    var error = BrokerErrors.ofRequest(cause, access, "the exchange " + publish.exchange);
    return new PublishOutcome.Refused(String.valueOf(error.getMessage()), true);
  }
}
