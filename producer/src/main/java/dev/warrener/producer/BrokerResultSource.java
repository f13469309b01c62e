package dev.warrener.producer;

import dev.warrener.messaging.broker.BrokerAccess;
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
