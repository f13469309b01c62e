package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The handlers that a worker process has. Used by its main thread alone. */
interface Handlers {
  /** Returns their names, in order. */
  Collection<String> names();

  /** Returns the handler for a name, or null if there is none. */
  @Nullable TaskHandler find(String name);

  /** Whether no further task should be run in this process. */
  default boolean isSpent() {
    return false;
  }
}
