package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The handlers that a worker process has. Used by its main thread alone. */
interface Handlers {
  /** The names, in order. */
  Collection<String> names();

  /** A sentence about each handler that was offered and can't be used; empty for none. */
  List<String> unavailable();

  /** The handler for that name, or null if there is none. */
  @Nullable TaskHandler find(String name);
}
