package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A worker in this very process, which says how it would end instead of ending. While it lives,
 * {@link System#out} is the worker's.
 */
final class InProcessWorker implements AutoCloseable {
  /** How many bytes its handlers may return. */
  static final long MAXIMUM_RESULT_BYTES = 1_000;

  /** A handler that returns its input. */
  static final StubHandler ECHO =
      new StubHandler("echo", (context, input) -> TaskResult.of(context.contentType(), input));

  private static final int PIPE_BYTES = 1 << 16;

  private final PrintStream systemOut = System.out;
  private final PrintStream systemErr = System.err;
  private final MemoryPipe toWorker = new MemoryPipe(PIPE_BYTES);
  private final MemoryPipe fromWorker = new MemoryPipe(PIPE_BYTES);
  private final RecordedEnd end = new RecordedEnd();
  private final ControllerSide controller = new ControllerSide(fromWorker.in(), toWorker.out());
  private final Thread mainThread;

  InProcessWorker(TaskHandler... handlers) {
    mainThread = new Thread(() -> run(new GivenHandlers(handlers)), "worker-main");
    mainThread.setDaemon(true);
    mainThread.start();
  }

  /** Returns the controller's side of {@code worker}, which has been greeted and is ready. */
  static ControllerSide ready(InProcessWorker worker) throws IOException {
    worker.controller().hello();
    worker.controller().next(FrameType.READY);
    return worker.controller();
  }

  /** Returns a builder of a frame about the first attempt of a task. */
  static Frame.Builder ofTask(FrameType type, String id) {
    return Frame.builder(type).field(HeaderKey.TASK, id).field(HeaderKey.ATTEMPT, 1);
  }

  ControllerSide controller() {
    return controller;
  }

  /** The thread on which the handlers run. */
  Thread mainThread() {
    return mainThread;
  }

  /** Waits until the worker would end, and says how. */
  String end() throws InterruptedException {
    return end.await();
  }

  @Override
  public void close() throws IOException {
    controller.hangUp();
    fromWorker.out().close();
    System.setOut(systemOut);
    System.setErr(systemErr);
  }

  private void run(Handlers handlers) {
    try {
      new Worker(() -> handlers, MAXIMUM_RESULT_BYTES, end)
          .run(toWorker.in(), fromWorker.out(), new RunQueue(Thread.currentThread()));
    } catch (UnusableWorkerException e) {
      throw new AssertionError(e);
    }
  }

  private record GivenHandlers(Map<String, TaskHandler> handlers) implements Handlers {
    GivenHandlers(TaskHandler... handlers) {
      this(new LinkedHashMap<>());
      for (TaskHandler handler : handlers) {
        this.handlers.put(handler.name(), handler);
      }
    }

    @Override
    public Collection<TaskHandler> made() {
      return handlers.values();
    }

    @Override
    public List<String> unavailable() {
      return List.of();
    }

    @Override
    public Collection<String> names() {
      return handlers.keySet();
    }

    @Override
    public @Nullable TaskHandler find(String name) {
      return handlers.get(name);
    }
  }
}
