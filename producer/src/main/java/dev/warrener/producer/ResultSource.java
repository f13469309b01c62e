package dev.warrener.producer;

/** Where results come in: the broker, or a test's own. */
interface ResultSource extends AutoCloseable {
  /** The name that goes into a task's {@code reply_to}. */
  String replyQueue();

  @Override
  void close();
}
