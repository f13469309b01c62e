package dev.warrener.producer;

/** The place that results come from: the broker, or a test's own. */
interface ResultSource extends AutoCloseable {
  /** Returns the name for a task's {@code reply_to}. */
  String replyQueue();

  @Override
  void close();
}
