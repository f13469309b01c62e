package dev.warrener.messaging.broker;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The size of what a message has besides its body. AMQP wants all of it in one frame: the client
 * does not send more, and the broker closes the connection of whoever does.
 */
public final class MessageSize {
  /** The most bytes of a frame at a broker with its default settings. */
  public static final int FRAME = 128 << 10;

  /**
   * The most bytes that properties and headers of a new task may have: 96 KiB. The rest of the
   * frame is for what the broker and controllers add on the task's way through retries.
   */
  static final int LARGEST_TASK = 96 << 10;

  private MessageSize() {}

  /**
   * Returns how many bytes of a frame the properties and headers of a message take; {@link
   * Integer#MAX_VALUE} if the client can't write them.
   */
  static int of(Message message) {
    try {
      return message.properties().toFrame(0, 0).size();
    } catch (IllegalArgumentException e) {
      return Integer.MAX_VALUE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
