package dev.warrener.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Counts the outcomes of many submits without keeping their futures. Thread-safe. */
final class Tally {
  private static final int KEPT = 100;

  private final List<PublishException> first = new ArrayList<>();
  private long open;
  private long confirmed;
  private long failed;

  /** Counts the outcome of a submit when its future completes. */
  CompletableFuture<Published> count(CompletableFuture<Published> answer) {
    synchronized (this) {
      open++;
    }
    return answer.whenComplete((published, error) -> answered(error));
  }

  private synchronized void answered(@Nullable Throwable error) {
    open--;
    if (error == null) {
      confirmed++;
    } else {
      failed++;
      var cause = error instanceof CompletionException ? error.getCause() : error;
      if (first.size() < KEPT && cause instanceof PublishException failure) {
        first.add(failure);
      }
    }
    notifyAll();
  }

  /**
   * Waits for the outcomes of all submits and returns their number.
   *
   * @throws SomeNotPublishedException if a task was not confirmed
   */
  synchronized long await() throws InterruptedException {
    while (open > 0) {
      wait();
    }
    if (failed > 0) {
      throw new SomeNotPublishedException(confirmed, failed, first);
    }
    return confirmed;
  }
}
