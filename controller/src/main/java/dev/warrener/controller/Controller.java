package dev.warrener.controller;

import dev.warrener.controller.audit.AuditLog;
import dev.warrener.controller.configuration.ConfigurationException;
import dev.warrener.controller.configuration.ControllerConfiguration;
import dev.warrener.controller.configuration.StateFolder;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.inbox.RecentOutput;
import dev.warrener.controller.inbox.WorkerFrames;
import dev.warrener.controller.inbox.WorkerOutput;
import dev.warrener.controller.local.LocalControl;
import dev.warrener.controller.process.ContainmentReport;
import dev.warrener.controller.process.ControllerLock;
import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.controller.process.ProcessListener;
import dev.warrener.controller.process.ProcessSettings;
import dev.warrener.controller.process.Strays;
import dev.warrener.controller.process.Survivor;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.LinkSettings;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.OrderFeed;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.broker.reports.PresenceFeed;
import dev.warrener.messaging.broker.reports.Reporter;
import dev.warrener.messaging.broker.tasks.TaskIntake;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.messaging.report.ControllerHello;
import dev.warrener.messaging.report.Presence;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running controller. {@link #start} returns when it is ready to take tasks; {@link #awaitEnd}
 * when it has ended in order. Thread-safe.
 */
public final class Controller {
  /** The logger of what tasks and workers print; everything else is the controller's own word. */
  public static final String LOG_OF_TASKS = "dev.warrener.task";

  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

  /** The release of Warrener that this is. */
  public static final String SOFTWARE =
      Objects.requireNonNullElse(Controller.class.getPackage().getImplementationVersion(), "dev");

  private static final Duration PRESENCE_EVERY = Duration.ofSeconds(2);
  private static final Duration PRESENCE_AT_MOST_EVERY = Duration.ofMillis(200);
  private static final Duration PRESENCE_OF_MANY_EVERY = Duration.ofSeconds(1);

  /** All hear all: what is said in a second is to grow with their number, not with its square. */
  private static final Duration PRESENCE_PAUSE_FOR_EACH_OTHER = Duration.ofMillis(25);

  private static final Duration GOODBYE = Duration.ofSeconds(5);

  private final ControllerConfiguration configuration;
  private final ControllerLock lock;
  private final AuditLog audit;
  private final RetainedRestrictions keepsake;
  private final BrokerAccess access;
  private final LocalControl local;
  private final WorkerProcesses processes;
  private final Settler settler;
  private final TaskIntake intake;
  private final OrderFeed orders;
  private final PresenceFeed others;
  private final ConfirmedPublisher publisher;
  private final Reporter reporter;
  private final EffectRunner performer;
  private final FleetLoop owner;

  private volatile boolean isPublishing;
  private volatile boolean closing;
  private volatile FleetState announced;
  private volatile long announcedNanos = System.nanoTime() - PRESENCE_EVERY.toNanos();

  private Controller(
      ControllerConfiguration configuration,
      BrokerAddress address,
      ControllerLock lock,
      AuditLog audit,
      RestrictionsFile keepsake) {
    this.configuration = configuration;
    this.lock = lock;
    this.audit = audit;
    this.keepsake = keepsake.read();
    access =
        new BrokerAccess(
            address,
            configuration.namespace(),
            "controller " + configuration.id(),
            watching(configuration.lease()));
    settler = new Settler(this::post);
    processes =
        WorkerProcesses.start(
            ProcessSettings.of(lock.run())
                .withContainment(configuration.containment())
                .withWorkerPids(configuration.workerPids(), configuration.workers())
                .withWorkerNice(configuration.workerNice()),
            new Workers());
    var settings = settings(configuration, processes.containment().tier());
    intake = new TaskIntake(access, settler);
    settler.use(intake);
    orders = new OrderFeed(access, configuration.id(), new Orders());
    others =
        new PresenceFeed(
            access,
            configuration.id(),
            InstantSource.system(),
            (presence, at) -> post(new Event.PresenceHeard(presence, at)));
    publisher = new ConfirmedPublisher(access, PublisherSettings.DEFAULT, new Publishing());
    reporter = new Reporter(access, publisher, 100_000);
    local =
        LocalControl.open(
            lock, configuration.namespace(), configuration.id(), this::hello, this::post);
    performer =
        new EffectRunner(
            settings,
            configuration.namespace(),
            WorkerLaunch.of(configuration),
            processes,
            settler,
            orders,
            publisher,
            reporter,
            local,
            audit,
            keepsake,
            this::post);
    announced = FleetState.initial(settings, Instant.now());
    owner =
        new FleetLoop(
            announced,
            InstantSource.system(),
            // A worker ends itself when it has heard nothing for a lease, and is spoken to in each
            // third of it.
            configuration.lease().multipliedBy(2).dividedBy(3),
            effect -> performer.perform(effect, state().generation()),
            performer::caughtUp);
  }

  /**
   * A loss is noticed well within the lease; and a partition is noticed by the broker, which hands
   * our tasks on after two to three heartbeats, only after it.
   */
  private static LinkSettings watching(Duration lease) {
    var most = LinkSettings.DEFAULT.lostAfter();
    var lostAfter = lease.multipliedBy(2).dividedBy(3);
    var heartbeat = Duration.ofSeconds(lostAfter.plusMillis(999).toSeconds());
    return LinkSettings.DEFAULT
        .withLostAfter(lostAfter.compareTo(most) < 0 ? lostAfter : most)
        .withHeartbeat(heartbeat);
  }

  private static Settings settings(ControllerConfiguration configuration, String containment) {
    return new Settings(
        configuration.id(),
        Host.name(),
        ProcessHandle.current().pid(),
        SOFTWARE,
        containment,
        configuration.queues(),
        configuration.operators(),
        configuration.lease(),
        configuration.startDeadline(),
        configuration.drainDeadline(),
        configuration.restarts(),
        configuration.duplicateWindow(),
        configuration.poisonAfter(),
        configuration.withoutBroker(),
        configuration.taskEvents());
  }

  /** Makes the queues, so that publishers can publish before the first worker is ready. */
  private void declare(BrokerAccess access) {
    try (var session = BrokerSession.open(access)) {
      session.topology().declareFleet();
      for (var queue : configuration.queues()) {
        session.topology().declareQueue(queue.name(), QueueSettings.DEFAULT);
      }
    }
  }

  /**
   * Starts a controller: takes its lock, kills what a former run left behind on this host, reads
   * the orders in force, and starts its workers. From the moment on that it has its lock it takes
   * orders from this host, also while it waits for the broker.
   *
   * @throws ConfigurationException if its state can't be kept or its control socket can't be made
   * @throws dev.warrener.messaging.broker.BrokerException if the broker can't be reached, refuses,
   *     or has something else under the fleet's names
   * @throws dev.warrener.controller.process.linux.ProcessLayerException if another controller of
   *     that id lives on this host, or the containment that was asked for does not work here
   */
  public static Controller start(ControllerConfiguration configuration, BrokerAddress address) {
    configuration.describe().forEach((key, value) -> LOG.info("setting {} = {}", key, value));
    ControllerLock lock =
        ControllerLock.acquire(
            configuration.id(),
            Objects.requireNonNullElseGet(
                configuration.runtimeDirectory(), LocalSockets::defaultDirectory));
    AuditLog audit = null;
    Controller controller = null;
    try {
      killStrays(lock);
      var state =
          StateFolder.of(
              configuration.stateDirectory(), configuration.namespace(), configuration.id());
      audit = AuditLog.open(state.auditLog());
      controller =
          new Controller(
              configuration, address, lock, audit, new RestrictionsFile(state.keepsake()));
      controller.begin();
      return controller;
    } catch (RuntimeException e) {
      if (controller != null) {
        controller.closeAll();
      } else {
        if (audit != null) {
          audit.close();
        }
        lock.close();
      }
      throw e;
    }
  }

  private static void killStrays(ControllerLock lock) {
    var strays = Strays.killLeftOvers(lock);
    if (!strays.killed().isEmpty()) {
      LOG.warn("killed what a former run left behind: {}", strays.killed());
    }
    if (!strays.survivors().isEmpty()) {
      LOG.error("a former run left behind what can't be killed: {}", strays.survivors());
    }
  }

  private void begin() {
    LOG.info(
        "controller {} on {}, containment {}{}",
        configuration.id(),
        Host.name(),
        processes.containment().tier(),
        processes.containment().proven() ? "" : " (empty trees are found, not proven)");
    processes.containment().notes().forEach(LOG::warn);
    audit.append(Life.of("controller.started", configuration));
    owner.start();
    post(new Event.Remembered(keepsake));
    local.start();
    Patience.until(configuration.brokerPatience(), performer::hasEnded, () -> declare(access));
    if (performer.hasEnded()) {
      return;
    }
    isPublishing = true;
    publisher.start();
    publisher.awaitUp(configuration.brokerPatience());
    reporter.start();
    others.start();
    orders.start();
    orders.awaitSynced(configuration.brokerPatience());
    intake.start();
    intake.awaitUp(configuration.brokerPatience());
    performer.every(PRESENCE_AT_MOST_EVERY, this::announce);
    performer.every(configuration.lease().dividedBy(3), this::ping);
    Practice.start(state().settings(), processes, reporter);
  }

  /**
   * Asks it to stop: the first time it drains, the second time it stops at once. Returns at once.
   */
  public void stop() {
    post(new Event.StopRequested());
  }

  /** The fleet as it is now. */
  public Presence presence() {
    return Fleet.presence(state(), Instant.now());
  }

  /** Which containment is in force, and why no better one is. */
  public ContainmentReport containment() {
    return processes.containment();
  }

  /** Waits until the controller has ended: by {@link #stop}, or by an order to exit. */
  public void awaitEnd() throws InterruptedException {
    performer.awaitEnd();
    closeAll();
    LOG.info("controller {} has ended", configuration.id());
  }

  private void closeAll() {
    local.close();
    processes.close();
    performer.finish(GOODBYE);
    settler.finish(GOODBYE);
    if (isPublishing) {
      reporter.presence(presence());
      reporter.flush(GOODBYE);
    }
    closing = true;
    intake.close();
    orders.close();
    others.close();
    reporter.close();
    publisher.close();
    audit.append(Life.of("controller.ended", configuration));
    audit.close();
    lock.close();
  }

  private FleetState state() {
    return owner.state();
  }

  private void post(Event event) {
    if (event instanceof Event.OrderArrived
        || event instanceof Event.OrdersSynced
        || event instanceof Event.Tripped) {
      // The answer says who else was seen, and when.
      var seen = others.takeSeen();
      if (!seen.isEmpty()) {
        owner.post(new Event.OthersSeen(seen));
      }
    }
    owner.post(event);
  }

  private void announce() {
    var state = state();
    long nanos = System.nanoTime();
    long since = nanos - announcedNanos;
    boolean isDue = since >= PRESENCE_EVERY.toNanos();
    boolean isSoon = since < presencePause(state.roster().size()).toNanos();
    if (isDue || (!isSoon && !state.looksLike(announced))) {
      announced = state;
      announcedNanos = nanos;
      reporter.presence(Fleet.presence(state, Instant.now()));
    }
  }

  private static Duration presencePause(int others) {
    var pause = PRESENCE_PAUSE_FOR_EACH_OTHER.multipliedBy(others);
    return pause.compareTo(PRESENCE_OF_MANY_EVERY) < 0 ? pause : PRESENCE_OF_MANY_EVERY;
  }

  private void ping() {
    for (var worker : state().greetedWorkers()) {
      processes.send(worker, Frame.of(FrameType.PING));
    }
  }

  private ControllerHello hello() {
    return new ControllerHello(
        1,
        ControllerHello.TYPE,
        configuration.id(),
        Host.name(),
        configuration.namespace().name(),
        ProcessHandle.current().pid(),
        SOFTWARE,
        state().connected());
  }

  /** A line of the audit log about the controller itself. */
  private record Life(
      Instant at, String type, String controller, String host, long pid, String software) {
    static Life of(String type, ControllerConfiguration configuration) {
      return new Life(
          Instant.now(),
          type,
          configuration.id(),
          Host.name(),
          ProcessHandle.current().pid(),
          SOFTWARE);
    }
  }

  private static HeardOrder heard(ReceivedOrder.Decoded readable) {
    return new HeardOrder(
        readable.order(), readable.userId(), readable.replyTo(), origin(readable));
  }

  private static HeardOrder.Origin origin(ReceivedOrder order) {
    return order.offset() == null ? HeardOrder.Origin.BROKER : HeardOrder.Origin.LOG;
  }

  private final class Orders implements OrderFeed.Listener {
    @Override
    public void synced(long generation, List<ReceivedOrder> log, boolean tripped) {
      var orders = new ArrayList<HeardOrder>();
      for (var received : log) {
        if (received instanceof ReceivedOrder.Decoded readable) {
          orders.add(heard(readable));
        }
      }
      post(new Event.OrdersSynced(List.copyOf(orders), tripped ? Uuid7.next() : null));
    }

    @Override
    public void ordered(ReceivedOrder order) {
      post(
          switch (order) {
            case ReceivedOrder.Decoded readable -> new Event.OrderArrived(heard(readable));
            case ReceivedOrder.Unreadable unreadable ->
                new Event.UnreadableOrder(
                    unreadable.id(), unreadable.userId(), unreadable.because(), origin(unreadable));
          });
    }

    @Override
    public void tripped(long generation) {
      post(new Event.Tripped(Uuid7.next()));
    }

    @Override
    public void down(long generation, String reason, Duration silence) {
      post(new Event.OrdersDown(reason));
    }
  }

  private final class Publishing implements ConfirmedPublisher.Listener {
    @Override
    public void down(long generation, String reason) {
      if (!closing) {
        LOG.warn("can't publish: {}", reason);
      }
    }

    @Override
    public void blocked(String reason) {
      LOG.warn("the broker takes no publishes ({}): reports, results and retries wait", reason);
    }

    @Override
    public void unblocked() {
      LOG.info("the broker takes publishes again");
    }

    @Override
    public void up(long generation, Dialect dialect) {
      LOG.info("connected to {}", dialect.product());
      if (!dialect.keepsOrders()) {
        LOG.warn(
            "{} keeps no log of orders: what is held or revoked is forgotten when this controller"
                + " ends, and what is ordered while it is away is never heard",
            dialect.product());
      }
    }
  }

  private final class Workers implements ProcessListener {
    private final RecentOutput lastWords = new RecentOutput();

    @Override
    public void spawned(WorkerKey worker, long pid, long startTicks) {
      lastWords.begin(worker);
      processes.send(
          worker,
          WorkerFrames.hello(
              configuration.id() + "/" + worker.slot(),
              worker,
              configuration.id(),
              configuration.lease()));
      post(new Event.Spawned(worker, pid, startTicks));
    }

    @Override
    public void spawnFailed(WorkerKey worker, String reason) {
      post(new Event.SpawnFailed(worker, reason));
    }

    @Override
    public void frame(WorkerKey worker, Frame frame) {
      if (frame.type() == FrameType.LOG) {
        lastWords.heard(
            worker, WorkerOutput.log(configuration.id() + "/" + worker.slot(), worker, frame));
        return;
      }
      try {
        var event = WorkerFrames.event(worker, frame);
        if (event != null) {
          post(event);
        }
      } catch (BrokenFrameException | ArithmeticException e) {
        LOG.warn(
            "worker {}/{} broke the protocol and is killed: {}",
            configuration.id(),
            worker.slot(),
            e.getMessage());
        processes.kill(worker);
      }
    }

    @Override
    public void output(WorkerKey worker, String line) {
      lastWords.heard(
          worker, WorkerOutput.raw(configuration.id() + "/" + worker.slot(), worker, line));
    }

    @Override
    public void treeEmpty(DeathCertificate certificate) {
      post(new Event.TreeEmpty(certificate, lastWords.take(certificate.worker())));
    }

    @Override
    public void unconfirmed(WorkerKey worker, long pid, long startTicks, List<Survivor> survivors) {
      post(new Event.Unconfirmed(worker, pid, startTicks, survivors));
    }
  }
}
