package dev.warrener.messaging.report;

/**
 * The routing keys of what controllers report. A broker can limit the keys that a user may publish
 * with, and not what a message says. So a message whose body is about another controller, order or
 * queue than its key is believed by nobody.
 */
public final class ReportKeys {
  private ReportKeys() {}

  /** Returns the key of a report about an order. */
  public static String of(Report report) {
    return "kill." + report.order() + "." + report.controller();
  }

  /** Returns the key of a presence. */
  public static String of(Presence presence) {
    return "presence." + presence.id();
  }

  /** Returns the key of an event of a task. */
  public static String of(TaskEvent event) {
    return "task." + event.event().wire() + "." + event.queue();
  }

  /** Returns the key of an event of a worker. */
  public static String of(WorkerEvent event) {
    return "worker." + event.event().wire() + "." + event.controller();
  }

  /**
   * Returns a report that came with a routing key.
   *
   * @throws IllegalArgumentException if the key belongs to another one
   */
  public static Report require(String key, Report report) {
    requireSame(key, of(report));
    return report;
  }

  /**
   * Returns a presence that came with a routing key.
   *
   * @throws IllegalArgumentException if the key belongs to another one
   */
  public static Presence require(String key, Presence presence) {
    requireSame(key, of(presence));
    return presence;
  }

  /**
   * Returns an event of a task that came with a routing key.
   *
   * @throws IllegalArgumentException if the key belongs to another one
   */
  public static TaskEvent require(String key, TaskEvent event) {
    requireSame(key, of(event));
    return event;
  }

  /**
   * Returns an event of a worker that came with a routing key.
   *
   * @throws IllegalArgumentException if the key belongs to another one
   */
  public static WorkerEvent require(String key, WorkerEvent event) {
    requireSame(key, of(event));
    return event;
  }

  private static void requireSame(String key, String own) {
    if (!key.equals(own)) {
      throw new IllegalArgumentException(
          "it came with the routing key " + key + ", and its own is " + own);
    }
  }
}
