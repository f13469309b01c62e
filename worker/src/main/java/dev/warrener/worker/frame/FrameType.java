package dev.warrener.worker.frame;

import org.jspecify.annotations.Nullable;

/** What a frame says. Codes below 16 go from the controller to the worker, the others back. */
public enum FrameType {
  /**
   * The controller's first frame: who it is, which version it speaks, how long it may be silent.
   */
  HELLO(1),
  /** A task to run; the payload is its input. */
  TASK(2),
  /** Ask the handler of one run to stop. */
  CANCEL(3),
  /** Finish the current run, then exit with status 0. */
  STOP(4),
  /** A sign of life that wants a {@link #PONG}. */
  PING(5),
  /** Give a task back that has not started. */
  RECALL(6),
  /** The worker's first frame: which version it speaks and which handlers it has. */
  READY(16),
  /** A run begins; sent before the handler's first instruction. */
  STARTED(17),
  /** A run has ended; the payload is the handler's value. */
  FINISHED(18),
  /** What a handler says about how far it is. */
  PROGRESS(19),
  /** One line that a handler printed or logged. */
  LOG(20),
  /** The answer to a {@link #PING}. */
  PONG(21);

  private static final @Nullable FrameType[] BY_CODE = byCode();

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  /** The byte that stands for this type on the wire. */
  public int code() {
    return code;
  }

  /** The type with that code, or null if this version knows none. */
  static @Nullable FrameType ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  private static @Nullable FrameType[] byCode() {
    var types = new @Nullable FrameType[PONG.code + 1];
    for (FrameType type : values()) {
      types[type.code] = type;
    }
    return types;
  }
}
