package dev.warrener.worker.process;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A handler given by what it does. */
final class StubHandler implements TaskHandler {
  /** What a handler does. */
  interface Body {
    TaskResult handle(TaskContext context, byte[] input) throws Exception;
  }

  private final String name;
  private final Body body;
  private final BlockingQueue<String> started = new LinkedBlockingQueue<>();

  StubHandler(String name, Body body) {
    this.name = name;
    this.body = body;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    started.add(context.id());
    return body.handle(context, input);
  }

  /** Waits for the next run to begin, and says of which task. */
  String awaitStart() throws InterruptedException {
    return started.take();
  }

  /** The tasks of which a run has begun and was not waited for. */
  boolean hasStartedMore() {
    return !started.isEmpty();
  }
}
