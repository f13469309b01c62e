package dev.warrener.controller.process.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.linux.Poller;
import java.time.Duration;

/** A poller on a thread of its own, for tests of pipes. */
final class PollerThread implements AutoCloseable {
  private final Poller poller = new Poller();
  private final Thread thread = Thread.ofPlatform().name("poller").start(poller);

  Poller poller() {
    return poller;
  }

  @Override
  public void close() {
    poller.stop();
    try {
      assertThat(thread.join(Duration.ofSeconds(30))).as("the poller's thread ends").isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
