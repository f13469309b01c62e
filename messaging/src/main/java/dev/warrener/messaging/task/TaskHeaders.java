package dev.warrener.messaging.task;

/**
 * The names of the headers that the contract gives a meaning to, in a task's message and in a dead
 * letter's. All other headers of a message are {@link Task#headers}.
 */
public final class TaskHeaders {
  /** The batch that the task belongs to. */
  public static final String BATCH = "x-batch";

  /** The number of the next run, from 1. */
  public static final String ATTEMPT = "x-attempt";

  /** The most runs that the task may have. */
  public static final String MAX_ATTEMPTS = "x-max-attempts";

  /** The hard limit on one run, in milliseconds. */
  public static final String TIMEOUT = "x-timeout-ms";

  /** The time before which the task must not start. */
  public static final String NOT_BEFORE = "x-not-before";

  /** The number of runs that crashed their worker. It is kept among {@link Task#headers}. */
  public static final String CRASHES = "x-crashes";

  /**
   * The number of times that the broker has taken the task back from a consumer. Set by the broker
   * alone, in quorum queues; a return by order counts only before RabbitMQ 4.3.
   */
  public static final String DELIVERY_COUNT = "x-delivery-count";

  /** The time when a task that has waited in a retry queue expires. */
  public static final String EXPIRES_AT = "x-expires-at";

  /** The time when an operator put the task back from the dead letters. */
  public static final String REQUEUED_AT = "x-requeued-at";

  /** The W3C trace context. It is kept among {@link Task#headers}. */
  public static final String TRACEPARENT = "traceparent";

  /** The {@link DeadReason} of a dead letter. */
  public static final String DEAD_REASON = "x-dead-reason";

  /** A sentence for people that says why the task became a dead letter. */
  public static final String DEAD_DETAIL = "x-dead-detail";

  /** The error type of a dead letter's last run: a class name, {@code exit}, or the like. */
  public static final String DEAD_TYPE = "x-dead-type";

  /** The stack trace of the last run, or what its command printed last, with line feeds. */
  public static final String DEAD_STACK = "x-dead-stack";

  /** The id of the order that made the task a dead letter. */
  public static final String DEAD_ORDER = "x-dead-order";

  /** The time when the task became a dead letter. */
  public static final String DEAD_AT = "x-dead-at";

  /** The id of the controller that moved the task to the dead letters. */
  public static final String DEAD_CONTROLLER = "x-dead-controller";

  private TaskHeaders() {}
}
