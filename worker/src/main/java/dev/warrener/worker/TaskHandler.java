package dev.warrener.worker;

/**
 * The code that runs tasks of one name. A worker process makes one instance of each handler when it
 * starts and runs one task at a time in it, all on the same thread, so a handler needs no locks.
 *
 * <p>Handlers are found by {@link java.util.ServiceLoader}: a public class with a public
 * constructor without parameters, named in the jar's {@code
 * META-INF/services/dev.warrener.worker.TaskHandler}.
 *
 * <p>A task may run more than once, because a worker can die after the work is done and before its
 * end is reported. Make the work idempotent, with {@link TaskContext#id()} as the key.
 */
public interface TaskHandler {
  /**
   * Returns the name that tasks use for this handler: a letter or digit, then at most 127 letters,
   * digits, dots, underscores and hyphens. Called once.
   */
  String name();

  /**
   * Runs a task once. If this method throws, the run has failed; the class, message and stack trace
   * of the exception are reported.
   *
   * <p>When the run is cancelled, {@link TaskContext#isCancelled} becomes true and this thread is
   * interrupted. A handler need not react. If it does, it can clean up; if it has not ended in
   * time, its process is killed.
   *
   * @param context the properties of the task, its log, and the way to report progress
   * @param input the task's body, unchanged; the handler may keep or change the array
   * @return the result; {@link TaskResult#none()} for no value
   */
  TaskResult handle(TaskContext context, byte[] input) throws Exception;

  /**
   * Lets go of what the handler has held between tasks, such as connections. Called once, on the
   * same thread, when the worker ends in order: its controller has drained, or it takes no more
   * tasks. A worker that is killed, or dies, closes nothing, and one whose handlers have not closed
   * within five seconds is killed. Does nothing by default.
   */
  default void close() throws Exception {}
}
