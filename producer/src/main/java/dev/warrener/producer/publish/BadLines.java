package dev.warrener.producer.publish;

/** What becomes of an input in which a line is bad. */
public enum BadLines {
  /** Nothing is published: every line is checked before the first task goes. */
  STOP,
  /** The good lines are published, as they come; the bad ones are named. */
  SKIP
}
