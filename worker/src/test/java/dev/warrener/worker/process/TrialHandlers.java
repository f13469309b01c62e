package dev.warrener.worker.process;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Handlers that do what handlers shouldn't, for tests with real processes. */
public final class TrialHandlers {
  static final List<String> CLASS_NAMES =
      List.of(
          Garbage.class.getName(),
          Exiting.class.getName(),
          Stubborn.class.getName(),
          Hooked.class.getName(),
          Spinning.class.getName(),
          Uninvited.class.getName());

  private TrialHandlers() {}

  /** Writes what looks like frames to whatever it can reach. */
  public static final class Garbage implements TaskHandler {
    private static final byte[] LIKE_A_FRAME = {0, 0, 0, 3, 21, 0, 0};

    @Override
    public String name() {
      return "garbage";
    }

    @Override
    public TaskResult handle(TaskContext context, byte[] input)
        throws IOException, InterruptedException {
      System.out.write(LIKE_A_FRAME);
      System.out.println("printed");
      // Not closed: the descriptor is the process's.
      var descriptor = new FileOutputStream(FileDescriptor.out);
      descriptor.write(LIKE_A_FRAME);
      descriptor.write("raw\n".getBytes(StandardCharsets.UTF_8));
      new ProcessBuilder("sh", "-c", "echo inherited; echo 3 >&3; echo 4 >&4; cat")
          .inheritIO()
          .start()
          .waitFor();
      return TaskResult.none();
    }
  }

  /** Exits. */
  public static final class Exiting implements TaskHandler {
    @Override
    public String name() {
      return "exit";
    }

    @Override
    public TaskResult handle(TaskContext context, byte[] input) {
      System.exit(7);
      return TaskResult.none();
    }
  }

  /** Heeds no interruption, ever. */
  public static final class Stubborn implements TaskHandler {
    @Override
    public String name() {
      return "stubborn";
    }

    @Override
    public TaskResult handle(TaskContext context, byte[] input) {
      while (true) {
        LockSupport.park(this);
        if (Thread.interrupted()) {
          System.out.println("no");
        }
      }
    }
  }

  /** Goes into a compiled loop of a minute without a safepoint, and says so. */
  public static final class Spinning implements TaskHandler {
    @Override
    public String name() {
      return "spinning";
    }

    @Override
    public TaskResult handle(TaskContext context, byte[] input) {
      double sum = 0;
      for (int loop = 0; loop < 20; loop++) {
        sum += spin(200_000);
      }
      System.out.println("compiled");
      return TaskResult.json(Double.toString(sum + spin(Integer.MAX_VALUE)));
    }

    private static double spin(int rounds) {
      double sum = 0;
      for (int round = 0; round < rounds; round++) {
        sum = Math.sin(sum + round);
      }
      return sum;
    }
  }

  /** Leaves a shutdown hook that never ends. */
  public static final class Hooked implements TaskHandler {
    @Override
    public String name() {
      return "hook";
    }

    @Override
    public TaskResult handle(TaskContext context, byte[] input) {
      Runtime.getRuntime().addShutdownHook(new Thread(TrialHandlers::parkForEver));
      return TaskResult.none();
    }
  }

  /** Prints while it is being made. */
  public static final class Uninvited implements TaskHandler {
    public Uninvited() {
      System.out.println("made");
    }

    @Override
    public String name() {
      return "uninvited";
    }

    @Override
    public TaskResult handle(TaskContext context, byte[] input) {
      return TaskResult.none();
    }
  }

  private static void parkForEver() {
    while (true) {
      LockSupport.park();
    }
  }
}
