package dev.warrener.ops.command;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.FleetProbe;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.OrderSender;
import dev.warrener.messaging.broker.reports.ReportFeed;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The line over a broker. Reports are heard from the moment on that it is open. */
final class BrokerLine implements FleetLine {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);

  private final BrokerAccess access;
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
  private final AtomicBoolean missed = new AtomicBoolean();
  private final ReportFeed feed;
  private final OrderSender sender;
  private @Nullable BrokerSession session;

  private BrokerLine(BrokerAccess access, Collection<String> keys, InstantSource clock) {
    this.access = access;
    this.feed = new ReportFeed(access, keys, new Listener(clock));
    feed.start();
    OrderSender opened = null;
    try {
      opened = OrderSender.open(access);
      opened.prepare();
      feed.awaitUp(CONNECT_TIMEOUT);
    } catch (RuntimeException e) {
      feed.close();
      if (opened != null) {
        opened.close();
      }
      throw e;
    }
    this.sender = opened;
  }

  /**
   * Connects.
   *
   * @param orders the ids of orders whose reports are wanted
   * @param withPresence whether presence is wanted too
   * @throws CommandFailure if there is no fleet at this broker
   * @throws BrokerException if the broker can't be reached or refuses
   */
  static BrokerLine open(
      BrokerAccess access, Collection<String> orders, boolean withPresence, InstantSource clock) {
    var keys = new ArrayList<String>();
    orders.forEach(order -> keys.add("kill." + order + ".*"));
    if (withPresence) {
      keys.add("presence.*");
    }
    try {
      return new BrokerLine(access, List.copyOf(keys), clock);
    } catch (NoSuchQueueException e) {
      throw new CommandFailure(
          ExitStatus.UNKNOWN_TARGET,
          "there is no fleet "
              + access.namespace().name()
              + " at "
              + access.address()
              + ": start a controller there, or name another fleet with --namespace",
          e);
    }
  }

  @Override
  public Optional<Heard> next(Duration patience) throws InterruptedException {
    return Optional.ofNullable(heard.poll(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS));
  }

  @Override
  public Sent send(Order order) {
    var receipt = sender.send(order, null, SEND_TIMEOUT);
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

  /** A count that may not be asked for, or of a queue that isn't there, is no count. */
  private OptionalInt count(ToIntFunction<FleetProbe> question) {
    try {
      return OptionalInt.of(question.applyAsInt(probe()));
    } catch (NotAllowedException | NoSuchQueueException e) {
      return OptionalInt.empty();
    }
  }

  @Override
  public int pullTripwire() {
    return probe().pullTripwire();
  }

  @Override
  public boolean queueExists(String queue) {
    return count(probe -> probe.queue(queue).consumers()).isPresent();
  }

  @Override
  public boolean hasMissed() {
    return missed.getAndSet(false);
  }

  /** What the broker is: {@code RabbitMQ 4.3.6}. */
  String product() {
    return sender.dialect().product();
  }

  /**
   * Counts, on the connection that hears reports: it never publishes, so an alarm doesn't block it.
   * While that one is away, on another.
   */
  FleetProbe probe() {
    try {
      return feed.probe();
    } catch (BrokerUnreachableException e) {
      return session().probe();
    }
  }

  /** A session for whatever else is asked, on a connection that never publishes either. */
  BrokerSession session() {
    if (session == null) {
      session = BrokerSession.open(access);
    }
    return session;
  }

  /** Says goodbye on all connections at once: each has to wait for the broker's answer. */
  @Override
  public void close() {
    var others = Thread.ofPlatform().daemon().name("goodbye").start(feed::close);
    sender.close();
    if (session != null) {
      session.close();
    }
    try {
      others.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Listener implements ReportFeed.Listener {
    private final InstantSource clock;
    private final AtomicLong generations = new AtomicLong();

    Listener(InstantSource clock) {
      this.clock = clock;
    }

    @Override
    public void up(long generation) {
      if (generations.getAndIncrement() > 0) {
        missed.set(true);
      }
    }

    @Override
    public void report(Report report) {
      heard.add(new Heard.OfReport(report, clock.instant()));
    }

    @Override
    public void presence(Presence presence) {
      heard.add(new Heard.OfPresence(presence, clock.instant()));
    }
  }
}
