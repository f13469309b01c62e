package dev.warrener.controller.process.pipe;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Pipes;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The three pipes between the controller and a worker. The controller makes them itself, because
 * the JDK's pipes need a waiting thread each, and another one drains them when the process ends.
 * Owned by the spawner's thread.
 */
public final class WorkerPipes {
  private final int[] toWorker;
  private final int[] frames;
  private final int[] output;
  private boolean workersEndsClosed;

  private WorkerPipes(int[] toWorker, int[] frames, int[] output) {
    this.toWorker = toWorker;
    this.frames = frames;
    this.output = output;
  }

  /**
   * Opens the pipes.
   *
   * @throws IOException if this process has too many files open
   */
  public static WorkerPipes open() throws IOException {
    List<int[]> made = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        made.add(Pipes.open());
      }
    } catch (IOException e) {
      for (int[] pipe : made) {
        Kernel.close(pipe[0]);
        Kernel.close(pipe[1]);
      }
      throw e;
    }
    return new WorkerPipes(made.get(0), made.get(1), made.get(2));
  }

  /**
   * Gives the other ends to a process that is about to be started. It opens them anew, so that its
   * ends block, as programs expect, while the controller's do not.
   */
  public void giveTo(ProcessBuilder process) {
    process.redirectInput(file(toWorker[0]));
    process.redirectOutput(file(frames[1]));
    process.redirectError(file(output[1]));
  }

  /** Closes the worker's ends, once its process is started and holds its own. */
  public void closeWorkersEnds() {
    if (!workersEndsClosed) {
      workersEndsClosed = true;
      Kernel.close(toWorker[0]);
      Kernel.close(frames[1]);
      Kernel.close(output[1]);
    }
  }

  /** Closes all ends, if no process was started or nobody serves it. */
  public void close() {
    closeWorkersEnds();
    Kernel.close(toWorker[1]);
    Kernel.close(frames[0]);
    Kernel.close(output[0]);
  }

  /** The controller's end of the pipe that the worker reads frames from. */
  public int toWorker() {
    return toWorker[1];
  }

  /** The controller's end of the pipe that the worker writes frames to. */
  public int frames() {
    return frames[0];
  }

  /** The controller's end of the pipe with the worker's output. */
  public int output() {
    return output[0];
  }

  private static File file(int descriptor) {
    return new File("/proc/self/fd/" + descriptor);
  }
}
