package dev.warrener.producer;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.task.Task;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes tasks to the broker. {@link Submissions} has the one window that bounds them: a task
 * keeps its place there while it waits for its next attempt. So the publisher has no limit of its
 * own here.
 */
record BrokerTaskSink(ConfirmedPublisher publisher) implements TaskSink {
  static BrokerTaskSink connect(BrokerAccess access, ClientOptions options, ClientLink link) {
    var settings = PublisherSettings.DEFAULT.withTimeout(options.publishTimeout());
    var publisher = new ConfirmedPublisher(access, settings, link);
    try {
      publisher.start();
      publisher.awaitUp(options.connectTimeout());
      return new BrokerTaskSink(publisher);
    } catch (RuntimeException e) {
      publisher.close();
      throw e;
    }
  }

  @Override
  public CompletableFuture<PublishOutcome> publish(Task task) {
    return publisher.force(task);
  }

  @Override
  public void close() {
    publisher.close();
  }
}
