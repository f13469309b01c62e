package dev.warrener.messaging.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task in an order's scope. In JSON a string, or an object with {@code id} and {@code attempt}.
 *
 * @param id the task's id
 * @param attempt the only attempt that the order is meant for, or null for any. If another one
 *     runs, the controller refuses the order
 */
public record TaskTarget(String id, @Nullable Integer attempt) {
  private static final int LONGEST_ID = 255;

  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  public TaskTarget {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("a task in a scope needs an id");
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static TaskTarget of(String id) {
    return new TaskTarget(id, null);
  }

  void requireName() {
    if (id.length() > LONGEST_ID || id.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a task in a scope has an id of "
              + id.length()
              + " characters: a task's id has at most "
              + LONGEST_ID
              + ", and no control characters");
    }
  }

  @JsonValue
  Object json() {
    return attempt == null ? id : Map.of("id", id, "attempt", attempt);
  }
}
