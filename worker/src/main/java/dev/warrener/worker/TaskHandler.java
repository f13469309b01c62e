package dev.warrener.worker;

/**
 * The code that runs tasks of one name. A worker process makes one instance of each handler when it
 * starts and runs one task at a time in it, all on the same thread, so a handler needs no locks.
 *
 * <p>Handlers are found by {@link java.util.ServiceLoader}: a public class with a public
 * constructor without parameters, named in the jar's {@code
 * META-INF/services/dev.warrener.worker.TaskHandler}.
 *
 * <p>A task may be run more than once, since a worker can die after the work and before it could
 * say so: make the work idempotent, with {@link TaskContext#id()} as the key.
 */
public interface TaskHandler {
  /**
   * The name by which tasks ask for this handler: a letter or digit, then at most 127 letters,
   * digits, dots, underscores and hyphens. Asked once.
   */
  String name();

  /**
   * Does one run of one task. Whatever it throws makes the run a failed one; its class, message and
   * stack are reported.
   *
   * <p>When the run is cancelled, {@link TaskContext#isCancelled} becomes true and this thread is
   * interrupted. Heeding that is a courtesy that lets the handler leave things tidy: what doesn't
   * end in time is killed.
   *
   * @param context what is known of the task, and ways to speak while it runs
   * @param input the task's body, unchanged; the handler may keep or change the array
   * @return the result; {@link TaskResult#none()} if there is none to give
   */
  TaskResult handle(TaskContext context, byte[] input) throws Exception;
}
