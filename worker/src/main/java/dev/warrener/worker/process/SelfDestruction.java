package dev.warrener.worker.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends this very process.
 *
 * <p>To end at once is to have {@code sh} send SIGKILL. {@link Runtime#halt} would wait for a
 * safepoint, which a handler in a counted loop may not reach for minutes, and takes 300 ms even
 * when it needn't; it is only the way out where there is no {@code sh}, and for the first process
 * of a PID namespace, which can't signal itself. Whoever launches a worker should set a
 * parent-death signal as well: that is the kernel's, and depends on nothing in here.
 */
final class SelfDestruction implements ProcessEnd {
  private static final int KILLED = 128 + 9;
  private static final long LAST_WORDS_MILLIS = 100;
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
      // Never $PPID: were this process gone by then, that would be the one which adopted the shell.
      String[] command = {"/bin/sh", "-c", "kill -KILL " + pid};
      try {
        Runtime.getRuntime().exec(command);
        Thread.sleep(SIGNAL_MILLIS);
      } catch (IOException | InterruptedException e) {
        // There is one more way.
      }
    }
    Runtime.getRuntime().halt(KILLED);
  }

  @Override
  public void kill(String sentence) {
    // The pipe behind stderr may be full, and whoever should empty it gone or frozen.
    var lastWords = new Thread(new LastWords(sentence), "last-words");
    lastWords.setDaemon(true);
    lastWords.start();
    try {
      lastWords.join(LAST_WORDS_MILLIS);
    } catch (InterruptedException e) {
      // Then without them.
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
      // Nobody listens.
    }
  }

  private final class LastResort implements Runnable {
    @Override
    public void run() {
      try {
        Thread.sleep(EXIT_MILLIS);
      } catch (InterruptedException e) {
        // Then sooner.
      }
      kill();
    }
  }

  private record LastWords(String sentence) implements Runnable {
    @Override
    public void run() {
      say(sentence);
    }
  }
}
