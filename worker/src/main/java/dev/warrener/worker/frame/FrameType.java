package dev.warrener.worker.frame;

import org.jspecify.annotations.Nullable;

/** The type of a frame. Codes below 16 go from the controller to the worker, the others back. */
public enum FrameType {
  /**
   * The controller's first frame: its id, the version that it speaks, the worker's id, the lease.
   */
  HELLO(1),
  /** A task to run; the payload is its input. */
  TASK(2),
  /** Asks the handler of one run to stop. */
  CANCEL(3),
  /** Asks the worker to finish the current run and then exit with status 0. */
  STOP(4),
  /** A sign of life, to be answered with a {@link #PONG}. */
  PING(5),
  /** Asks the worker to return a task that has not started. */
  RECALL(6),
  /** The worker reports that it is ready, with its version and its handlers. */
  READY(16),
  /** A run begins; sent before the handler's first instruction. */
  STARTED(17),
  /** A run has ended; the payload is the handler's value. */
  FINISHED(18),
  /** The progress of a run, as its handler reports it. */
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
