package dev.warrener.worker;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run, for the publisher of the task: JSON, other bytes with their media type, or
 * no value. The bytes are not copied: don't change them.
 */
public final class TaskResult {
  /** The media type of JSON. */
  public static final String JSON = "application/json";

  /** The media type of bytes of an unknown kind. */
  public static final String OCTET_STREAM = "application/octet-stream";

  private static final TaskResult NONE = new TaskResult(null, new byte[0]);

  private final @Nullable String contentType;
  private final byte[] bytes;

  private TaskResult(@Nullable String contentType, byte[] bytes) {
    this.contentType = contentType;
    this.bytes = bytes;
  }

  /** Returns the result without a value. */
  public static TaskResult none() {
    return NONE;
  }

  /** Returns a result with a value in JSON. The text is not checked here. */
  public static TaskResult json(String text) {
    return new TaskResult(JSON, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a result with a value in bytes of the media type {@code contentType}. */
  public static TaskResult of(String contentType, byte[] bytes) {
    return new TaskResult(contentType, bytes);
  }

  /** Returns the media type; empty if there is no value. */
  public Optional<String> contentType() {
    return Optional.ofNullable(contentType);
  }

  /** Returns the bytes themselves, not a copy. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns the media type and the number of bytes. */
  @Override
  public String toString() {
    return contentType == null ? "no value" : bytes.length + " bytes of " + contentType;
  }
}
