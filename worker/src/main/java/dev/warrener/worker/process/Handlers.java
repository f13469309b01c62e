package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The handlers that a worker process has. Used by its main thread alone. */
interface Handlers {
  /** Returns their names, in order. */
  Collection<String> names();

  /** Returns a sentence about each handler that was offered and can't be used; empty for none. */
  List<String> unavailable();

  /** Returns the handler for a name, or null if there is none. */
  @Nullable TaskHandler find(String name);

  /** Returns those that were made, to be closed. */
  default Collection<TaskHandler> made() {
    return List.of();
  }

  /** Whether no further task should be run in this process. */
  default boolean isSpent() {
    return false;
  }
}
