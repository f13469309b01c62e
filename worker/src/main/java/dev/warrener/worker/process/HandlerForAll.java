package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import java.util.Collection;
import java.util.List;

/** A set of handlers with a single one, which runs the tasks of every handler name. */
record HandlerForAll(TaskHandler handler) implements Handlers {
  @Override
  public Collection<String> names() {
    return List.of(handler.name());
  }

  @Override
  public TaskHandler find(String name) {
    return handler;
  }
}
