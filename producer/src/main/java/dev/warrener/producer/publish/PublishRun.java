package dev.warrener.producer.publish;

import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.producer.ClientOptions;
import dev.warrener.producer.PublishException;
import dev.warrener.producer.Published;
import dev.warrener.producer.RefusedException;
import dev.warrener.producer.ResultException;
import dev.warrener.producer.ResultTimeoutException;
import dev.warrener.producer.UnroutableException;
import dev.warrener.producer.WarrenerClient;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a series of tasks and counts their outcomes. The client's window bounds memory. When
 * the broker refuses a task, or does not answer, no further tasks are sent. A queue that does not
 * exist stops the run only with {@link BadLines#STOP}.
 *
 * <p>To be used once, by one thread.
 */
public final class PublishRun {
  /** The part of a client that a run uses. */
  interface Submitter {
    CompletableFuture<Published> submit(Task task);

    CompletableFuture<ResultMessage> submitForResult(Task task, Duration timeout);
  }

  private final Submitter submitter;
  private final PublishListener listener;
  private final @Nullable Duration resultTimeout;
  private final int maxBodyBytes;
  private final InstantSource clock;

  private final List<BadLine> firstBad = new ArrayList<>();
  private long open;
  private long published;
  private long succeeded;
  private long otherwise;
  private long unroutable;
  private long refused;
  private long unknown;
  private long unanswered;
  private long bad;
  private @Nullable String stopped;

  /**
   * Prepares a run.
   *
   * @param resultTimeout how long to wait for the result of each task, or null not to wait
   */
  public PublishRun(
      WarrenerClient client,
      ClientOptions options,
      PublishListener listener,
      @Nullable Duration resultTimeout) {
    this(
        new Submitter() {
          @Override
          public CompletableFuture<Published> submit(Task task) {
            return client.submit(task);
          }

          @Override
          public CompletableFuture<ResultMessage> submitForResult(Task task, Duration timeout) {
            return client.submitForResult(task, timeout);
          }
        },
        listener,
        resultTimeout,
        options.maxBodyBytes(),
        InstantSource.system());
  }

  PublishRun(
      Submitter submitter,
      PublishListener listener,
      @Nullable Duration resultTimeout,
      int maxBodyBytes,
      InstantSource clock) {
    this.submitter = submitter;
    this.listener = listener;
    this.resultTimeout = resultTimeout;
    this.maxBodyBytes = maxBodyBytes;
    this.clock = clock;
  }

  /**
   * Publishes {@code tasks} until one fails.
   *
   * @throws InterruptedException if interrupted; tasks that were submitted before go on
   */
  public PublishReport tasks(Iterator<Task> tasks) throws InterruptedException {
    while (tasks.hasNext() && mayGoOn(BadLines.STOP)) {
      submit(tasks.next());
    }
    if (tasks.hasNext()) {
      stop("one of the tasks failed, and the rest was not sent");
    }
    return report();
  }

  /**
   * Publishes the tasks in {@code lines}: JSON, one object a line; blank lines are skipped. With
   * {@link BadLines#STOP} the input is read to its end first, into a temporary file, and published
   * only if every line is good. With {@link BadLines#SKIP} each line is published when it is read.
   *
   * @throws IOException if the input can't be read, or the temporary file not be written
   * @throws InterruptedException if interrupted; tasks that were submitted before go on
   */
  public PublishReport lines(InputStream lines, TaskDefaults defaults, BadLines badLines)
      throws IOException, InterruptedException {
    if (badLines == BadLines.SKIP) {
      submitLines(lines, defaults, badLines);
      return report();
    }
    var checked = Files.createTempFile("warrener-publish-", ".jsonl");
    try {
      check(lines, defaults, checked);
      if (bad > 0) {
        stop("nothing was published, because not every line is a task");
      } else {
        try (var again = Files.newInputStream(checked)) {
          submitLines(again, defaults, badLines);
        }
      }
      return report();
    } finally {
      Files.deleteIfExists(checked);
    }
  }

  private void check(InputStream lines, TaskDefaults defaults, Path copy) throws IOException {
    try (var out = new BufferedOutputStream(Files.newOutputStream(copy))) {
      var reader = new LineReader(lines, maxLineBytes());
      for (var line = reader.next(); line != null; line = reader.next()) {
        read(line, defaults);
        // Blank and bad lines are copied, too, so that the line numbers stay the same.
        out.write(line.text() == null ? new byte[0] : line.text().getBytes(StandardCharsets.UTF_8));
        out.write('\n');
      }
    }
  }

  private void submitLines(InputStream lines, TaskDefaults defaults, BadLines badLines)
      throws IOException, InterruptedException {
    var reader = new LineReader(lines, maxLineBytes());
    for (var line = reader.next(); line != null; line = reader.next()) {
      if (!mayGoOn(badLines)) {
        stop("a task failed, and nothing was sent from line " + line.number() + " on");
        return;
      }
      var task = read(line, defaults);
      if (task != null) {
        submit(task);
      }
    }
  }

  /** Returns the task of a line; null if the line is blank, or bad and counted as such. */
  private @Nullable Task read(LineReader.Line line, TaskDefaults defaults) {
    var text = line.text();
    if (text == null) {
      addBad(new BadLine(line.number(), String.valueOf(line.problem())));
      return null;
    }
    if (text.isBlank()) {
      return null;
    }
    try {
      return TaskLine.parse(text, defaults, clock.instant(), maxBodyBytes);
    } catch (BadTaskException e) {
      addBad(new BadLine(line.number(), String.valueOf(e.getMessage())));
      return null;
    }
  }

  /** Returns the longest line: the largest body as Base64, plus 1 MiB for the other fields. */
  private int maxLineBytes() {
    return (int) Math.min(Integer.MAX_VALUE - 16, maxBodyBytes * 4L / 3 + (1 << 20));
  }

  private void submit(Task task) throws InterruptedException {
    synchronized (this) {
      open++;
    }
    CompletableFuture<?> unused =
        resultTimeout == null
            ? submitter.submit(task).whenComplete((answer, error) -> confirm(task, answer, error))
            : submitter
                .submitForResult(task, resultTimeout)
                .whenComplete((result, error) -> result(task, result, error));
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private synchronized void confirm(
      Task task, @Nullable Published answer, @Nullable Throwable error) {
    if (answer != null) {
      published++;
      listener.published(answer);
    } else {
      fail(task, error);
    }
    close();
  }

  private synchronized void result(
      Task task, @Nullable ResultMessage result, @Nullable Throwable error) {
    if (result != null) {
      published++;
      if (result.outcome() == Outcome.SUCCEEDED) {
        succeeded++;
      } else {
        otherwise++;
      }
      listener.result(result);
    } else {
      fail(task, error);
    }
    close();
  }

  private void fail(Task task, @Nullable Throwable error) {
    var cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof UnroutableException || cause instanceof NoSuchQueueException) {
      unroutable++;
    } else if (cause instanceof RefusedException || !isOfTask(cause)) {
      refused++;
    } else if (cause instanceof ResultTimeoutException late && late.isPublished()) {
      published++;
      unanswered++;
    } else {
      unknown++;
    }
    listener.failed(
        task, cause instanceof RuntimeException told ? told : new CompletionException(cause));
  }

  /** Whether the error is about a task that may have been published. */
  private static boolean isOfTask(@Nullable Throwable cause) {
    return cause instanceof PublishException || cause instanceof ResultException;
  }

  private void close() {
    open--;
    notifyAll();
  }

  private synchronized void addBad(BadLine line) {
    bad++;
    if (firstBad.size() < PublishReport.NAMED) {
      firstBad.add(line);
    }
    listener.bad(line);
  }

  private synchronized boolean mayGoOn(BadLines badLines) {
    return refused == 0 && unknown == 0 && (badLines == BadLines.SKIP || unroutable == 0);
  }

  private synchronized void stop(String because) {
    stopped = because;
  }

  private synchronized PublishReport report() throws InterruptedException {
    while (open > 0) {
      wait();
    }
    return new PublishReport(
        published,
        succeeded,
        otherwise,
        unroutable,
        refused,
        unknown,
        unanswered,
        bad,
        firstBad,
        stopped);
  }
}
