package dev.warrener.controller;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Something that is done a little later, so that what fails at once is not tried without end. */
final class Pause {
  private Pause() {}

  static void before(Duration delay, Runnable then) {
    var _ =
        CompletableFuture.runAsync(
            then, CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS));
  }
}
