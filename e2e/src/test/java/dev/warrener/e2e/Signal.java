package dev.warrener.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A signal from outside, as an operator's hand, an init system or the kernel would send it. */
enum Signal {
  STOP,
  CONT,
  KILL;

  /** Sends it. A process that has ended just now is fine. */
  void send(long pid) {
    try {
      new ProcessBuilder("kill", "-s", name(), "--", Long.toString(pid))
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
