package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Waits, without a clock, until the broker has delivered all that it had of a stream.
 *
 * <p>An empty stream and one that has not answered yet look alike. But the broker serves a channel
 * in order, and it reads the stream for a new consumer only after it has told the earlier ones of
 * the channel what there is. So a second consumer is begun and ended on the same channel. When its
 * end is heard, the first one has heard of the stream, and whatever it was sent came before. That
 * goes on until one round has brought nothing more: a consumer gets the next messages only when it
 * has acknowledged some.
 *
 * <p>Here time decides only that reading has failed.
 */
final class StreamBarrier {
  /** The first round proves that the stream was asked, the second that its answer has come. */
  private static final int LEAST_ROUNDS = 2;

  /** The longest that the broker's answer may be on its way through this program. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private StreamBarrier() {}

  /**
   * Waits until a consumer of the channel has received all that is in the stream. It acknowledges
   * what it receives.
   *
   * @param received returns how many messages the consumer has received and acknowledged
   * @throws IOException if the channel ends meanwhile
   */
  static void pass(Channel channel, String stream, LongSupplier received) throws IOException {
    long before = -1;
    for (int round = 0; round < LEAST_ROUNDS || received.getAsLong() > before; round++) {
      before = received.getAsLong();
      var probe = new Probe(channel);
      var tag = channel.basicConsume(stream, false, Map.of(Message.STREAM_OFFSET, "next"), probe);
      channel.basicCancel(tag);
      probe.awaitEnd();
    }
  }

  /**
   * A consumer of what is yet to come. Its end is heard by the thread that hears the deliveries of
   * the channel, and after them.
   */
  private static final class Probe extends DefaultConsumer {
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();

    Probe(Channel channel) {
      super(channel);
    }

    @Override
    public void handleCancelOk(String tag) {
      end.complete(true);
    }

    @Override
    public void handleCancel(String tag) {
      end.completeExceptionally(new IOException("the broker ended the reading of a stream"));
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException cause) {
      end.completeExceptionally(cause);
    }

    void awaitEnd() throws IOException {
      try {
        end.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw new IOException(BrokerErrors.reason(e), e);
      } catch (TimeoutException e) {
        throw new IOException(
            "the end of a stream was not found in " + LIMIT.toSeconds() + " s", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading a stream", e);
      }
    }
  }
}
