package dev.warrener.producer;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.publishing.PublishWindow;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A publisher's client of a fleet. It submits tasks, each confirmed by the broker or failed with
 * its reason, and brings their results. One client serves a whole program: it is thread-safe, has
 * one connection (and a second one as soon as results are asked for), and reconnects by itself.
 *
 * <p><b>Memory is bounded.</b> At most {@link ClientOptions#window} tasks are on their way; a
 * submit above that blocks its caller until there is room, and fails with {@link RefusedException}
 * if there is none within {@link ClientOptions#publishTimeout}. While the broker has an alarm it
 * takes nothing, so submits block too; {@link ClientListener#blocked} hears of it.
 *
 * <p><b>Futures complete on one thread of the client.</b> A callback may submit more, but must not
 * wait there for another of the client's futures.
 */
public final class WarrenerClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WarrenerClient.class);

  private final ClientOptions options;
  private final TaskSink outlet;
  private final Function<PendingResults, ResultSource> inlets;
  private final ClientLink link;
  private final PublishWindow window;
  private final PublishWindow resultWindow;
  private final PendingResults results;
  private final Retry retry;
  private final ExecutorService callbackThread =
      Executors.newSingleThreadExecutor(task -> daemon("warrener-callbacks", task));
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, task -> daemon("warrener-timer", task));
  private final Set<Submission> submissions = ConcurrentHashMap.newKeySet();
  private final AtomicLong submitted = new AtomicLong();
  private final AtomicLong notPublished = new AtomicLong();
  private final Object inletLock = new Object();
  private @Nullable ResultSource inlet;
  private volatile boolean closed;

  WarrenerClient(
      ClientOptions options,
      TaskSink outlet,
      Function<PendingResults, ResultSource> inlets,
      ClientLink link) {
    this.options = options;
    this.outlet = outlet;
    this.inlets = inlets;
    this.link = link;
    this.window = new PublishWindow(options.window(), options.windowBytes());
    this.resultWindow = new PublishWindow(options.maxPendingResults(), Long.MAX_VALUE);
    this.results = new PendingResults(this::callBack);
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
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Connects to the fleet at {@code address} ({@code amqp[s]://USER:PASSWORD@HOST:PORT/VHOST}),
   * with default options.
   *
   * @see #connect(BrokerAddress, ClientOptions)
   */
  public static WarrenerClient connect(String address) {
    return connect(BrokerAddress.parse(address), ClientOptions.DEFAULT);
  }

  /**
   * Connects, and returns when the connection is up.
   *
   * @throws BrokerUnreachableException if it is not within {@link ClientOptions#connectTimeout}
   * @throws NotAllowedException if the broker refuses user, password or virtual host
   */
  public static WarrenerClient connect(BrokerAddress address, ClientOptions options) {
    var access = BrokerAccess.of(address, options.namespace(), options.program());
    var link = new ClientLink(options.listener());
    var outlet = BrokerTaskSink.connect(access, options, link);
    return new WarrenerClient(
        options, outlet, results -> BrokerResultSource.connect(access, options, results), link);
  }

  /**
   * Submits a task. Blocks while the window is full.
   *
   * @return completes when the broker has confirmed it, or with a {@link PublishException}: {@link
   *     UnroutableException}, {@link RefusedException} or {@link UnknownOutcomeException}, some
   *     time after the {@link ClientOptions#publishTimeout} at the latest. Cancelling it has no
   *     effect on the task
   */
  public CompletableFuture<Published> submit(Task task) {
    var submission = new Submission(task, System.nanoTime());
    submitted.incrementAndGet();
    var refusal = refusal(task);
    if (refusal == null) {
      refusal = enter(window, task.body().length(), "the window (" + options.window() + " tasks)");
    }
    if (refusal != null) {
      submission.fail(new RefusedException(task, refusal));
      return submission.answer;
    }
    submissions.add(submission);
    if (closed) {
      // The sweep of close() may have passed already.
      submission.finish(new PublishOutcome.Refused("the client is closed"));
      return submission.answer;
    }
    var unused =
        retry
            .executeCompletionStage(timer, submission::attempt)
            .whenComplete(submission::finishAttempts);
    return submission.answer;
  }

  /**
   * Submits all tasks and waits until each is answered for. Takes from the stream only as fast as
   * the broker confirms.
   *
   * @return how many were confirmed: all
   * @throws SomeNotPublishedException if not all were; the others are published
   * @throws InterruptedException if interrupted; what was submitted before goes on
   */
  public long submitAll(Stream<Task> tasks) throws InterruptedException {
    return submitAll(tasks.iterator());
  }

  /**
   * As {@link #submitAll(Stream)}.
   *
   * @throws SomeNotPublishedException if not all were confirmed
   * @throws InterruptedException if interrupted; what was submitted before goes on
   */
  public long submitAll(Iterable<Task> tasks) throws InterruptedException {
    return submitAll(tasks.iterator());
  }

  private long submitAll(Iterator<Task> tasks) throws InterruptedException {
    var tally = new Tally();
    while (tasks.hasNext()) {
      var unused = tally.count(submit(tasks.next()));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    return tally.await();
  }

  /**
   * Submits a task and waits for its result in the background, for at most {@link
   * ClientOptions#resultTimeout}.
   *
   * @see #submitForResult(Task, Duration)
   */
  public CompletableFuture<ResultMessage> submitForResult(Task task) {
    return submitForResult(task, options.resultTimeout());
  }

  /**
   * Submits a task and waits for its result in the background: how it ended for good, retries and
   * kills included. Blocks while the window, or the number of results that are waited for, is full.
   * The task's own {@code replyTo} and {@code correlationId} are replaced.
   *
   * @return completes with the result, whatever its outcome; or with a {@link PublishException}, a
   *     {@link ResultTimeoutException} after {@code timeout}, another {@link ResultException}, or a
   *     {@link BrokerException} if no reply queue can be had. Cancelling it forgets the result and
   *     has no effect on the task
   */
  public CompletableFuture<ResultMessage> submitForResult(Task task, Duration timeout) {
    var refusal =
        closed
            ? "the client is closed"
            : enter(
                resultWindow,
                0,
                "the number of results that are waited for (" + options.maxPendingResults() + ")");
    if (refusal != null) {
      return CompletableFuture.failedFuture(new RefusedException(task, refusal));
    }
    String replyQueue;
    try {
      replyQueue = inlet().replyQueue();
    } catch (RuntimeException e) {
      resultWindow.leave(0);
      return CompletableFuture.failedFuture(e);
    }
    var correlationId = Uuid7.next();
    var result = results.expect(correlationId, task.id());
    var doubt = new AtomicReference<@Nullable UnknownOutcomeException>();
    var timeUp =
        later(
            timeout,
            () ->
                result.completeExceptionally(
                    new ResultTimeoutException(task.id(), timeout, doubt.get())));
    var unused =
        result.whenComplete((value, error) -> {
          timeUp.run();
          resultWindow.leave(0);
        });
    var asked = task.toBuilder().replyTo(replyQueue).correlationId(correlationId).build();
    tellIfNotPublished(submit(asked), result, doubt);
    return result;
  }

  private static void tellIfNotPublished(
      CompletableFuture<Published> publish,
      CompletableFuture<ResultMessage> result,
      AtomicReference<@Nullable UnknownOutcomeException> doubt) {
    var unused =
        publish.whenComplete((published, error) -> {
          if (error instanceof UnknownOutcomeException unknown) {
            // Perhaps it was published: then its result will say so.
            doubt.set(unknown);
          } else if (error != null) {
            result.completeExceptionally(error);
          }
        });
  }

  /**
   * Submits a task and waits for its result.
   *
   * @throws PublishException if it was not published
   * @throws ResultTimeoutException if no result has come within {@code timeout}
   * @throws ResultException if no result can be told for another reason
   * @throws BrokerException if no reply queue can be had
   * @throws InterruptedException if interrupted; the task goes on
   */
  public ResultMessage submitAndWait(Task task, Duration timeout) throws InterruptedException {
    try {
      return submitForResult(task, timeout).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    }
  }

  /** The number of tasks that are submitted and not yet answered for. */
  public int outstanding() {
    return window.messages();
  }

  /**
   * Closes after waiting for what is on its way, for at most {@link ClientOptions#closeTimeout}.
   * The log says what was left; the futures of what was left fail. Closing twice is fine.
   */
  @Override
  public void close() {
    close(options.closeTimeout());
  }

  /**
   * Closes after waiting for what is on its way, for at most {@code timeout}. Results that have not
   * come yet are not waited for.
   *
   * @return how many tasks had no answer by then; their futures fail
   */
  public int close(Duration timeout) {
    closed = true;
    try {
      window.awaitEmpty(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    int left = window.messages();
    outlet.close();
    synchronized (inletLock) {
      if (inlet != null) {
        inlet.close();
        inlet = null;
      }
    }
    submissions.forEach(Submission::giveUp);
    int withoutResult = results.giveUp();
    timer.shutdownNow();
    callbackThread.shutdown();
    if (left > 0 || withoutResult > 0) {
      LOG.warn(
          "closed with {} tasks that the broker had not confirmed after {} s, and {} results that"
              + " had not come",
          left,
          timeout.toSeconds(),
          withoutResult);
    }
    long failed = notPublished.getAndSet(0);
    if (failed > 0) {
      LOG.warn("{} of {} submitted tasks were not published", failed, submitted.get());
    }
    return left;
  }

  @Override
  public String toString() {
    return "Warrener client (outstanding="
        + window.messages()
        + ", results awaited="
        + results.size()
        + (closed ? ", closed)" : ")");
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

  /** Waits for room; returns why there was none, or null if there was. */
  private @Nullable String enter(PublishWindow room, long size, String what) {
    try {
      return room.enter(size, options.publishTimeout())
          ? null
          : what
              + " stayed full for "
              + options.publishTimeout().toSeconds()
              + " s"
              + link.remark();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "its thread was interrupted while it waited for room";
    }
  }

  private ResultSource inlet() {
    synchronized (inletLock) {
      if (closed) {
        throw new BrokerException("the client is closed", null);
      }
      if (inlet == null) {
        inlet = inlets.apply(results);
      }
      return inlet;
    }
  }

  /** Runs it later; what is returned undoes that. */
  private Runnable later(Duration delay, Runnable action) {
    try {
      var scheduled = timer.schedule(() -> callBack(action), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException e) {
      // Closed meanwhile: close() has given the result up, or is about to.
      return () -> {};
    }
  }

  private void callBack(Runnable callback) {
    try {
      callbackThread.execute(callback);
    } catch (RejectedExecutionException e) {
      // Closed, and a late answer has come: told on the thread that brings it.
      callback.run();
    }
  }

  private static Thread daemon(String name, Runnable task) {
    var thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** How one attempt ended, and whether another one is to be made. */
  private record Attempt(PublishOutcome outcome, boolean again) {}

  /**
   * One task on its way. Its answer is given once, by whoever removes it from {@link #submissions}.
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
        return outlet.publish(task).thenApply(this::judge);
      } catch (IllegalArgumentException e) {
        // The task can't be a message: no attempt will change that.
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
      // Read after "waiting" is written, as close() writes the one before it reads the other.
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

    /**
     * Called by close() when the outlet is closed: only what waits for its next attempt is left.
     */
    void giveUp() {
      if (waiting) {
        finish(last);
      }
    }

    void finish(PublishOutcome outcome) {
      if (!submissions.remove(this)) {
        return;
      }
      window.leave(task.body().length());
      if (outcome instanceof PublishOutcome.Confirmed) {
        callBack(() -> answer.complete(new Published(task.id(), task.queue(), elapsed())));
      } else {
        fail(exception(outcome));
      }
    }

    void fail(PublishException failure) {
      notPublished.incrementAndGet();
      callBack(() -> {
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
      throw new IllegalStateException("no failure: " + outcome);
    }

    private Duration elapsed() {
      return Duration.ofNanos(System.nanoTime() - start);
    }
  }
}
