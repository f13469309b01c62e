package dev.warrener.producer;

/** A source of results: the broker, or an implementation for tests. */
interface ResultSource extends AutoCloseable {
  /** Returns the name of the reply queue, for a task's {@code reply_to}. */
  String replyQueue();

  @Override
  void close();
}
