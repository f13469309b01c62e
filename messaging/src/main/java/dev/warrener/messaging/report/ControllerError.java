package dev.warrener.messaging.report;

import dev.warrener.messaging.Contract;
import org.jspecify.annotations.Nullable;

/**
 * A line that a controller sends over its control socket in place of a report: the other end may
 * not give orders, or has sent a line that is no order and has no id.
 *
 * @param version the version of the contract, 1
 * @param type {@code controller.error}
 * @param because a sentence for people
 * @param code why the connection is refused: {@link #TASK}, {@link #USER} or {@link #BUSY}; null if
 *     only a line is refused, or by a controller of an earlier release
 */
public record ControllerError(int version, String type, String because, @Nullable String code) {
  /** The value of {@code type}. */
  public static final String TYPE = "controller.error";

  /** The other end is a task, or may be one. */
  public static final String TASK = "task";

  /** The user at the other end may not give orders to this controller. */
  public static final String USER = "user";

  /** There is no room for another connection at the moment. */
  public static final String BUSY = "busy";

  public ControllerError {
    if (version != Contract.VERSION || !type.equals(TYPE)) {
      throw new IllegalArgumentException(
          "not a "
              + TYPE
              + " of version "
              + Contract.VERSION
              + " but "
              + type
              + " of version "
              + version);
    }
  }

  /** Returns the line of a controller that refuses a connection. */
  public static ControllerError of(@Nullable String code, String because) {
    return new ControllerError(Contract.VERSION, TYPE, because, code);
  }
}
