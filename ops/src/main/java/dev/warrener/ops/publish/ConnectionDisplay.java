package dev.warrener.ops.publish;

import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.producer.ClientListener;

/** Shows what happens to the connection, until it is closed. */
final class ConnectionDisplay implements ClientListener, AutoCloseable {
  private final Screen screen;
  private volatile boolean closed;

  ConnectionDisplay(Screen screen) {
    this.screen = screen;
  }

  @Override
  public void disconnected(String reason) {
    if (!closed) {
      screen.say(Tone.WARN, "The connection is lost (" + reason + "); trying again.");
    }
  }

  @Override
  public void blocked(String reason) {
    screen.insist(Tone.WARN, "The broker blocks publishers (" + reason + "); waiting.");
  }

  @Override
  public void unblocked() {
    screen.insist(Tone.NORMAL, "The broker no longer blocks publishers.");
  }

  @Override
  public void close() {
    closed = true;
  }
}
