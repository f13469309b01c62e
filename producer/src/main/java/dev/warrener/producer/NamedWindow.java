package dev.warrener.producer;

import dev.warrener.messaging.broker.publishing.PublishWindow;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A window of the client that explains in a sentence why there was no room.
 *
 * @param window the window
 * @param what the name of the window, as the subject of that sentence
 * @param patience how long a caller waits for room
 * @param link knows whether the broker blocks publishers
 */
record NamedWindow(PublishWindow window, String what, Duration patience, ClientLink link) {

  /** Waits for room and takes it. Returns null, or the reason why there was no room. */
  @Nullable String enter(long size) {
    try {
      return window.enter(size, patience)
          ? null
          : what + " stayed full for " + patience.toSeconds() + " s" + link.remark();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "its thread was interrupted while it waited for room";
    }
  }

  void leave(long size) {
    window.leave(size);
  }
}
