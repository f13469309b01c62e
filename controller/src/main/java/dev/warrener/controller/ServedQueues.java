package dev.warrener.controller;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.SerialExecutor;
import dev.warrener.messaging.broker.admin.BrokerSession;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queues that a controller serves, at the broker: makes them, and records their names, so that
 * commands know of them also when nobody serves them any more. Recording has a thread and a
 * connection of its own, because nothing may wait for it. Thread-safe.
 */
final class ServedQueues implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServedQueues.class);

  /** How often to see whether names are to be recorded. */
  static final Duration LOOK_EVERY = Duration.ofSeconds(30);

  /** How long recorded names are taken to be there: a broker can have been made anew. */
  private static final Duration RECORDED_FOR = Duration.ofHours(1);

  private final BrokerAccess access;
  private final List<String> queues;
  private final SerialExecutor recording = new SerialExecutor("queue-names");

  /** When the names were recorded, or their recording was refused. Of the recording thread. */
  private @Nullable Long recordedAtNanos;

  private @Nullable String refused;

  ServedQueues(BrokerAccess access, List<String> queues) {
    this.access = access;
    this.queues = List.copyOf(queues);
  }

  /** Makes the queues, so that publishers can publish before the first worker is ready. */
  void declare() {
    try (var session = BrokerSession.open(access)) {
      session.topology().declareFleet();
      for (var queue : queues) {
        session.topology().declareQueue(queue, QueueSettings.DEFAULT);
      }
    }
  }

  /** Records the names if that is due. Returns at once. */
  void recordIfDue() {
    recording.execute(this::look);
  }

  private void look() {
    if (recordedAtNanos != null
        && System.nanoTime() - recordedAtNanos < RECORDED_FOR.toNanos()) {
      return;
    }
    try (var session = BrokerSession.open(access)) {
      session.recordQueues(queues);
      refused = null;
    } catch (BrokerUnreachableException e) {
      LOG.debug("the names of the served queues are not recorded yet: {}", e.getMessage());
      return;
    } catch (BrokerException e) {
      var because = String.valueOf(e.getMessage());
      if (!because.equals(refused)) {
        refused = because;
        LOG.warn(
            "commands will not know the queues of this controller while nobody serves them: {}",
            because);
      }
    }
    recordedAtNanos = System.nanoTime();
  }

  @Override
  public void close() {
    recording.close();
  }
}
