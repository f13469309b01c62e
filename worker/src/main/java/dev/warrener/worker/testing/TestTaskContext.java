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
 * A run for a test of a handler: set up field by field, cancelled by {@link #cancel}, and asked
 * afterwards what the handler has said. Thread-safe once it is set up.
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

  /** The first attempt at a task with that id, from the queue {@code test}. */
  public TestTaskContext(String id) {
    this.id = id;
  }

  /** Sets the name by which the task asks for its handler; {@code test} by default. */
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

  /** What was said by {@link #progress}, each as {@code 1/10} or {@code 1/10 message}. */
  public List<String> saidProgress() {
    return List.copyOf(progress);
  }

  /** The lines that were logged, each as {@code LEVEL line}, without stacks. */
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
