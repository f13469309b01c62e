package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import java.util.Collection;
import java.util.List;

/** One handler that runs whatever a task asks for. */
record HandlerForAll(TaskHandler handler) implements Handlers {
  @Override
  public Collection<String> names() {
    return List.of(handler.name());
  }

  @Override
  public List<String> unavailable() {
    return List.of();
  }

  @Override
  public TaskHandler find(String name) {
    return handler;
  }
}
