package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.tasks.Delivery;
import dev.warrener.messaging.broker.tasks.TaskIntake;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks on the task connection: consumes and settles, on one thread, in the order in which it is
 * told. It keeps the messages themselves, which the state only has keys of.
 */
final class Settler implements TaskIntake.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Settler.class);

  /**
   * How long an acknowledgement may wait for others: so long that those of tasks of milliseconds
   * come together, too. If the controller is killed meanwhile, these tasks run again.
   */
  private static final long PUT_OFF_NANOS = 4_000_000;

  /** How many may wait at most, and what part of the smallest look-ahead. */
  private static final int MOST_PUT_OFF = 32;

  private static final int PART_PUT_OFF = 5;

  /**
   * How often acknowledgements wait for older ones of their queue: those of a whole run cost the
   * broker one frame, and a quorum queue one entry in its log.
   */
  private static final int ROUNDS_APART = 3;

  /** So many times as many as may be put off may wait for older ones: else there is a long task. */
  private static final int MOST_APART = 3;

  /** With a small look-ahead the broker waits for each of them. */
  private static final int WORTH_WAITING = 8;

  /** An acknowledgement that waits for older ones, and how often it has. */
  private record Apart(Delivery delivery, int rounds) {}

  private final Lane lane = new Lane("settler");
  private final Map<DeliveryKey, Delivery> deliveries = new ConcurrentHashMap<>();
  private final Consumer<Event> events;

  // Owned by the owner's thread.
  private List<DeliveryKey> acknowledged = new ArrayList<>();
  private long oldest;
  private int mostPutOff = MOST_PUT_OFF;

  /** Whether some may still wait for older ones. */
  private boolean someApart;

  // Owned by the lane.
  private List<Apart> apart = new ArrayList<>();

  private @Nullable TaskIntake intake;

  Settler(Consumer<Event> events) {
    this.events = events;
  }

  void use(TaskIntake connection) {
    intake = connection;
  }

  private TaskIntake intake() {
    if (intake == null) {
      throw new IllegalStateException("the settler has no connection yet");
    }
    return intake;
  }

  // What the connection says.

  @Override
  public void up(long generation, Dialect dialect) {
    LOG.info("takes tasks from {}", dialect.product());
    events.accept(new Event.BrokerUp(generation));
  }

  @Override
  public void down(long generation, String reason, Duration silence) {
    deliveries.keySet().removeIf(key -> key.generation() <= generation);
    events.accept(new Event.BrokerDown(generation, reason, silence));
  }

  @Override
  public void delivered(Delivery delivery) {
    // A channel that was opened again counts its tags anew: its number goes before them.
    long number = ((long) delivery.channel() << 40) | delivery.tag();
    var key = new DeliveryKey(delivery.generation(), delivery.queue(), number);
    deliveries.put(key, delivery);
    events.accept(
        switch (delivery.content()) {
          case Task task -> new Event.Delivered(key, task);
          case InvalidTask invalid -> new Event.DeliveredInvalid(key, invalid);
        });
  }

  @Override
  public void consumptionEnded(long generation, String queue, String reason) {
    deliveries.keySet().removeIf(key -> key.queue().equals(queue));
    events.accept(new Event.ConsumptionEnded(generation, queue, reason));
  }

  /** The message behind a delivery, or null if it was settled or lost. */
  @Nullable Message message(DeliveryKey key) {
    var delivery = deliveries.get(key);
    return delivery == null ? null : delivery.message();
  }

  // What is to be done.

  void consume(Effect.Consume consume, long generation) {
    mostPutOff = Math.min(mostPutOff, consume.prefetch() / PART_PUT_OFF);
    add(() -> {
      try {
        intake().consume(consume.queue(), QueueSettings.DEFAULT, consume.prefetch());
      } catch (BrokerException e) {
        LOG.warn("queue {} can't be consumed: {}", consume.queue(), e.getMessage());
        Pause.before(
            Duration.ofSeconds(1),
            () ->
                events.accept(
                    new Event.ConsumptionEnded(
                        generation, consume.queue(), String.valueOf(e.getMessage()))));
      }
    });
  }

  void cancel(String queue) {
    add(() -> {
      try {
        intake().cancel(queue);
      } catch (BrokerException e) {
        // The connection is lost, and the consumer with it.
        LOG.debug("cancel of queue {}: {}", queue, e.getMessage());
      }
    });
  }

  /**
   * Acknowledges a delivery, together with others if they come soon enough: see {@link
   * #flushIfDue}.
   */
  void acknowledge(DeliveryKey key) {
    if (acknowledged.isEmpty() && !someApart) {
      oldest = System.nanoTime();
    }
    acknowledged.add(key);
  }

  /**
   * Sends the acknowledgements that were put off, unless they may wait for more: for some
   * milliseconds, and as long as the broker can still hand out most of the look-ahead without them.
   * Where there are many, those that older ones would go with wait for these a few times more.
   *
   * @return in how many nanoseconds at the latest this is to be called again
   */
  long flushIfDue() {
    if (acknowledged.isEmpty() && !someApart) {
      return Long.MAX_VALUE;
    }
    long left = PUT_OFF_NANOS - (System.nanoTime() - oldest);
    if (left > 0 && acknowledged.size() < mostPutOff) {
      return left;
    }
    if (mostPutOff < WORTH_WAITING || acknowledged.size() <= mostPutOff / 2) {
      flush();
      return Long.MAX_VALUE;
    }
    var keys = takeAcknowledged();
    int most = mostPutOff;
    someApart = true;
    oldest = System.nanoTime();
    lane.add(() -> sendOldest(keys, most));
    return PUT_OFF_NANOS;
  }

  /**
   * Sends what was put off. All else does so first: acknowledgements are put together, and nothing
   * is put before or behind its time.
   */
  void flush() {
    if (acknowledged.isEmpty() && !someApart) {
      return;
    }
    var keys = takeAcknowledged();
    someApart = false;
    lane.add(() -> sendAll(keys));
  }

  private List<DeliveryKey> takeAcknowledged() {
    var keys = acknowledged;
    acknowledged = new ArrayList<>();
    return keys;
  }

  private void sendAll(List<DeliveryKey> keys) {
    var all = takeApart();
    intake().acknowledge(Stream.concat(deliveries(all), known(keys)).toList());
  }

  private void sendOldest(List<DeliveryKey> keys, int most) {
    var all = takeApart();
    known(keys).forEach(delivery -> all.add(new Apart(delivery, 0)));
    var rest = Collections.newSetFromMap(new IdentityHashMap<Delivery, Boolean>());
    rest.addAll(intake().acknowledgeOldest(deliveries(all).toList()));
    int rounds = rest.size() > MOST_APART * most ? 0 : ROUNDS_APART;
    var late = new ArrayList<Delivery>();
    for (var one : all) {
      if (!rest.contains(one.delivery())) {
        continue;
      }
      if (one.rounds() < rounds) {
        apart.add(new Apart(one.delivery(), one.rounds() + 1));
      } else {
        late.add(one.delivery());
      }
    }
    intake().acknowledge(late);
  }

  private List<Apart> takeApart() {
    var all = apart;
    apart = new ArrayList<>();
    return all;
  }

  private static Stream<Delivery> deliveries(List<Apart> some) {
    return some.stream().map(Apart::delivery);
  }

  private Stream<Delivery> known(List<DeliveryKey> keys) {
    return keys.stream().flatMap(key -> Stream.ofNullable(deliveries.remove(key)));
  }

  private void add(Runnable work) {
    flush();
    lane.add(work);
  }

  void requeue(DeliveryKey key) {
    add(() -> {
      var delivery = deliveries.remove(key);
      if (delivery != null) {
        intake().requeue(delivery);
      }
    });
  }

  void barrier(Effect.Barrier barrier) {
    add(() -> {
      Event answer;
      try {
        intake().barrier(barrier.queue());
        answer = new Event.BarrierPassed(barrier.token());
      } catch (BrokerException e) {
        answer = new Event.BarrierFailed(barrier.token(), String.valueOf(e.getMessage()));
      }
      events.accept(answer);
    });
  }

  void purge(Effect.PurgeBacklog purge) {
    add(() -> {
      Event answer;
      try {
        answer = new Event.BacklogDone(purge.token(), intake().purge(purge.queue()));
      } catch (BrokerException e) {
        answer = new Event.BacklogFailed(purge.token(), 0, String.valueOf(e.getMessage()));
      }
      events.accept(answer);
    });
  }

  void sweep(
      Effect.DeadLetterBacklog sweep,
      Function<Delivery, CompletionStage<PublishOutcome>> publishCopy) {
    add(() -> {
      Event answer;
      try {
        var swept =
            intake()
                .sweep(
                    sweep.queue(),
                    delivery ->
                        publishCopy
                            .apply(delivery)
                            .thenApply(outcome -> outcome instanceof PublishOutcome.Confirmed));
        answer =
            swept.complete()
                ? new Event.BacklogDone(sweep.token(), swept.moved())
                : new Event.BacklogFailed(sweep.token(), swept.moved(), "not all could be moved");
      } catch (BrokerException e) {
        answer = new Event.BacklogFailed(sweep.token(), 0, String.valueOf(e.getMessage()));
      }
      events.accept(answer);
    });
  }

  /** Sends what is still to be settled, and ends. */
  void finish(Duration timeout) {
    if (!lane.finish(timeout)) {
      LOG.warn("not everything could be settled within {}: the broker gives it to others", timeout);
      lane.close();
    }
  }
}
