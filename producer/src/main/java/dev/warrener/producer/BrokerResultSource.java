package dev.warrener.producer;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.reports.ResultFeed;

/** The results from the broker. */
record BrokerResultSource(ResultFeed feed) implements ResultSource {
  static BrokerResultSource connect(
      BrokerAccess access, ClientOptions options, PendingResults results) {
    var feed = new ResultFeed(access, results);
    try {
      feed.start();
      feed.awaitUp(options.connectTimeout());
      return new BrokerResultSource(feed);
    } catch (NoSuchQueueException e) {
      feed.close();
      throw new NoSuchQueueException(
          "there is no fleet "
              + access.namespace().name()
              + " at "
              + access.address()
              + ": start a controller there, or check the namespace",
          e);
    } catch (RuntimeException e) {
      feed.close();
      throw e;
    }
  }

  @Override
  public String replyQueue() {
    return feed.replyQueue();
  }

  @Override
  public void close() {
    feed.close();
  }
}
