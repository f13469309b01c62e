package dev.warrener.worker.frame;

/** The names of the header fields in version 1. Readers ignore fields with other names. */
public final class HeaderKey {
  /** HELLO, READY: the protocol's version, a whole number. */
  public static final String VERSION = "version";

  /** HELLO: the worker's id, for example {@code web-1/2}. */
  public static final String WORKER = "worker";

  /** HELLO: which process of its slot this worker is, counted from 1. */
  public static final String INCARNATION = "incarnation";

  /** HELLO: the controller's id. */
  public static final String CONTROLLER = "controller";

  /** HELLO: the milliseconds without a frame after which the worker ends itself. */
  public static final String LEASE_MILLIS = "lease-millis";

  /** READY: the names of the handlers, separated by commas, or {@code *} for any name. */
  public static final String HANDLERS = "handlers";

  /** READY: how many tasks may be sent before the worker is free; none if it is missing. */
  public static final String AHEAD = "ahead";

  /** The task's id. */
  public static final String TASK = "task";

  /** Which attempt at the task this run is, counted from 1. */
  public static final String ATTEMPT = "attempt";

  /** TASK: the queue that the task came from. */
  public static final String QUEUE = "queue";

  /** TASK: the name of the handler that is to run. */
  public static final String HANDLER = "handler";

  /** TASK: the batch that the task belongs to, if any. */
  public static final String BATCH = "batch";

  /** TASK: the time, in RFC 3339, after which the run is killed, if any. */
  public static final String DEADLINE = "deadline";

  /** TASK: the hard limit of this run in milliseconds, if any. */
  public static final String TIMEOUT_MILLIS = "timeout-millis";

  /** TASK: the prefix of the message's headers, as in {@code header.traceparent}. */
  public static final String PASSED_PREFIX = "header.";

  /** TASK, FINISHED: the media type of the payload. */
  public static final String CONTENT_TYPE = "content-type";

  /** CANCEL: the reason, a text for people. */
  public static final String REASON = "reason";

  /** FINISHED: {@link #SUCCEEDED} or {@link #FAILED}. */
  public static final String OUTCOME = "outcome";

  /** FINISHED: an {@link ErrorType}, or the class of what was thrown. */
  public static final String ERROR_TYPE = "error-type";

  /** FINISHED: the failure, a text for people. */
  public static final String ERROR_MESSAGE = "error-message";

  /** FINISHED: the stack trace, if known. */
  public static final String ERROR_STACK = "error-stack";

  /** LOG: {@code out}, {@code err} or {@code log}. */
  public static final String STREAM = "stream";

  /** PROGRESS: how many steps are done. */
  public static final String DONE = "done";

  /** PROGRESS: how many steps there are. */
  public static final String TOTAL = "total";

  /** LOG: the level: {@code debug}, {@code info}, {@code warn} or {@code error}. */
  public static final String LEVEL = "level";

  /** The {@link #OUTCOME} of a run whose handler returned. */
  public static final String SUCCEEDED = "succeeded";

  /** The {@link #OUTCOME} of a run whose handler threw, or whose command exited non-zero. */
  public static final String FAILED = "failed";

  private HeaderKey() {}
}
