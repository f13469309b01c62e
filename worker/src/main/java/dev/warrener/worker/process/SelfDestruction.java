package dev.warrener.worker.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends this process.
 *
 * <p>To kill itself, it lets {@code sh} send SIGKILL. {@link Runtime#halt} waits for a safepoint,
 * which a handler in a counted loop may not reach for minutes, and takes 300 ms even without one.
 * So halt is used only if there is no {@code sh}, and in the first process of a PID namespace,
 * which can't signal itself. The launcher of a worker should set a parent-death signal, too,
 * because the kernel sends that whatever state this process is in.
 */
final class SelfDestruction implements ProcessEnd {
  private static final int KILLED = 128 + 9;
  private static final long WRITE_MILLIS = 100;
  private static final long SIGNAL_MILLIS = 2_000;
  private static final long EXIT_MILLIS = 2_000;

  @Override
  public void exit(int status) {
    System.exit(status);
  }

  @Override
  public void exit(int status, String sentence) {
    // Neither a full stderr nor a handler's shutdown hook may keep a broken worker alive.
    Threads.startDaemon("last-resort", new LastResort());
    say(sentence);
    System.exit(status);
  }

  @Override
  public void kill() {
    long pid = ProcessHandle.current().pid();
    if (pid != 1) {
      // Not $PPID: if this process is gone by then, $PPID is the process that adopted the shell.
      String[] command = {"/bin/sh", "-c", "kill -KILL " + pid};
      try {
        Runtime.getRuntime().exec(command);
        Thread.sleep(SIGNAL_MILLIS);
      } catch (IOException | InterruptedException e) {
        // Halt instead.
      }
    }
    Runtime.getRuntime().halt(KILLED);
  }

  @Override
  public void kill(String sentence) {
    // The pipe behind stderr may be full, and its reader gone or frozen: don't wait for it.
    var writer = new Thread(new StderrWriter(sentence), "stderr-writer");
    writer.setDaemon(true);
    writer.start();
    try {
      writer.join(WRITE_MILLIS);
    } catch (InterruptedException e) {
      // Kill without the sentence.
    }
    kill();
  }

  @Override
  public void outOfMemory() {
    Runtime.getRuntime().halt(OUT_OF_MEMORY);
  }

  private static void say(String sentence) {
    byte[] line = ("warrener worker: " + sentence + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      new FileOutputStream(FileDescriptor.err).write(line);
    } catch (IOException e) {
      // Nobody reads stderr any more.
    }
  }

  private final class LastResort implements Runnable {
    @Override
    public void run() {
      try {
        Thread.sleep(EXIT_MILLIS);
      } catch (InterruptedException e) {
        // Kill sooner.
      }
      kill();
    }
  }

  private record StderrWriter(String sentence) implements Runnable {
    @Override
    public void run() {
      say(sentence);
    }
  }
}
