package dev.warrener.producer;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.IncompatibleLibraryException;
import dev.warrener.messaging.broker.Libraries;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.publishing.PublishWindow;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes tasks to a fleet and waits for their results. The broker confirms each task, or its
 * future fails with the reason. One client serves a whole program: it is thread-safe, reconnects by
 * itself, and has one connection. The first request for a result opens a second connection.
 *
 * <p><b>Memory is bounded.</b> At most {@link ClientOptions#window} tasks wait for the broker's
 * confirmation. Further calls block until there is room, and fail with {@link RefusedException} if
 * there is none within {@link ClientOptions#publishTimeout}. While the broker has a memory or disk
 * alarm, it blocks publishers, so calls block, too; {@link ClientListener#blocked} is called then.
 *
 * <p><b>Futures complete on one thread of the client.</b> A callback may submit more tasks, but
 * must not wait for another of the client's futures.
 */
public final class WarrenerClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WarrenerClient.class);

  private final ClientOptions options;
  private final TaskSink sink;
  private final Function<PendingResults, ResultSource> sources;
  private final Callbacks callbacks = new Callbacks();
  private final Submissions submissions;
  private final NamedWindow resultWindow;
  private final PendingResults pending;
  private final Object sourceLock = new Object();
  private @Nullable ResultSource source;
  private volatile boolean closed;

  WarrenerClient(
      ClientOptions options,
      TaskSink sink,
      Function<PendingResults, ResultSource> sources,
      ClientLink link) {
    this.options = options;
    this.sink = sink;
    this.sources = sources;
    this.submissions = new Submissions(options, sink, link, callbacks);
    this.resultWindow =
        new NamedWindow(
            new PublishWindow(options.maxPendingResults(), Long.MAX_VALUE),
            "the number of results that are waited for (" + options.maxPendingResults() + ")",
            options.publishTimeout(),
            link);
    this.pending = new PendingResults(callbacks);
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
   * Connects to a fleet, and returns when the connection is up.
   *
   * @throws BrokerUnreachableException if it is not up within {@link ClientOptions#connectTimeout}
   * @throws NotAllowedException if the broker refuses user, password or virtual host
   * @throws IncompatibleLibraryException if a library of this program is one that Warrener can't
   *     work with
   */
  public static WarrenerClient connect(BrokerAddress address, ClientOptions options) {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(options, "options");
    Libraries.check();
    var access = BrokerAccess.of(address, options.namespace(), options.program());
    var link = new ClientLink(options.listener());
    var sink = BrokerTaskSink.connect(access, options, link);
    return new WarrenerClient(
        options, sink, results -> BrokerResultSource.connect(access, options, results), link);
  }

  /**
   * Submits a task. Blocks while the window is full.
   *
   * @return a future that completes when the broker has confirmed the task. Otherwise it fails with
   *     a {@link PublishException}: {@link UnroutableException}, {@link RefusedException} or {@link
   *     UnknownOutcomeException}, soon after the {@link ClientOptions#publishTimeout} at the
   *     latest. Cancelling the future has no effect on the task
   */
  public CompletableFuture<Published> submit(Task task) {
    return submissions.submit(task);
  }

  /**
   * Submits all tasks and waits until each has an outcome. Tasks are taken from the stream only as
   * fast as the broker confirms them.
   *
   * @return the number of tasks, all of which were confirmed
   * @throws SomeNotPublishedException if some were not confirmed; the others are published
   * @throws InterruptedException if interrupted; tasks that were submitted before go on
   */
  public long submitAll(Stream<Task> tasks) throws InterruptedException {
    return submitAll(tasks.iterator());
  }

  /**
   * Submits all tasks, as {@link #submitAll(Stream)} does.
   *
   * @throws SomeNotPublishedException if some were not confirmed; the others are published
   * @throws InterruptedException if interrupted; tasks that were submitted before go on
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
   * Submits a task and waits for its result in the background. The result is the final one, after
   * retries and kills. Blocks while the window is full, or while {@link
   * ClientOptions#maxPendingResults} results are waited for. The task's own {@code replyTo} and
   * {@code correlationId} are replaced, and its {@code expiration} is sent as the time when it
   * expires: a controller looks at that, and answers. A task that nobody receives is answered by
   * nobody.
   *
   * @return a future that completes with the result, whatever its outcome. Otherwise it fails with
   *     a {@link PublishException}, with a {@link ResultTimeoutException} after {@code timeout},
   *     with another {@link ResultException}, or with a {@link BrokerException} if the client can't
   *     create a reply queue. Cancelling the future drops the result, and has no effect on the task
   */
  public CompletableFuture<ResultMessage> submitForResult(Task task, Duration timeout) {
    var refusal = closed ? "the client is closed" : resultWindow.enter(0);
    if (refusal != null) {
      return CompletableFuture.failedFuture(new RefusedException(task, refusal));
    }
    String replyQueue;
    try {
      replyQueue = results().replyQueue();
    } catch (RuntimeException e) {
      resultWindow.leave(0);
      return CompletableFuture.failedFuture(e);
    }
    var correlationId = Uuid7.next();
    var result = pending.expect(correlationId, task.id());
    var doubt =
        new AtomicReference<@Nullable UnknownOutcomeException>(
            new UnknownOutcomeException(task, "it has not confirmed it yet"));
    var timeUp =
        callbacks.later(
            timeout,
            () ->
                result.completeExceptionally(
                    new ResultTimeoutException(task.id(), timeout, doubt.get())));
    // A future of its own: what depends on the same one runs in the reverse order of its adding,
    // and the room must be free before a callback of the caller submits the next task.
    var answer = new CompletableFuture<ResultMessage>();
    var unused =
        result.whenComplete((value, error) -> {
          timeUp.run();
          resultWindow.leave(0);
          if (error == null) {
            answer.complete(value);
          } else {
            answer.completeExceptionally(error);
          }
        });
    var unusedEnd = answer.whenComplete((value, error) -> result.cancel(false));
    tellIfNotPublished(submit(asking(task, replyQueue, correlationId)), result, doubt);
    return answer;
  }

  /**
   * Returns the task with the reply queue for its result. A task that the broker lets expire is
   * answered by nobody, so a controller does that, by the time that this program reckons.
   */
  private static Task asking(Task task, String replyQueue, String correlationId) {
    var asking = task.toBuilder().replyTo(replyQueue).correlationId(correlationId);
    var expiration = task.expiration();
    if (expiration != null) {
      var expiresAt = Instant.now().plus(expiration);
      asking
          .expiration(null)
          .expiresAt(
              task.expiresAt() == null || expiresAt.isBefore(task.expiresAt())
                  ? expiresAt
                  : task.expiresAt());
    }
    return asking.build();
  }

  private static void tellIfNotPublished(
      CompletableFuture<Published> publish,
      CompletableFuture<ResultMessage> result,
      AtomicReference<@Nullable UnknownOutcomeException> doubt) {
    var unused =
        publish.whenComplete((published, error) -> {
          if (error == null) {
            doubt.set(null);
          } else if (error instanceof UnknownOutcomeException unknown) {
            // If the task was published after all, its result will arrive.
            doubt.set(unknown);
          } else {
            result.completeExceptionally(error);
          }
        });
  }

  /**
   * Submits a task and waits for its result.
   *
   * @throws PublishException if the task was not published
   * @throws ResultTimeoutException if no result has arrived within {@code timeout}
   * @throws ResultException if the result is unknown for another reason
   * @throws BrokerException if the client can't create a reply queue
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

  /** Returns the number of submitted tasks that have no outcome yet. */
  public int outstanding() {
    return submissions.outstanding();
  }

  /**
   * Waits for submitted tasks, for at most {@link ClientOptions#closeTimeout}, and closes the
   * connections. The futures of tasks without an outcome fail then, and their number is logged. A
   * second call does nothing.
   */
  @Override
  public void close() {
    close(options.closeTimeout());
  }

  /**
   * Waits for submitted tasks, for at most {@code timeout}, and closes the connections. Results are
   * not waited for.
   *
   * @return the number of tasks without an outcome; their futures fail
   */
  public int close(Duration timeout) {
    closed = true;
    try {
      submissions.finish(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    int left = submissions.outstanding();
    sink.close();
    synchronized (sourceLock) {
      if (source != null) {
        source.close();
        source = null;
      }
    }
    submissions.giveUp();
    int withoutResult = pending.giveUp();
    callbacks.close();
    if (left > 0 || withoutResult > 0) {
      LOG.warn(
          "closed with {} tasks that the broker had not confirmed after {} s, and {} results that"
              + " had not arrived",
          left,
          timeout.toSeconds(),
          withoutResult);
    }
    submissions.logFailures();
    return left;
  }

  @Override
  public String toString() {
    return "Warrener client (outstanding="
        + submissions.outstanding()
        + ", results awaited="
        + pending.size()
        + (closed ? ", closed)" : ")");
  }

  private ResultSource results() {
    synchronized (sourceLock) {
      if (closed) {
        throw new BrokerException("the client is closed", null);
      }
      if (source == null) {
        source = sources.apply(pending);
      }
      return source;
    }
  }
}
