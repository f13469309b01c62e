package dev.warrener.messaging.broker;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The controller's connection for tasks: it consumes and settles, and never publishes, so that an
 * alarm at the broker can't block a settlement. Each queue has a channel of its own. The connection
 * is kept up; each new one is a new generation, on which nothing is consumed until {@link #consume}
 * is called again.
 *
 * <p>Thread-safe. Calls that ask the broker something block for at most a few request timeouts, and
 * must not be made from the listener.
 */
public final class TaskIntake implements AutoCloseable {

  /**
   * Hears what happens. Called on the intake's own threads, in order for each queue; must not
   * block.
   */
  public interface Listener {
    /** A connection is up. Nothing is consumed on it yet. */
    void up(long generation);

    /**
     * The connection is gone, and with it every delivery of that generation.
     *
     * @param reason a sentence
     * @param silence for how long the broker had not been heard when it was declared lost
     */
    void down(long generation, String reason, Duration silence);

    /** A message has arrived. */
    void delivered(Delivery delivery);

    /**
     * The broker has ended the consumption of a queue, with everything that was not settled: the
     * queue was deleted, or the channel closed. {@link TaskIntake#consume} starts it again.
     */
    void consumptionEnded(long generation, String queue, String reason);
  }

  /** Prepares the connection; {@link #start} makes it. */
  public TaskIntake(BrokerAccess access, Listener listener) {
    NotBuilt.yet();
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {}

  /**
   * Waits until a connection is up.
   *
   * @throws BrokerUnreachableException if none is up in time, with the last attempt's reason
   * @throws NotAllowedException as soon as the broker refuses user, password or virtual host
   */
  public void awaitUp(Duration timeout) {}

  /**
   * Declares {@code queue} and consumes it, or changes the look-ahead if it is consumed already.
   * What was delivered before a change is still in hand and does not count against the new
   * look-ahead.
   *
   * @param lookAhead the most unsettled deliveries, 1 to 65535
   * @throws BrokerException as {@link Topology#declareQueue}, or if there is no connection
   */
  public void consume(String queue, QueueSettings settings, int lookAhead) {}

  /**
   * Ends the consumption of {@code queue}. When it returns, every delivery of it has been reported;
   * they can still be settled. Does nothing if it isn't consumed.
   */
  public void cancel(String queue) {}

  /**
   * Acknowledges: the message is gone.
   *
   * @throws IllegalStateException if the delivery was settled before
   */
  public Settlement acknowledge(Delivery delivery) {
    return NotBuilt.yet();
  }

  /**
   * Hands the message back to its queue. To keep the order, hand back in order of arrival; cancel
   * before, or it comes straight back.
   *
   * @throws IllegalStateException if the delivery was settled before
   */
  public Settlement requeue(Delivery delivery) {
    return NotBuilt.yet();
  }

  /**
   * Waits until the broker has taken every settlement of {@code queue} that was sent before.
   *
   * @throws BrokerUnreachableException if the connection is lost before that is shown
   */
  public void barrier(String queue) {}

  /** Drops the waiting messages of {@code queue} and of its retry queues, and says how many. */
  public long purge(String queue) {
    return NotBuilt.yet();
  }

  /**
   * Moves the waiting messages of {@code queue} and of its retry queues: each is handed to {@code
   * move}, and acknowledged when that says true; on false or an error it stays in the queue. Those
   * that come in meanwhile may be left.
   *
   * @return how many were moved, and how many were not
   */
  public Sweep sweep(String queue, Function<Delivery, CompletionStage<Boolean>> move) {
    return NotBuilt.yet();
  }

  /**
   * How a sweep went.
   *
   * @param moved messages that are gone from the queue
   * @param left messages that are still in it
   */
  public record Sweep(long moved, long left) {}

  @Override
  public void close() {}
}
