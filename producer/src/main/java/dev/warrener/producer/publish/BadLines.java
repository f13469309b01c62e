package dev.warrener.producer.publish;

/** The ways in which a {@link PublishRun} treats lines that are no valid tasks. */
public enum BadLines {
  /** Publish nothing: every line is checked before the first task is published. */
  STOP,
  /** Publish the good lines as they come, and name the bad ones. */
  SKIP
}
