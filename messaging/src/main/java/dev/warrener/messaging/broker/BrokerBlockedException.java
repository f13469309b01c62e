package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/**
 * The broker blocks publishers because of a memory or disk alarm, so no controller has received an
 * order. Exit status 69.
 */
public final class BrokerBlockedException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final String alarm;

  /**
   * Creates the exception.
   *
   * @param alarm which alarm
   * @param message a sentence for a person
   */
  public BrokerBlockedException(String alarm, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.alarm = alarm;
  }

  /** Returns the alarm, as the broker names it: {@code low on memory}. */
  public String alarm() {
    return alarm;
  }
}
