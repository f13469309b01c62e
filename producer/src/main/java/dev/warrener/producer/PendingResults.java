package dev.warrener.producer;

import dev.warrener.messaging.broker.reports.ResultFeed;
import dev.warrener.messaging.task.ResultMessage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The awaited results, by correlation id. Thread-safe. */
final class PendingResults implements ResultFeed.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(PendingResults.class);

  private record Pending(String taskId, CompletableFuture<ResultMessage> future) {}

  private final Map<String, Pending> pending = new ConcurrentHashMap<>();
  private final Executor callbacks;

  /**
   * Creates an empty set.
   *
   * @param callbacks the executor on which the futures complete
   */
  PendingResults(Executor callbacks) {
    this.callbacks = callbacks;
  }

  /** Returns a future for the result with a correlation id. A completed future is removed. */
  CompletableFuture<ResultMessage> expect(String correlationId, String taskId) {
    var future = new CompletableFuture<ResultMessage>();
    pending.put(correlationId, new Pending(taskId, future));
    var unused = future.whenComplete((result, error) -> pending.remove(correlationId));
    return future;
  }

  @Override
  public void result(ResultMessage result, @Nullable String correlationId) {
    var expected = take(correlationId);
    if (expected == null) {
      LOG.debug("the result of task {} is dropped: no future waits for it", result.task());
    } else {
      callbacks.execute(() -> expected.future.complete(result));
    }
  }

  @Override
  public void unreadable(@Nullable String correlationId, String because) {
    var expected = take(correlationId);
    if (expected == null) {
      LOG.warn("a result could not be read: {}", because);
    } else {
      fail(expected, "the result of task " + expected.taskId + " can't be read: " + because);
    }
  }

  /** Fails all futures that have not completed, and returns their number. */
  int giveUp() {
    var left = List.copyOf(pending.values());
    for (var expected : left) {
      fail(
          expected,
          "the client was closed before the result of task " + expected.taskId + " had come");
    }
    return left.size();
  }

  int size() {
    return pending.size();
  }

  private void fail(Pending expected, String because) {
    callbacks.execute(() ->
        expected.future.completeExceptionally(new ResultException(expected.taskId, because, null)));
  }

  /** Its place is free before its future's callbacks run, which may ask for the next result. */
  private @Nullable Pending take(@Nullable String correlationId) {
    return correlationId == null ? null : pending.remove(correlationId);
  }
}
