package dev.warrener.controller.fleet;

/** The headers that a controller reads from a task, or writes on the copies that it moves. */
final class TaskHeaders {
  static final String ATTEMPT = "x-attempt";
  static final String CRASHES = "x-crashes";
  static final String EXPIRES_AT = "x-expires-at";
  static final String DEAD_REASON = "x-dead-reason";
  static final String DEAD_DETAIL = "x-dead-detail";
  static final String DEAD_ORDER = "x-dead-order";
  static final String DEAD_AT = "x-dead-at";
  static final String DEAD_CONTROLLER = "x-dead-controller";

  private TaskHeaders() {}
}
