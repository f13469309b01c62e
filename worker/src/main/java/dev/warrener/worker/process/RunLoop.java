package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;

/** Runs one task after another, on the thread that calls {@link #run}. */
final class RunLoop {
  private final Handlers handlers;
  private final RunQueue runs;
  private final Outbox outbox;
  private final CapturedOutput output;
  private final long maximumResultBytes;
  private final ProcessEnd end;

  RunLoop(
      Handlers handlers,
      RunQueue runs,
      Outbox outbox,
      CapturedOutput output,
      long maximumResultBytes,
      ProcessEnd end) {
    this.handlers = handlers;
    this.runs = runs;
    this.outbox = outbox;
    this.output = output;
    this.maximumResultBytes = maximumResultBytes;
    this.end = end;
  }

  /** Runs tasks until it is asked to stop. Returns when all frames are written. */
  void run() {
    while (true) {
      if (runs.isIdle()) {
        outbox.flush();
      }
      Run run = runs.next();
      if (run == null) {
        close();
        outbox.flush();
        return;
      }
      // FINISHED is written together with the next STARTED, or when no run waits.
      outbox.postWithNext(finish(run));
    }
  }

  /** Closes the handlers. What one of them throws is printed, and the next one is closed. */
  private void close() {
    for (TaskHandler handler : handlers.made()) {
      Thread.currentThread().setContextClassLoader(handler.getClass().getClassLoader());
      try {
        handler.close();
      } catch (OutOfMemoryError e) {
        end.outOfMemory();
        throw e;
      } catch (Throwable e) {
        System.err.println(
            "a handler could not be closed, "
                + handler.getClass().getName()
                + ": "
                + Failure.stackOf(e));
      }
      tidy();
    }
    System.out.flush();
    System.err.flush();
  }

  private Frame finish(Run run) {
    output.begin(run);
    TaskHandler handler = handlers.find(run.handler());
    Frame finished =
        handler == null ? run.failed(unknown(run.handler())) : startAndHandle(handler, run);
    run.end();
    runs.ended();
    if (handlers.isSpent()) {
      runs.stop();
    }
    tidy();
    output.end();
    return finished;
  }

  private Frame startAndHandle(TaskHandler handler, Run run) {
    outbox.postWithNext(run.started());
    // The pipe must have STARTED before the handler's first instruction. If this process is killed
    // then, the controller still knows that the task has started.
    outbox.flush();
    return handle(handler, run);
  }

  private Frame handle(TaskHandler handler, Run run) {
    // Libraries look for services and resources in it; tidy() takes it back.
    Thread.currentThread().setContextClassLoader(handler.getClass().getClassLoader());
    try {
      TaskResult result = handler.handle(run, run.input());
      return checked(run, result);
    } catch (OutOfMemoryError e) {
      end.outOfMemory();
      throw e;
    } catch (Throwable e) {
      return run.failed(Failure.of(e));
    }
  }

  private Frame checked(Run run, TaskResult result) {
    if (result == null) {
      return run.failed(
          new Failure(
              NullPointerException.class.getName(),
              "the handler returned null; TaskResult.none() says that there is no value"));
    }
    if (result.bytes().length > maximumResultBytes) {
      return run.failed(
          new Failure(
              ErrorType.RESULT_TOO_LARGE,
              "the handler returned "
                  + result.bytes().length
                  + " bytes, and at most "
                  + maximumResultBytes
                  + " are allowed; store large results elsewhere and return where"));
    }
    return run.succeeded(result);
  }

  private Failure unknown(String name) {
    return new Failure(
        ErrorType.UNKNOWN_HANDLER,
        "this worker has no handler '" + name + "'; it has " + String.join(", ", handlers.names()));
  }

  /**
   * Restores what a handler may have changed for the next one: interruption, class loader, output.
   */
  private void tidy() {
    Thread.interrupted();
    Thread.currentThread().setContextClassLoader(RunLoop.class.getClassLoader());
    output.install();
  }
}
