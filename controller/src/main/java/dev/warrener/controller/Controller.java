package dev.warrener.controller;

import dev.warrener.controller.audit.AuditLog;
import dev.warrener.controller.configuration.ConfigurationException;
import dev.warrener.controller.configuration.ControllerConfiguration;
import dev.warrener.controller.configuration.Host;
import dev.warrener.controller.configuration.StateFolder;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.LostRuns;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.inbox.OrderInbox;
import dev.warrener.controller.inbox.TaskInbox;
import dev.warrener.controller.inbox.TrustedUsers;
import dev.warrener.controller.inbox.WorkerInbox;
import dev.warrener.controller.local.LocalControl;
import dev.warrener.controller.process.ContainmentReport;
import dev.warrener.controller.process.ControllerLock;
import dev.warrener.controller.process.ProcessSettings;
import dev.warrener.controller.process.Strays;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.warmup.KillWarmUp;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.LinkSettings;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.orders.OrderFeed;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.broker.reports.PresenceFeed;
import dev.warrener.messaging.broker.reports.Reporter;
import dev.warrener.messaging.broker.tasks.TaskIntake;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.messaging.report.ControllerHello;
import dev.warrener.messaging.report.Presence;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running controller: opens everything that a controller consists of, connects the parts, and
 * closes them in order. {@link #start} returns when the controller is ready to take tasks, {@link
 * #awaitEnd} when it has ended. Thread-safe.
 */
public final class Controller {
  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

  /** The release of Warrener that this controller belongs to; {@code dev} without a jar. */
  public static final String SOFTWARE =
      Objects.requireNonNullElse(Controller.class.getPackage().getImplementationVersion(), "dev");

  /** The most reports that wait for the broker; when more wait, the oldest are dropped. */
  private static final int MOST_REPORTS = 100_000;

  /** The pause between two checks whether the control socket still has its name. */
  private static final Duration LOCAL_LOOK_EVERY = Duration.ofSeconds(5);

  /** The longest that each part may take to finish its work when the controller ends: 5 s. */
  private static final Duration GOODBYE = Duration.ofSeconds(5);

  private final ControllerConfiguration configuration;
  private final ControllerLock lock;
  private final AuditLog audit;
  private final RetainedRestrictions retained;
  private final List<LostRuns.Run> rememberedRuns;
  private final Event.KillsRemembered rememberedKills;
  private final BrokerAccess access;
  private final LocalControl local;
  private final WorkerInbox workers;
  private final WorkerProcesses processes;
  private final Timers timers;
  private final TaskDeliveries deliveries;
  private final TaskIntake intake;
  private final OrderFeed orders;
  private final PresenceFeed others;
  private final PublishingLog publishingLog = new PublishingLog();
  private final ConfirmedPublisher publisher;
  private final Reporter reporter;
  private final EffectRunner effects;
  private final FleetLoop loop;

  private volatile boolean isPublishing;

  private Controller(
      ControllerConfiguration configuration,
      BrokerAddress address,
      ControllerLock lock,
      AuditLog audit,
      RestrictionsFile restrictions,
      RunsFile runs,
      KillsFile kills,
      int survivors) {
    this.configuration = configuration;
    this.lock = lock;
    this.audit = audit;
    retained = restrictions.read();
    rememberedRuns = runs.read();
    rememberedKills = kills.read(survivors);
    access =
        new BrokerAccess(
            address,
            configuration.namespace(),
            "controller " + configuration.id(),
            linkSettings(configuration.lease()));
    timers = new Timers(this::post);
    workers =
        new WorkerInbox(
            configuration.id(), configuration.lease(), this::processes, this::post, timers::after);
    processes =
        WorkerProcesses.start(
            ProcessSettings.builder(lock.run())
                .containment(configuration.containment())
                .workerPids(configuration.workerPids(), configuration.workers())
                .workerNice(configuration.workerNice())
                .build(),
            workers);
    var settings = settings(configuration, processes.containment());
    var trusted = new TrustedUsers(address.user(), configuration.operators());
    var tasks = new TaskInbox(trusted, configuration.namespace(), this::post);
    intake = new TaskIntake(access, tasks);
    deliveries = new TaskDeliveries(intake, tasks, timers, this::post);
    others =
        new PresenceFeed(
            access,
            settings.controller(),
            settings.host(),
            settings.pid(),
            InstantSource.system(),
            (presence, at, user) -> {
              trusted.notePresenceBy(user);
              post(new Event.PresenceHeard(presence, at, user));
            });
    var inbox = new OrderInbox(others::takeSeen, trusted, this::post);
    publisher = new ConfirmedPublisher(access, PublisherSettings.DEFAULT, publishingLog);
    orders = new OrderFeed(access, configuration.id(), inbox, publisher);
    reporter = new Reporter(access, publisher, MOST_REPORTS);
    local =
        LocalControl.open(
            lock, configuration.namespace(), configuration.id(), this::hello, inbox::post);
    effects =
        new EffectRunner(
            settings,
            WorkerLaunch.of(configuration),
            processes,
            workers,
            deliveries,
            new TaskPublisher(
                access, tasks, publisher, reporter, timers, processes.frameMemory(), this::post),
            orders,
            reporter,
            local,
            audit,
            restrictions,
            runs,
            kills,
            timers,
            this::post);
    loop =
        new FleetLoop(
            FleetState.initial(settings, Instant.now()),
            InstantSource.system(),
            // A worker kills itself after a lease without a frame, and gets a ping in each third of
            // the lease. If the controller stood still for two thirds of it, workers may be gone.
            configuration.lease().multipliedBy(2).dividedBy(3),
            effect -> effects.perform(effect, state().broker().generation()),
            effects::caughtUp,
            processes.frameMemory());
  }

  /**
   * Returns settings with which the controller notices a lost connection well within the lease, and
   * the broker notices a partition only after it. The broker redelivers our tasks after two to
   * three heartbeats.
   */
  private static LinkSettings linkSettings(Duration lease) {
    var most = LinkSettings.DEFAULT.lostAfter();
    var lostAfter = lease.multipliedBy(2).dividedBy(3);
    var heartbeat = Duration.ofSeconds(lostAfter.plusMillis(999).toSeconds());
    return LinkSettings.DEFAULT
        .withLostAfter(lostAfter.compareTo(most) < 0 ? lostAfter : most)
        .withHeartbeat(heartbeat);
  }

  private static Settings settings(
      ControllerConfiguration configuration, ContainmentReport containment) {
    return Settings.builder(configuration.id())
        .host(Host.name())
        .pid(ProcessHandle.current().pid())
        .software(SOFTWARE)
        .containment(containment.tier())
        .queues(configuration.queues())
        .operators(configuration.operators())
        .lease(configuration.lease())
        .startDeadline(configuration.startDeadline())
        .drainDeadline(configuration.drainDeadline())
        .restarts(configuration.restarts())
        .duplicateWindow(configuration.duplicateWindow())
        .poisonAfter(configuration.poisonAfter())
        .withoutBroker(configuration.withoutBroker())
        .taskEvents(configuration.taskEvents())
        .unproven(containment.unproven())
        .clockTolerance(configuration.clockTolerance())
        .build();
  }

  /** Declares the queues, so that publishers can publish before the first worker is ready. */
  private void declare() {
    try (var session = BrokerSession.open(access)) {
      session.topology().declareFleet();
      for (var queue : configuration.queues()) {
        session.topology().declareQueue(queue.name(), QueueSettings.DEFAULT);
      }
    }
  }

  /**
   * Starts a controller: acquires its lock, kills processes that a former run left behind on this
   * host, reads the orders in force, and starts the workers. Once it has its lock it accepts orders
   * from this host, also while it waits for the broker.
   *
   * @throws ConfigurationException if its state directory or its control socket can't be made
   * @throws dev.warrener.messaging.broker.BrokerException if the broker can't be reached, refuses,
   *     or has something else under the fleet's names
   * @throws dev.warrener.controller.process.linux.ProcessLayerException if another controller with
   *     this id runs on this host, or the containment that was asked for does not work here
   */
  public static Controller start(ControllerConfiguration configuration, BrokerAddress address) {
    configuration.describe().forEach((key, value) -> LOG.info("setting {} = {}", key, value));
    if (!configuration.isInspectable() && Kernel.forbidInspection() != 0) {
      LOG.warn("tasks can look into this controller's process: the kernel does not forbid it");
    }
    ControllerLock lock =
        ControllerLock.acquire(
            configuration.id(),
            Objects.requireNonNullElseGet(
                configuration.runtimeDirectory(), LocalSockets::defaultDirectory));
    AuditLog audit = null;
    Controller controller = null;
    try {
      var strays = killStrays(lock);
      var state =
          StateFolder.of(
              configuration.stateDirectory(), configuration.namespace(), configuration.id());
      audit = AuditLog.open(state.auditLog());
      controller =
          new Controller(
              configuration,
              address,
              lock,
              audit,
              new RestrictionsFile(state.restrictions()),
              new RunsFile(state.runs()),
              new KillsFile(state.kills()),
              strays.survivors().size());
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

  private static Strays killStrays(ControllerLock lock) {
    var strays = Strays.killLeftOvers(lock);
    if (!strays.killed().isEmpty()) {
      LOG.warn("killed processes that a former run left behind: {}", strays.killed());
    }
    if (!strays.survivors().isEmpty()) {
      LOG.error("processes that a former run left behind can't be killed: {}", strays.survivors());
    }
    return strays;
  }

  private void begin() {
    LOG.info(
        "controller {} starts on host {} with containment {}{}",
        configuration.id(),
        Host.name(),
        processes.containment().tier(),
        processes.containment().proven()
            ? ""
            : ", which finds an empty process tree and can't prove it");
    var unproven = processes.containment().unproven();
    if (unproven != null) {
      LOG.warn("the kernel does not prove deaths of workers here: {}", unproven);
    }
    processes.containment().notes().forEach(LOG::warn);
    if (!processes.containment().keepsTasksApart()) {
      LOG.info(
          "tasks are not kept apart by containment {}: a hostile one can end or stop other tasks"
              + " and this controller, and fake their results (docs/containment.md)",
          processes.containment().tier());
    }
    audit.append(Life.of("controller.started", configuration));
    loop.start();
    post(new Event.Remembered(retained));
    post(rememberedKills);
    post(new Event.SuspectRunsRead(rememberedRuns));
    local.start();
    timers.every(LOCAL_LOOK_EVERY, local::look);
    BrokerStartup.retry(configuration.brokerPatience(), effects::hasEnded, this::declare);
    if (effects.hasEnded()) {
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
    var presence = new PresenceReports(this::state, new HostProblems(audit, orders), reporter);
    timers.every(PresenceReports.LOOK_EVERY, presence::reportIfDue);
    timers.every(configuration.lease().dividedBy(3), this::ping);
    var suspensions = new SuspensionWatch(System::nanoTime, Kernel::bootNanos, this::suspended);
    timers.every(SuspensionWatch.LOOK_EVERY, suspensions::look);
    KillWarmUp.start(state().settings());
  }

  /**
   * Asks the controller to stop. The first call lets running tasks finish, the second one stops at
   * once. Returns at once.
   */
  public void stop() {
    post(new Event.StopRequested());
  }

  /** Returns the presence report of this controller as it is now. */
  public Presence presence() {
    return Fleet.presence(state(), Instant.now());
  }

  /** Returns which containment is in force, and why no better one is. */
  public ContainmentReport containment() {
    return processes.containment();
  }

  /**
   * Waits until the controller has ended, by {@link #stop} or by an order to exit.
   *
   * @throws ConfigurationException if it has ended because no worker can be started as it is
   *     configured
   */
  public void awaitEnd() throws InterruptedException {
    effects.awaitEnd();
    closeAll();
    LOG.info("controller {} has ended", configuration.id());
    var misconfigured = effects.misconfigured();
    if (misconfigured != null) {
      throw new ConfigurationException(misconfigured);
    }
  }

  private void closeAll() {
    local.close();
    processes.close();
    workers.close();
    effects.finish(GOODBYE);
    deliveries.finish(GOODBYE);
    if (isPublishing) {
      reporter.presence(presence());
      reporter.flush(GOODBYE);
    }
    publishingLog.closing();
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
    return loop.state();
  }

  private WorkerProcesses processes() {
    return processes;
  }

  private void post(Event event) {
    loop.post(event);
  }

  /**
   * Counts the time that the host was suspended as time that has passed: timers are due sooner, and
   * after most of a lease the running tasks may be others' already.
   */
  private void suspended(Duration duration) {
    LOG.warn("this host was suspended for {} ms", duration.toMillis());
    if (duration.compareTo(configuration.lease().multipliedBy(2).dividedBy(3)) > 0) {
      post(new Event.StoodStill(duration));
    }
    timers.suspended();
    ping();
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
        state().broker().connected());
  }

  /** A line of the audit log about the start or the end of the controller. */
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
}
