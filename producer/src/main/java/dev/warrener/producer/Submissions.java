package dev.warrener.producer;

import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.publishing.PublishWindow;
import dev.warrener.messaging.task.Task;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The submitted tasks that have no outcome yet. A window bounds their number. A task that the
 * broker refuses is sent again, and each future completes once. Thread-safe.
 */
final class Submissions {
  private static final Logger LOG = LoggerFactory.getLogger(Submissions.class);

  private final ClientOptions options;
  private final TaskSink sink;
  private final ClientLink link;
  private final Callbacks callbacks;
  private final PublishWindow window;
  private final NamedWindow namedWindow;
  private final Retry retry;
  private final Set<Submission> submissions = ConcurrentHashMap.newKeySet();
  private final AtomicLong submitted = new AtomicLong();
  private final AtomicLong notPublished = new AtomicLong();
  private volatile boolean closed;

  Submissions(ClientOptions options, TaskSink sink, ClientLink link, Callbacks callbacks) {
    this.options = options;
    this.sink = sink;
    this.link = link;
    this.callbacks = callbacks;
    this.window = new PublishWindow(options.window(), options.windowBytes());
    this.namedWindow =
        new NamedWindow(
            window, "the window (" + options.window() + " tasks)", options.publishTimeout(), link);
    this.retry =
        Retry.of(
            "publish",
            RetryConfig.<Attempt>custom()
                .maxAttempts(options.attempts())
                .intervalFunction(
                    IntervalFunction.ofExponentialRandomBackoff(
                        options.firstWait(), 2, 0.5, options.longestWait()))
                .retryOnResult(attempt -> attempt.again)
                .retryOnException(error -> false)
                .build());
  }

  /** Publishes a task, as {@link WarrenerClient#submit} says. */
  CompletableFuture<Published> submit(Task task) {
    var submission = new Submission(task, System.nanoTime());
    submitted.incrementAndGet();
    var refusal = refusal(task);
    if (refusal == null) {
      refusal = namedWindow.enter(task.body().length());
    }
    if (refusal != null) {
      submission.fail(new RefusedException(task, refusal));
      return submission.answer;
    }
    submissions.add(submission);
    if (closed) {
      // giveUp() may have passed over the submissions before this one was added.
      submission.finish(new PublishOutcome.Refused("the client is closed"));
      return submission.answer;
    }
    var unused =
        retry
            .executeCompletionStage(callbacks.timer(), submission::attempt)
            .whenComplete(submission::finishAttempts);
    return submission.answer;
  }

  private @Nullable String refusal(Task task) {
    if (closed) {
      return "the client is closed";
    }
    if (task.body().length() > options.maxBodyBytes()) {
      return "its body has "
          + task.body().length()
          + " bytes, and at most "
          + options.maxBodyBytes()
          + " are allowed: store the data elsewhere and send where it is";
    }
    return null;
  }

  /** Returns the number of tasks without an outcome. */
  int outstanding() {
    return window.messages();
  }

  /** Refuses further tasks, and waits for the outcome of all, for at most {@code timeout}. */
  void finish(Duration timeout) throws InterruptedException {
    closed = true;
    window.awaitEmpty(timeout);
  }

  /** Fails the tasks that wait for their next attempt. To be called after the sink is closed. */
  void giveUp() {
    submissions.forEach(Submission::giveUp);
  }

  /** Logs how many tasks were not published since the last time. */
  void logFailures() {
    long failed = notPublished.getAndSet(0);
    if (failed > 0) {
      LOG.warn("{} of {} submitted tasks were not published", failed, submitted.get());
    }
  }

  /** The outcome of one attempt, and whether another attempt follows. */
  private record Attempt(PublishOutcome outcome, boolean again) {}

  /**
   * One submitted task. The thread that removes it from {@link #submissions} completes its future.
   */
  private final class Submission {
    private final Task task;
    private final long start;
    private final CompletableFuture<Published> answer = new CompletableFuture<>();
    private volatile PublishOutcome last = new PublishOutcome.Refused("it was never sent");
    private volatile boolean waiting;

    Submission(Task task, long start) {
      this.task =
          task.publishedAt() == null ? task.toBuilder().publishedAt(Instant.now()).build() : task;
      this.start = start;
    }

    CompletableFuture<Attempt> attempt() {
      waiting = false;
      try {
        return sink.publish(task).thenApply(this::judge);
      } catch (IllegalArgumentException e) {
        // The task can't be encoded, and another attempt would not change that.
        var refused = new PublishOutcome.Refused(String.valueOf(e.getMessage()));
        return CompletableFuture.completedFuture(new Attempt(refused, false));
      }
    }

    private Attempt judge(PublishOutcome outcome) {
      last = outcome;
      if (!(outcome instanceof PublishOutcome.Refused)
          || elapsed().compareTo(options.publishTimeout()) >= 0) {
        return new Attempt(outcome, false);
      }
      waiting = true;
      // This writes "waiting" and then reads "closed"; closing writes "closed" and then reads
      // "waiting". So one of the two sees the other, and no task waits for ever.
      return new Attempt(outcome, !closed);
    }

    void finishAttempts(@Nullable Attempt attempt, @Nullable Throwable error) {
      if (attempt != null) {
        finish(attempt.outcome);
      } else {
        var cause = error instanceof CompletionException ? error.getCause() : error;
        finish(new PublishOutcome.Refused(cause == null ? "" : String.valueOf(cause.getMessage())));
      }
    }

    /** Fails this task if it waits for its next attempt; other tasks were failed by the sink. */
    void giveUp() {
      if (waiting) {
        finish(last);
      }
    }

    void finish(PublishOutcome outcome) {
      if (!submissions.remove(this)) {
        return;
      }
      namedWindow.leave(task.body().length());
      if (outcome instanceof PublishOutcome.Confirmed) {
        callbacks.execute(() -> answer.complete(new Published(task.id(), task.queue(), elapsed())));
      } else {
        fail(exception(outcome));
      }
    }

    void fail(PublishException failure) {
      notPublished.incrementAndGet();
      callbacks.execute(() -> {
        link.notPublished(failure);
        answer.completeExceptionally(failure);
      });
    }

    private PublishException exception(PublishOutcome outcome) {
      if (outcome instanceof PublishOutcome.Unroutable) {
        return new UnroutableException(task);
      }
      if (outcome instanceof PublishOutcome.Unknown unknown) {
        return new UnknownOutcomeException(task, unknown.because());
      }
      if (outcome instanceof PublishOutcome.Refused refused) {
        return new RefusedException(task, refused.because());
      }
      if (outcome instanceof PublishOutcome.Unpublishable never) {
        return new RefusedException(task, never.because());
      }
      throw new IllegalStateException("no failure: " + outcome);
    }

    private Duration elapsed() {
      return Duration.ofNanos(System.nanoTime() - start);
    }
  }
}
