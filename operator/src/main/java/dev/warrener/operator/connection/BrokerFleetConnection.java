package dev.warrener.operator.connection;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.order.Order;
import dev.warrener.operator.rollcall.UnknownTargetException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A connection over a broker. It receives reports from the moment it is open, or from the moment at
 * which the broker lets it: see {@link #listens}.
 */
public final class BrokerFleetConnection implements FleetConnection {
  /** The longest that the broker may take for a count, because an order waits for it. */
  private static final Duration COUNT_WITHIN = Duration.ofSeconds(3);

  private static final String UNANSWERED =
      "the broker has not answered when it was asked for the count";

  /** The longest that deleting the tripwire may take: two requests, and a new connection. */
  private static final Duration PULL_WITHIN = Duration.ofSeconds(20);

  private final FleetBroker broker;
  private final boolean isAlone;
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
  private final AtomicBoolean missed = new AtomicBoolean();

  /** The reasons why a count failed, as the ends of sentences. Used by the caller's thread. */
  private final Set<String> miscounts = new LinkedHashSet<>();

  BrokerFleetConnection(FleetBroker broker, boolean isAlone) {
    this.broker = broker;
    this.isAlone = isAlone;
  }

  /**
   * Connects to a broker for some orders. Presence is received, too.
   *
   * @param orders the ids of orders whose reports are wanted
   * @throws UnknownTargetException if there is no fleet at this broker
   * @throws BrokerException if the broker can't be reached or refuses
   */
  public static BrokerFleetConnection open(
      BrokerAccess access, Collection<String> orders, InstantSource clock) {
    return FleetBroker.open(access, orders, clock).connectAlone();
  }

  /** Takes in a message; called on the thread that receives. */
  void receive(Heard message) {
    heard.add(message);
  }

  /** Notes that the connection was down; called on the thread that receives. */
  void missed() {
    missed.set(true);
  }

  @Override
  public Optional<Heard> next(Duration patience) throws InterruptedException {
    return Optional.ofNullable(heard.poll(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS));
  }

  @Override
  public Sent send(Order order) {
    var receipt = broker.send(order);
    var blocked = receipt.blocked();
    if (receipt.signalled() || receipt.unconfirmed()) {
      return new Sent.Broadcast(Optional.ofNullable(receipt.problem()));
    }
    if (blocked != null) {
      return new Sent.Blocked(blocked, receipt.pending());
    }
    return new Sent.NobodyListens(receipt.logged());
  }

  @Override
  public OptionalInt armed() {
    return count(FleetProbe::controllers);
  }

  @Override
  public OptionalInt running() {
    return count(FleetProbe::running);
  }

  /**
   * A count that may not be asked for, or of a queue that does not exist, is empty, and so is one
   * that the broker does not give. For the latter, {@link #miscounts} tells why.
   */
  private OptionalInt count(Function<FleetProbe, Integer> question) {
    try {
      return OptionalInt.of(broker.ask(question, COUNT_WITHIN));
    } catch (NotAllowedException | NoSuchQueueException e) {
      return OptionalInt.empty();
    } catch (BrokerUnreachableException e) {
      miscounts.add(UNANSWERED);
      return OptionalInt.empty();
    } catch (BrokerException e) {
      if (!BrokerErrors.isLocked(e)) {
        throw e;
      }
      addWhy();
      return OptionalInt.empty();
    }
  }

  /** An order that is on its way must not fail because the reason can't be had. */
  private void addWhy() {
    try {
      miscounts.addAll(broker.ask(FleetProbe::miscounts, COUNT_WITHIN));
    } catch (BrokerUnreachableException e) {
      miscounts.add(UNANSWERED);
    }
  }

  @Override
  public List<String> miscounts() {
    var because = List.copyOf(miscounts);
    miscounts.clear();
    return because;
  }

  /**
   * Asks the broker, while no other thread does.
   *
   * @param limit the longest wait for the answer
   * @throws BrokerUnreachableException if there is no answer in time
   */
  public <T> T ask(Function<FleetProbe, T> question, Duration limit) {
    return broker.ask(question, limit);
  }

  @Override
  public int pullTripwire() {
    return broker.ask(FleetProbe::pullTripwire, PULL_WITHIN);
  }

  @Override
  public Optional<String> recordTripwire(Order pulled) {
    try {
      broker.recordTripwire(pulled);
      return Optional.empty();
    } catch (BrokerException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public boolean queueExists(String queue) {
    try {
      broker.ask(probe -> probe.queue(queue), COUNT_WITHIN);
      return true;
    } catch (NotAllowedException | NoSuchQueueException e) {
      return false;
    } catch (BrokerUnreachableException e) {
      // A broker that does not answer must not hold back an order for a queue that may be there.
      return true;
    } catch (BrokerException e) {
      if (!BrokerErrors.isLocked(e)) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public boolean listens(Duration patience) {
    return broker.listens(patience);
  }

  @Override
  public boolean mayAskFirst() {
    return broker.hasQueue(Duration.ZERO);
  }

  @Override
  public boolean hasMissed() {
    return missed.getAndSet(false);
  }

  @Override
  public Optional<String> place() {
    return Optional.of(broker.address());
  }

  /** Returns what the broker is: {@code RabbitMQ 4.3.6}. */
  public String product() {
    return broker.product();
  }

  /** Returns a probe for other counts; for this thread, and not while another view is used. */
  public FleetProbe probe() {
    return broker.probe();
  }

  /** Returns a session for other questions; for this thread, and not while another view is used. */
  public BrokerSession session() {
    return broker.session();
  }

  @Override
  public void close() {
    broker.forget(this);
    if (isAlone) {
      broker.close();
    }
  }
}
