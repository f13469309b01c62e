package dev.warrener.messaging.broker;

import dev.warrener.messaging.task.ReceivedTask;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns tasks into messages and back, exactly as the contract says; and makes the copies of a
 * message that are published when a task moves. All copies keep id, body, and foreign headers, and
 * drop what the broker has added ({@code x-delivery-count}, {@code x-acquired-count}, {@code
 * x-death} and the like).
 */
public final class TaskCodec {
  private TaskCodec() {}

  /** The message of a task, persistent. */
  public static Message encode(Task task) {
    return NotBuilt.yet();
  }

  /** Reads a message that came from the queue of tasks {@code queue}. Throws nothing. */
  public static ReceivedTask decode(String queue, Message message) {
    return NotBuilt.yet();
  }

  /** The copy that goes to the dead letters: key {@code NAME.dead}. It no longer expires. */
  public static Message deadLetter(Message message, DeadLetterMark mark) {
    return NotBuilt.yet();
  }

  /** The copy that waits for run number {@code attempt}: key {@code NAME.retry.N} or NAME. */
  public static Message retry(Message message, int attempt, Instant now) {
    return NotBuilt.yet();
  }

  /**
   * The copy that waits in a retry queue without having been started: held, or not yet due. The
   * attempt stays; what is left of its expiration becomes {@code x-expires-at}.
   */
  public static Message delay(Message message, Instant now) {
    return NotBuilt.yet();
  }

  /**
   * The copy that an operator puts back into the queue: {@code x-requeued-at} is set, {@code
   * x-dead-*} are gone. If it had run and used up its attempts it gets one more.
   */
  public static Message requeue(Message message, Instant now) {
    return NotBuilt.yet();
  }

  /**
   * A faithful copy without its expiration, for the controller, which decides the headers itself.
   *
   * @param headers set on the copy; a null value removes the header. Instants are given as strings
   */
  public static Message copy(Message message, Map<String, ? extends @Nullable Object> headers) {
    return NotBuilt.yet();
  }

  /** Why the message is a dead letter, or null if nothing in it says so. */
  public static @Nullable DeadLetterMark mark(String queue, Message message) {
    return NotBuilt.yet();
  }
}
