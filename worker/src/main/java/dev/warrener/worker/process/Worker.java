package dev.warrener.worker.process;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.FrameWriter;
import dev.warrener.worker.frame.HeaderKey;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The worker process. A controller starts it with two pipes, whose descriptors are in environment
 * variables. It runs the controller's tasks until it is stopped or killed, or its controller is
 * gone.
 *
 * <p>The code up to READY must load few classes, because a host starts many workers at once. It
 * uses no lambdas, string templates, regular expressions, calendar or JSON.
 */
public final class Worker {
  /** The environment variable with the descriptor that frames are read from. */
  public static final String FRAMES_IN = "WARRENER_FRAMES_IN";

  /** The environment variable with the descriptor that frames are written to. */
  public static final String FRAMES_OUT = "WARRENER_FRAMES_OUT";

  /** The most tasks that may wait in this process: 1000, far above the default of a controller. */
  private static final long MOST_AHEAD = 1000;

  private final HandlerSource source;
  private final long maximumResultBytes;
  private final ProcessEnd end;

  Worker(HandlerSource source, long maximumResultBytes, ProcessEnd end) {
    this.source = source;
    this.maximumResultBytes = maximumResultBytes;
    this.end = end;
  }

  /**
   * Runs a worker in this process.
   *
   * @param arguments {@value WorkerArguments#USAGE}
   */
  public static void main(String[] arguments) {
    var end = new SelfDestruction();
    try {
      WorkerArguments options = WorkerArguments.parse(arguments);
      // File streams, because the interruption of a handler's thread would close a channel.
      var in = new FileInputStream(descriptor(FRAMES_IN));
      var out = new FileOutputStream(descriptor(FRAMES_OUT));
      var runs = new RunQueue(Thread.currentThread());
      StopSignal.install(runs);
      new Worker(options, options.maximumResultBytes(), end).run(in, out, runs);
    } catch (UnusableWorkerException e) {
      end.exit(ProcessEnd.MISCONFIGURED, String.valueOf(e.getMessage()));
    } catch (FileNotFoundException e) {
      end.exit(
          ProcessEnd.MISCONFIGURED,
          "a descriptor named by "
              + FRAMES_IN
              + " or "
              + FRAMES_OUT
              + " can't be opened: "
              + e.getMessage());
    } catch (OutOfMemoryError e) {
      end.outOfMemory();
    }
  }

  /** Runs tasks on the calling thread until the worker is asked to stop, and then exits. */
  void run(InputStream in, OutputStream out, RunQueue runs) throws UnusableWorkerException {
    var outbox = new Outbox(new FrameWriter(out), end);
    var listener = new FrameListener(new IdleAwareInputStream(in), runs, outbox, end);
    // Started first, so that the end of the channel is noticed while handlers are created.
    Threads.startDaemon("frames-in", listener);
    Threads.startDaemon("frames-out", outbox);
    var output = new CapturedOutput(outbox);
    output.install();
    Handlers handlers = source.load();
    listener.awaitHello();
    outbox.post(ready(handlers));
    new RunLoop(handlers, runs, outbox, output, maximumResultBytes, end).run();
    end.exit(ProcessEnd.STOPPED);
  }

  private static Frame ready(Handlers handlers) {
    var ready =
        Frame.builder(FrameType.READY)
            .field(HeaderKey.VERSION, Frame.PROTOCOL_VERSION)
            .field(HeaderKey.HANDLERS, String.join(",", handlers.names()))
            .field(HeaderKey.AHEAD, MOST_AHEAD);
    if (!handlers.unavailable().isEmpty()) {
      ready.field(HeaderKey.UNAVAILABLE, String.join("\n", handlers.unavailable()));
    }
    return ready.build();
  }

  private static String descriptor(String variable) throws UnusableWorkerException {
    String number = System.getenv(variable);
    if (number == null) {
      throw new UnusableWorkerException(
          "this is a worker, which a controller starts: " + variable + " is not set");
    }
    return "/dev/fd/" + number;
  }
}
