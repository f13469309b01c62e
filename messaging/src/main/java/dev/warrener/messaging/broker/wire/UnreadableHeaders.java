package dev.warrener.messaging.broker.wire;

/** The mark of a message whose properties or headers could not be read as they were published. */
public final class UnreadableHeaders {
  /**
   * The header that says in a sentence what could not be read. A message that was published with
   * such a header counts as unreadable, too.
   */
  public static final String MARK = "x-unreadable";

  /**
   * The deepest nesting of tables and arrays in a header's value: 32, which is as much as the AMQP
   * client reads.
   */
  public static final int DEEPEST = 32;

  private UnreadableHeaders() {}
}
