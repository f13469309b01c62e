package dev.warrener.bench.rig;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.warrener.messaging.json.Json;
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
 * Hears what controllers say at the broker, as any client could, with the time at which it was
 * heard. What comes is only put by, and read when somebody wants to know: else this program's work
 * would be measured along with theirs. Thread-safe: all of it is guarded by its monitor.
 */
public final class FleetWatch implements AutoCloseable {
  private static final String PRESENCE = "presence.";

  private final Channel channel;
  private final Map<String, Presence> presence = new HashMap<>();
  private final Map<String, byte[]> unreadPresence = new HashMap<>();
  private final List<Unread> unread = new ArrayList<>();
  private List<Heard> heard = new ArrayList<>();

  /** How many reports there must be, read and unread, before it is worth to read them. */
  private int worthReading;

  private record Unread(long nanos, Body body) {}

  /**
   * A report about an order.
   *
   * @param nanos when it was heard, by {@link System#nanoTime}
   * @param type such as {@code worker.dead}
   * @param order the order's id
   * @param deathMicros of a certificate; 0 of others
   */
  public record Heard(long nanos, String type, String order, long deathMicros) {}

  /** Listens from now on. */
  public FleetWatch(MeasuredBroker place) throws IOException {
    channel = place.connection().createChannel();
    var queue = channel.queueDeclare().getQueue();
    channel.queueBind(queue, place.namespace().reportsExchange(), "kill.#");
    channel.queueBind(queue, place.namespace().reportsExchange(), "presence.*");
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
        said(envelope.getRoutingKey().substring(PRESENCE.length()), body);
      } else {
        said(new Unread(nanos, Body.of(body)));
      }
    }
  }

  private synchronized void said(String controller, byte[] body) {
    unreadPresence.put(controller, body);
    notifyAll();
  }

  private synchronized void said(Unread report) {
    unread.add(report);
    if (heard.size() + unread.size() >= worthReading) {
      notifyAll();
    }
  }

  private void readReports() {
    for (var one : unread) {
      var report = Json.tree(one.body().bytes());
      heard.add(
          new Heard(
              one.nanos(),
              report.path("type").asString(""),
              report.path("order").asString(""),
              report.path("deathMicros").asLong(0)));
    }
    unread.clear();
  }

  /** Forgets what a controller of that id said: another is about to start. */
  public synchronized void forget(String controller) {
    unreadPresence.remove(controller);
    presence.remove(controller);
  }

  /** The newest word of a controller. */
  public synchronized @Nullable Presence presence(String controller) {
    var newest = unreadPresence.remove(controller);
    if (newest != null) {
      presence.put(controller, Json.read(newest, Presence.class));
    }
    return presence.get(controller);
  }

  /** Waits until all workers of a controller are ready, or run something. */
  public Presence awaitReady(String controller, Runnable check) throws InterruptedException {
    return await(
        controller,
        check,
        said ->
            said.state() == ControllerState.RUNNING
                && said.workers().stream()
                    .allMatch(worker ->
                        worker.state() == WorkerState.IDLE || worker.state() == WorkerState.BUSY));
  }

  /** Waits until that many workers of a controller run something. */
  public Presence awaitBusy(String controller, int workers, Runnable check)
      throws InterruptedException {
    return await(
        controller,
        check,
        said ->
            said.workers().stream().filter(worker -> worker.state() == WorkerState.BUSY).count()
                == workers);
  }

  private synchronized Presence await(
      String controller, Runnable check, Predicate<Presence> condition)
      throws InterruptedException {
    long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
    while (true) {
      var said = presence(controller);
      if (said != null && condition.test(said)) {
        return said;
      }
      check.run();
      if (System.nanoTime() > end) {
        throw new IllegalStateException("controller " + controller + " says only " + said);
      }
      wait(500);
    }
  }

  /**
   * Waits until so many reports of a type were heard about an order, or about any order if it is
   * null.
   *
   * @return all reports about it so far, in their order
   */
  public synchronized List<Heard> await(
      @Nullable String order, String type, int count, Duration timeout)
      throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    worthReading = count;
    while (true) {
      if (heard.size() + unread.size() >= count) {
        readReports();
        worthReading = 0;
      }
      var about = heard.stream().filter(one -> order == null || one.order().equals(order)).toList();
      if (about.stream().filter(one -> one.type().equals(type)).count() >= count) {
        return about;
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new IllegalStateException(
            "not " + count + " reports " + type + " within " + timeout.toSeconds() + " s");
      }
      wait(left);
    }
  }

  /** Forgets the reports heard so far. */
  public synchronized void forgetReports() {
    unread.clear();
    heard = new ArrayList<>();
  }

  @Override
  public void close() {
    try {
      channel.abort();
    } catch (IOException e) {
      // It goes with the connection.
    }
  }
}
