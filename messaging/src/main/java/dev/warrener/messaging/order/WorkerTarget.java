package dev.warrener.messaging.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.Names;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A worker in an order's scope. In JSON a string, or an object with {@code id} and {@code
 * incarnation}.
 *
 * @param id the worker's id, {@code CONTROLLER/SLOT}
 * @param incarnation the only process that the order is meant for, or null for any. If another one
 *     runs, the controller refuses the order
 */
public record WorkerTarget(String id, @Nullable Long incarnation) {
  private static final Pattern SLOT = Pattern.compile("[1-9][0-9]{0,8}");

  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  public WorkerTarget {
    if (id.indexOf('/') <= 0 || id.endsWith("/")) {
      throw new IllegalArgumentException(
          "worker \""
              + id
              + "\" is not a worker's id: use CONTROLLER/SLOT, as warrener ps shows it");
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static WorkerTarget of(String id) {
    return new WorkerTarget(id, null);
  }

  void requireName() {
    int slash = id.indexOf('/');
    Names.require("controller", id.substring(0, slash));
    if (!SLOT.matcher(id.substring(slash + 1)).matches()) {
      throw new IllegalArgumentException(
          "a worker of controller "
              + id.substring(0, slash)
              + " in a scope has no valid slot: use CONTROLLER/SLOT, as warrener ps shows it");
    }
  }

  @JsonValue
  Object json() {
    return incarnation == null ? id : Map.of("id", id, "incarnation", incarnation);
  }
}
