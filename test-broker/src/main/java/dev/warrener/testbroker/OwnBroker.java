package dev.warrener.testbroker;

/**
 * A broker of one test's own, with verbs to break it. Its address stays the same over {@link #stop}
 * and {@link #start}. Each verb returns when its effect can be seen from outside.
 *
 * <p>The verbs fail with an {@link IllegalStateException} where they had no effect, and with an
 * {@link UnsupportedOperationException} where the broker lacks {@link Capability#FAULTS}.
 */
public interface OwnBroker extends TestBroker, AutoCloseable {
  /**
   * Starts one that is meant for measuring, not for breaking.
   *
   * @param kind {@code docker} or {@code private}
   * @param room what it may take of the machine
   * @throws IllegalStateException if it can't be had, with the reason
   */
  static OwnBroker start(String kind, Room room) {
    try {
      return switch (kind) {
        case "docker" -> DockerBroker.launch(room);
        case "private" -> PrivateNode.launch(room);
        default -> throw new IllegalArgumentException("docker or private, not " + kind);
      };
    } catch (BrokerUnavailableException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Stops it in order; connections are closed. What is durable stays, on RabbitMQ. */
  void stop();

  /** Starts it again after {@link #stop} or {@link #kill}; returns when it takes connections. */
  void start();

  /** Ends it by SIGKILL. */
  void kill();

  /** Freezes it: connections stay, and nothing answers. */
  void pause();

  /** Lets it go on after {@link #pause}. */
  void resume();

  /** Lowers the limit on memory until the alarm is on: publishers are blocked. */
  void raiseMemoryAlarm();

  /** Restores the limit on memory; the alarm is off. */
  void clearMemoryAlarm();

  /** Raises the limit on free disk space until the alarm is on: publishers are blocked. */
  void raiseDiskAlarm();

  /** Restores the limit on free disk space; the alarm is off. */
  void clearDiskAlarm();

  /** Stops it and removes all that it had. Closing twice is fine. */
  @Override
  void close();
}
