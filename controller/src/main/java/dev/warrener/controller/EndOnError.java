package dev.warrener.controller;

import dev.warrener.messaging.text.Printable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends the process when a thread ends by an exception or an {@link Error} that nothing there
 * handles, or when a thread that goes on after an error tells of it: a controller that has lost a
 * thread, or has no memory, can't be relied on for a kill. It says so in one sentence on stderr and
 * ends at once, without closing anything: its workers die with it, and the broker hands its tasks
 * to others. Where the VM runs with {@code -XX:+ExitOnOutOfMemoryError}, as the launcher has it,
 * want of memory ends it before it comes here.
 *
 * <p>A thread whose loss harms nothing has a handler of its own, so its exceptions do not come
 * here: see {@code Connecting.expendable}.
 */
public final class EndOnError implements Thread.UncaughtExceptionHandler {
  /** How long the sentence may take: nobody may read stderr. */
  private static final long PATIENCE_SECONDS = 1;

  private final int status;
  private final CountDownLatch ending = new CountDownLatch(1);

  private EndOnError(int status) {
    this.status = status;
  }

  /** Ends the process with this status from now on, when a thread ends by what it throws. */
  public static void install(int status) {
    var handler = new EndOnError(status);
    // Started now: later there may be no memory for a thread.
    Thread.ofPlatform().daemon().name("end-on-error").start(handler::endSoon);
    initializeTheEnd();
    Thread.setDefaultUncaughtExceptionHandler(handler);
  }

  /**
   * Has the VM initialize the class by which a process ends. It does so at the first use otherwise,
   * for which there may be no memory: then neither {@code halt} nor SIGTERM would end the process.
   */
  private static void initializeTheEnd() {
    try {
      Class.forName("java.lang.Shutdown");
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("this Java VM ends in another way", e);
    }
  }

  @Override
  public void uncaughtException(Thread thread, Throwable thrown) {
    ending.countDown();
    try {
      say(
          "error: thread "
              + thread.getName()
              + " met "
              + Printable.line(String.valueOf(thrown))
              + where(thrown)
              + "; the controller ends, and its workers with it");
    } finally {
      Runtime.getRuntime().halt(status);
    }
  }

  private static String where(Throwable thrown) {
    var stack = thrown.getStackTrace();
    return stack.length == 0 ? "" : " at " + stack[0];
  }

  /** Writes to the descriptor itself: a stream in between may be locked by a thread that waits. */
  private static void say(String sentence) {
    @SuppressWarnings("resource") // Closing it would close stderr.
    var err = new FileOutputStream(FileDescriptor.err);
    try {
      err.write((sentence + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // Nobody reads it.
    }
  }

  private void endSoon() {
    try {
      ending.await();
      TimeUnit.SECONDS.sleep(PATIENCE_SECONDS);
    } catch (InterruptedException e) {
      return;
    }
    Runtime.getRuntime().halt(status);
  }
}
