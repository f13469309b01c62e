package dev.warrener.testbroker;

/**
 * A broker for one test, with methods to break it. Its address stays the same over {@link #stop}
 * and {@link #start}. Each method returns when its effect can be seen from outside.
 *
 * <p>The methods throw an {@link IllegalStateException} if they had no effect, and an {@link
 * UnsupportedOperationException} if the broker lacks {@link Capability#FAULTS}.
 */
public interface OwnBroker extends TestBroker, AutoCloseable {
  /**
   * Starts a broker that is meant for measuring, not for breaking.
   *
   * @param kind {@code docker} or {@code private}
   * @param limits the share of the machine that the broker may use
   * @throws IllegalStateException if the broker is not available, with the reason
   */
  static OwnBroker start(String kind, BrokerLimits limits) {
    try {
      return switch (kind) {
        case "docker" -> DockerBroker.launch(limits);
        case "private" -> PrivateNode.launch(limits);
        default -> throw new IllegalArgumentException("docker or private, not " + kind);
      };
    } catch (BrokerUnavailableException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Stops it, which closes connections. On RabbitMQ durable queues and messages stay. */
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

  /** Lets it write nothing: quorum queues take settlements and don't carry them out. */
  void holdWrites();

  /** Lets it write again. */
  void allowWrites();

  /**
   * Has it forget a queue, as a cluster may after a partition: nothing is routed to the queue any
   * more, and its consumers are not told.
   */
  void forgetQueue(Vhost vhost, String queue);

  /** Lets it refuse messages with a body of more bytes, on channels that are opened from now on. */
  void limitMessages(int bytes);

  /** Stops it and removes all that it had. Closing twice is fine. */
  @Override
  void close();
}
