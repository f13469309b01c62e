package dev.warrener.bench.rig;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.messaging.task.Body;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Receives the reports of controllers, as any client of the broker can, and notes when each
 * arrived. Reports are stored unread until somebody asks for them, so that reading them does not
 * take processor time from what is measured. Thread-safe: its monitor guards all fields.
 */
public final class FleetWatch implements AutoCloseable {
  private static final String PRESENCE = "presence.";

  private final Channel channel;
  private final Map<String, Presence> presence = new HashMap<>();
  private final Map<String, byte[]> unreadPresence = new HashMap<>();
  private final List<Unread> unread = new ArrayList<>();
  private List<ReceivedReport> received = new ArrayList<>();

  /** The number of reports, read and unread, from which on a waiting caller reads them. */
  private int worthReading;

  private record Unread(long nanos, Body body) {}

  /**
   * A report about an order.
   *
   * @param nanos when the report arrived, by {@link System#nanoTime}
   * @param type the type, such as {@code worker.dead}
   * @param order the id of the order
   * @param deathMicros the time from signal to proof in a death certificate; 0 in other reports
   */
  public record ReceivedReport(long nanos, String type, String order, long deathMicros) {}

  /** Receives the reports that are published from now on. */
  public FleetWatch(MeasuredBroker broker) throws IOException {
    channel = broker.connection().createChannel();
    var queue = channel.queueDeclare().getQueue();
    channel.queueBind(queue, broker.namespace().reportsExchange(), "kill.#");
    channel.queueBind(queue, broker.namespace().reportsExchange(), "presence.*");
    channel.basicConsume(queue, true, new Listener(channel));
  }

  private final class Listener extends DefaultConsumer {
    Listener(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      long nanos = System.nanoTime();
      if (envelope.getRoutingKey().startsWith(PRESENCE)) {
        arrived(envelope.getRoutingKey().substring(PRESENCE.length()), body);
      } else {
        arrived(new Unread(nanos, Body.of(body)));
      }
    }
  }

  private synchronized void arrived(String controller, byte[] body) {
    unreadPresence.put(controller, body);
    notifyAll();
  }

  private synchronized void arrived(Unread report) {
    unread.add(report);
    if (received.size() + unread.size() >= worthReading) {
      notifyAll();
    }
  }

  private void readReports() {
    for (var one : unread) {
      var report = ContractJson.tree(one.body().bytes());
      received.add(
          new ReceivedReport(
              one.nanos(),
              report.path("type").asString(""),
              report.path("order").asString(""),
              report.path("deathMicros").asLong(0)));
    }
    unread.clear();
  }

  /** Forgets the presence of a controller, because another one with its id is about to start. */
  public synchronized void forget(String controller) {
    unreadPresence.remove(controller);
    presence.remove(controller);
  }

  /** Returns the newest presence of a controller, or null if none has arrived. */
  public synchronized @Nullable Presence presence(String controller) {
    var newest = unreadPresence.remove(controller);
    if (newest != null) {
      presence.put(controller, ContractJson.read(newest, Presence.class));
    }
    return presence.get(controller);
  }

  /**
   * Waits until each worker of a controller is idle or busy.
   *
   * @param check is called now and then, and throws if waiting has become useless
   */
  public Presence awaitReady(String controller, Runnable check) throws InterruptedException {
    return await(
        controller,
        check,
        presence ->
            presence.state() == ControllerState.RUNNING
                && presence.workers().stream()
                    .allMatch(worker ->
                        worker.state() == WorkerState.IDLE || worker.state() == WorkerState.BUSY));
  }

  /**
   * Waits until exactly {@code workers} workers of a controller are busy.
   *
   * @param check is called now and then, and throws if waiting has become useless
   */
  public Presence awaitBusy(String controller, int workers, Runnable check)
      throws InterruptedException {
    return await(
        controller,
        check,
        presence ->
            presence.workers().stream().filter(worker -> worker.state() == WorkerState.BUSY).count()
                == workers);
  }

  private synchronized Presence await(
      String controller, Runnable check, Predicate<Presence> condition)
      throws InterruptedException {
    long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
    while (true) {
      var newest = presence(controller);
      if (newest != null && condition.test(newest)) {
        return newest;
      }
      check.run();
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "controller " + controller + " is not as expected; its newest presence is " + newest);
      }
      wait(500);
    }
  }

  /**
   * Waits until {@code count} reports of a type about an order have arrived.
   *
   * @param order the id of the order, or null for any order
   * @return all reports about the order so far, in the order of their arrival
   */
  public synchronized List<ReceivedReport> await(
      @Nullable String order, String type, int count, Duration timeout)
      throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    worthReading = count;
    while (true) {
      if (received.size() + unread.size() >= count) {
        readReports();
        worthReading = 0;
      }
      var about =
          received.stream().filter(one -> order == null || one.order().equals(order)).toList();
      if (about.stream().filter(one -> one.type().equals(type)).count() >= count) {
        return about;
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new IllegalStateException(
            "fewer than "
                + count
                + " reports "
                + type
                + " arrived within "
                + timeout.toSeconds()
                + " s");
      }
      wait(left);
    }
  }

  /** Forgets all reports so far. */
  public synchronized void forgetReports() {
    unread.clear();
    received = new ArrayList<>();
  }

  @Override
  public void close() {
    try {
      channel.abort();
    } catch (IOException e) {
      // The channel ends with its connection.
    }
  }
}
