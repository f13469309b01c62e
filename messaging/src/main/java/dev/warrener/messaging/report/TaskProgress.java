package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The last progress that a run has reported.
 *
 * @param done how many steps are done
 * @param total how many steps there are; 0 if that is not known
 * @param message what the handler does now, at most 200 characters; or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskProgress(long done, long total, @Nullable String message) {
  /** Returns the progress in one line: {@code 3/10 resizing}. */
  public String describe() {
    return done + (total == 0 ? "" : "/" + total) + (message == null ? "" : " " + message);
  }
}
