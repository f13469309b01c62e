package dev.warrener.worker.process;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskLog;
import dev.warrener.worker.TaskResult;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task in this process: the content of its TASK frame, and whether it was cancelled.
 */
final class Run implements TaskContext {
  private final Frame task;
  private final String id;
  private final String handler;
  private final String queue;
  private final int attempt;
  private final Outbox outbox;
  private final ProgressReports progress = new ProgressReports();

  /** Written by the thread that reads frames, read by any. */
  private volatile @Nullable String cancelReason;

  /** Written by the main thread, read by any. */
  private volatile boolean ended;

  /**
   * Creates the run of a TASK frame.
   *
   * @throws BrokenFrameException if the frame lacks a required field
   */
  Run(Frame task, Outbox outbox) throws BrokenFrameException {
    this.task = task;
    this.outbox = outbox;
    id = task.requireText(HeaderKey.TASK);
    handler = task.requireText(HeaderKey.HANDLER);
    queue = task.requireText(HeaderKey.QUEUE);
    attempt = (int) Math.min(task.requireNumber(HeaderKey.ATTEMPT), Integer.MAX_VALUE);
  }

  byte[] input() {
    return task.payload();
  }

  boolean is(String otherId, long otherAttempt) {
    return attempt == otherAttempt && id.equals(otherId);
  }

  void cancel(String reason) {
    cancelReason = reason;
  }

  void end() {
    ended = true;
  }

  Frame started() {
    return frame(FrameType.STARTED).build();
  }

  Frame succeeded(TaskResult result) {
    return frame(FrameType.FINISHED)
        .field(HeaderKey.OUTCOME, HeaderKey.SUCCEEDED)
        .optionalField(HeaderKey.CONTENT_TYPE, result.contentType().orElse(null))
        .payload(result.bytes())
        .build();
  }

  Frame failed(Failure failure) {
    return frame(FrameType.FINISHED)
        .field(HeaderKey.OUTCOME, HeaderKey.FAILED)
        .field(HeaderKey.ERROR_TYPE, failure.type())
        .field(HeaderKey.ERROR_MESSAGE, failure.message())
        .optionalField(HeaderKey.ERROR_STACK, failure.stack())
        .build();
  }

  /** Starts a frame that belongs to this run. */
  Frame.Builder frame(FrameType type) {
    return Frame.builder(type).field(HeaderKey.TASK, id).field(HeaderKey.ATTEMPT, attempt);
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
    return Optional.ofNullable(task.text(HeaderKey.BATCH));
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public String contentType() {
    String contentType = task.text(HeaderKey.CONTENT_TYPE);
    return contentType == null ? TaskResult.JSON : contentType;
  }

  @Override
  public Optional<Instant> deadline() {
    // Parsed only here, because parsing loads the classes of the calendar.
    String deadline = task.text(HeaderKey.DEADLINE);
    return deadline == null ? Optional.empty() : Optional.of(Instant.parse(deadline));
  }

  @Override
  public Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Map.Entry<String, String> field : task.header().entrySet()) {
      if (field.getKey().startsWith(HeaderKey.PASSED_PREFIX)) {
        headers.put(field.getKey().substring(HeaderKey.PASSED_PREFIX.length()), field.getValue());
      }
    }
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
    if (done < 0 || total < 0) {
      throw new IllegalArgumentException(
          "progress is counted from 0, not " + done + " of " + total);
    }
    if (!ended) {
      var report =
          progress.add(new ProgressReports.Report(done, total, message), System.nanoTime());
      if (report != null) {
        outbox.post(frame(report));
      }
    }
  }

  /** Sends the last progress report if it has not been sent. Never blocks. */
  void sendProgress() {
    var report = progress.takeWaiting();
    if (report != null && !ended) {
      outbox.postAtOnce(frame(report));
    }
  }

  private Frame frame(ProgressReports.Report report) {
    return frame(FrameType.PROGRESS)
        .field(HeaderKey.DONE, report.done())
        .field(HeaderKey.TOTAL, report.total())
        .payload(Line.of(report.message()).bytes())
        .build();
  }

  @Override
  public TaskLog log() {
    return new FramedLog(this, outbox);
  }
}
