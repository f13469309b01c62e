package dev.warrener.worker.testing;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskLog;
import dev.warrener.worker.TaskResult;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TaskContext} for tests of handlers. A test sets its properties, may {@link #cancel} the
 * run, and reads afterwards what the handler has logged and reported. Thread-safe once its
 * properties are set.
 */
public final class TestTaskContext implements TaskContext {
  private final String id;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final List<String> progress = new CopyOnWriteArrayList<>();
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private String handler = "test";
  private String queue = "test";
  private String contentType = TaskResult.JSON;
  private int attempt = 1;
  private @Nullable String batch;
  private @Nullable Instant deadline;
  private volatile @Nullable String cancelReason;

  /** Creates the context of the first attempt at a task, from the queue {@code test}. */
  public TestTaskContext(String id) {
    this.id = id;
  }

  /** Sets the name of the handler in the task; {@code test} by default. */
  public TestTaskContext withHandler(String name) {
    handler = name;
    return this;
  }

  /** Sets the queue; {@code test} by default. */
  public TestTaskContext withQueue(String name) {
    queue = name;
    return this;
  }

  /** Sets the batch; none by default. */
  public TestTaskContext withBatch(String name) {
    batch = name;
    return this;
  }

  /** Sets the attempt; 1 by default. */
  public TestTaskContext withAttempt(int number) {
    attempt = number;
    return this;
  }

  /** Sets the media type of the input; JSON by default. */
  public TestTaskContext withContentType(String mediaType) {
    contentType = mediaType;
    return this;
  }

  /** Sets the deadline; none by default. */
  public TestTaskContext withDeadline(Instant moment) {
    deadline = moment;
    return this;
  }

  /** Adds a header. */
  public TestTaskContext withHeader(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** Cancels the run. A worker would also interrupt the handler's thread. */
  public void cancel(String reason) {
    cancelReason = reason;
  }

  /** Returns the reports of {@link #progress}, each as {@code 1/10} or {@code 1/10 message}. */
  public List<String> reportedProgress() {
    return List.copyOf(progress);
  }

  /** Returns the logged lines, each as {@code level line}, for example {@code info started}. */
  public List<String> logged() {
    return List.copyOf(logged);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String handler() {
    return handler;
  }

  @Override
  public String queue() {
    return queue;
  }

  @Override
  public Optional<String> batch() {
    return Optional.ofNullable(batch);
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public String contentType() {
    return contentType;
  }

  @Override
  public Optional<Instant> deadline() {
    return Optional.ofNullable(deadline);
  }

  @Override
  public Map<String, String> headers() {
    return Collections.unmodifiableMap(headers);
  }

  @Override
  public boolean isCancelled() {
    return cancelReason != null;
  }

  @Override
  public Optional<String> cancelReason() {
    return Optional.ofNullable(cancelReason);
  }

  @Override
  public void progress(long done, long total, String message) {
    progress.add(done + "/" + total + (message.isEmpty() ? "" : " " + message));
  }

  @Override
  public TaskLog log() {
    return new RecordingLog();
  }

  private final class RecordingLog implements TaskLog {
    @Override
    public void debug(String line) {
      logged.add("debug " + line);
    }

    @Override
    public void info(String line) {
      logged.add("info " + line);
    }

    @Override
    public void warn(String line) {
      logged.add("warn " + line);
    }

    @Override
    public void error(String line) {
      logged.add("error " + line);
    }

    @Override
    public void error(String line, Throwable thrown) {
      error(line + ": " + thrown);
    }
  }
}
