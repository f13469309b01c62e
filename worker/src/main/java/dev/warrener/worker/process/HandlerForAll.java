package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import java.util.Collection;
import java.util.List;

/** A set of handlers with a single one, which runs a command for the tasks of every name. */
record HandlerForAll(CommandHandler handler) implements Handlers {
  @Override
  public Collection<String> names() {
    return List.of(handler.name());
  }

  @Override
  public TaskHandler find(String name) {
    return handler;
  }

  @Override
  public boolean isSpent() {
    return handler.isSpent();
  }
}
