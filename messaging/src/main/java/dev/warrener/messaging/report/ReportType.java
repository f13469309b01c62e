package dev.warrener.messaging.report;

/** The values of the field {@code type} of reports about orders. */
public final class ReportType {
  /** The type of {@link Report.ControllerHeard}. */
  public static final String CONTROLLER_HEARD = "controller.heard";

  /** The type of {@link Report.WorkerDead}, the death certificate. */
  public static final String WORKER_DEAD = "worker.dead";

  /** The type of {@link Report.WorkerUnconfirmed}. */
  public static final String WORKER_UNCONFIRMED = "worker.unconfirmed";

  /** The type of {@link Report.TaskSettled}. */
  public static final String TASK_SETTLED = "task.settled";

  /** The type of {@link Report.ControllerDone}. */
  public static final String CONTROLLER_DONE = "controller.done";

  /** The type of {@link Report.ControllerRefused}. */
  public static final String CONTROLLER_REFUSED = "controller.refused";

  private ReportType() {}
}
