package dev.warrener.messaging.broker.orders;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps what an {@link OrderFeed} says, for a test to wait for. */
public final class RecordingOrders implements OrderFeed.Listener {
  public record Synced(long generation, List<ReceivedOrder> log, boolean tripped) {}

  public record Down(long generation, String reason, Duration silence) {}

  public final BlockingQueue<Synced> synced = new LinkedBlockingQueue<>();
  public final BlockingQueue<ReceivedOrder> orders = new LinkedBlockingQueue<>();
  public final BlockingQueue<Long> trips = new LinkedBlockingQueue<>();
  public final BlockingQueue<Down> downs = new LinkedBlockingQueue<>();

  @Override
  public void synced(long generation, List<ReceivedOrder> log, boolean tripped) {
    synced.add(new Synced(generation, log, tripped));
  }

  @Override
  public void ordered(ReceivedOrder order) {
    orders.add(order);
  }

  @Override
  public void tripped(long generation) {
    trips.add(generation);
  }

  @Override
  public void down(long generation, String reason, Duration silence) {
    downs.add(new Down(generation, reason, silence));
  }
}
