package dev.warrener.producer.publish;

/** What to do about bad lines in the input. */
public enum BadLines {
  /** Publish nothing: every line is checked before the first task is published. */
  STOP,
  /** Publish the good lines as they come, and name the bad ones. */
  SKIP
}
