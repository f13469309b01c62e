package dev.warrener.operator.connection;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
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
import org.jspecify.annotations.Nullable;

/** A connection over a broker. It receives reports from the moment it is open. */
public final class BrokerFleetConnection implements FleetConnection {
  private final FleetBroker broker;
  private final InstantSource clock;
  private final boolean isAlone;
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
  private final AtomicBoolean missed = new AtomicBoolean();

  /** Why the broker could not count. Used by the caller's thread. */
  private final Set<String> miscounts = new LinkedHashSet<>();

  BrokerFleetConnection(FleetBroker broker, InstantSource clock, boolean isAlone) {
    this.broker = broker;
    this.clock = clock;
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
    return FleetBroker.open(access, orders).connectAlone(clock);
  }

  /** Takes in a report; called on the thread that receives. */
  void receive(Report report, @Nullable String userId) {
    heard.add(new Heard.OfReport(report, clock.instant(), userId));
  }

  /** Takes in a presence; called on the thread that receives. */
  void receive(Presence presence, @Nullable String userId) {
    heard.add(new Heard.OfPresence(presence, clock.instant(), userId));
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
    if (receipt.signalled()) {
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

  /** A count that may not be asked for, or of a queue that does not exist, is empty. */
  private OptionalInt count(Function<FleetProbe, Integer> question) {
    try {
      return OptionalInt.of(broker.ask(question));
    } catch (NotAllowedException | NoSuchQueueException e) {
      return OptionalInt.empty();
    } catch (BrokerException e) {
      if (!BrokerErrors.isLocked(e)) {
        throw e;
      }
      miscounts.addAll(broker.ask(FleetProbe::miscounts));
      return OptionalInt.empty();
    }
  }

  @Override
  public List<String> miscounts() {
    var because = List.copyOf(miscounts);
    miscounts.clear();
    return because;
  }

  @Override
  public int pullTripwire() {
    return broker.ask(FleetProbe::pullTripwire);
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
    return count(probe -> probe.queue(queue).consumers()).isPresent();
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
