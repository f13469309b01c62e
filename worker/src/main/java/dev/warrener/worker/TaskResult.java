package dev.warrener.worker;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run returns to whoever published its task: JSON, other bytes with their media type, or
 * nothing. The bytes aren't copied: don't change them.
 */
public final class TaskResult {
  /** The media type of JSON. */
  public static final String JSON = "application/json";

  /** The media type of bytes of which nothing is known. */
  public static final String OCTET_STREAM = "application/octet-stream";

  private static final TaskResult NONE = new TaskResult(null, new byte[0]);

  private final @Nullable String contentType;
  private final byte[] bytes;

  private TaskResult(@Nullable String contentType, byte[] bytes) {
    this.contentType = contentType;
    this.bytes = bytes;
  }

  /** No value. */
  public static TaskResult none() {
    return NONE;
  }

  /** A value in JSON; it isn't checked here. */
  public static TaskResult json(String text) {
    return new TaskResult(JSON, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A value in bytes of the media type {@code contentType}. */
  public static TaskResult of(String contentType, byte[] bytes) {
    return new TaskResult(contentType, bytes);
  }

  /** The media type; empty if there is no value. */
  public Optional<String> contentType() {
    return Optional.ofNullable(contentType);
  }

  /** The bytes themselves, not a copy. */
  public byte[] bytes() {
    return bytes;
  }

  /** The media type and the number of bytes. */
  @Override
  public String toString() {
    return contentType == null ? "no value" : bytes.length + " bytes of " + contentType;
  }
}
