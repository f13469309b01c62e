package dev.warrener.messaging.broker.tasks;

import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.TestFleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a {@link TaskIntake} says, for a test to wait for. */
public final class RecordingIntake implements TaskIntake.Listener {
  record Down(long generation, String reason, Duration silence) {}

  record Ended(long generation, String queue, String reason) {}

  final BlockingQueue<Long> ups = new LinkedBlockingQueue<>();
  final BlockingQueue<Down> downs = new LinkedBlockingQueue<>();
  final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
  final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();

  @Override
  public void up(long generation, Dialect dialect) {
    ups.add(generation);
  }

  @Override
  public void down(long generation, String reason, Duration silence) {
    downs.add(new Down(generation, reason, silence));
  }

  @Override
  public void delivered(Delivery delivery) {
    deliveries.add(delivery);
  }

  @Override
  public void consumptionEnded(long generation, String queue, String reason) {
    ended.add(new Ended(generation, queue, reason));
  }

  List<Delivery> take(int count) throws InterruptedException {
    var taken = new ArrayList<Delivery>();
    while (taken.size() < count) {
      taken.add(next(deliveries));
    }
    return taken;
  }

  public static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    var next = queue.poll(TestFleet.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (next == null) {
      throw new AssertionError("nothing came within " + TestFleet.PATIENCE);
    }
    return next;
  }
}
