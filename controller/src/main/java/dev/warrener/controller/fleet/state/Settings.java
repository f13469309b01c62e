package dev.warrener.controller.fleet.state;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a controller. Immutable.
 *
 * @param controller the id of the controller
 * @param host the name of the host
 * @param pid the process id of the controller
 * @param software the release of Warrener
 * @param containment the containment tier of the workers
 * @param queues the queues served here, each with its workers
 * @param operators the broker users whose orders are carried out; empty for every user that the
 *     broker lets publish orders
 * @param lease how long runs may go on without the broker, 15 s by default
 * @param startDeadline how long a worker may take to report that it is ready, 30 s by default
 * @param drainDeadline how long a stop waits for running tasks, 60 s by default
 * @param restarts the delays before dead workers are started again
 * @param duplicateWindow how long an ended run is remembered, 10 min by default
 * @param poisonAfter the number of crashes after which a task is dead-lettered as poison, 3 by
 *     default
 * @param withoutBroker the policy for running tasks when the broker is lost
 * @param taskEvents the task events that are published, {@link TaskEvents#UNSUCCESSFUL} by default
 * @param unproven why the deaths of workers are found and not proven here, and what would change
 *     that; null if the kernel proves them
 * @param clockTolerance how far an order's time of issue may be ahead of this controller's clock,
 *     60 s by default
 */
public record Settings(
    String controller,
    String host,
    long pid,
    String software,
    String containment,
    List<QueueSettings> queues,
    Set<String> operators,
    Duration lease,
    Duration startDeadline,
    Duration drainDeadline,
    Restarts restarts,
    Duration duplicateWindow,
    int poisonAfter,
    WithoutBroker withoutBroker,
    TaskEvents taskEvents,
    @Nullable String unproven,
    Duration clockTolerance) {
  /** The default of {@link #clockTolerance}. */
  public static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(60);

  public Settings {
    queues = List.copyOf(queues);
    operators = Set.copyOf(operators);
  }

  /** Starts settings of the controller with that id; all else has a default. */
  public static Builder builder(String controller) {
    return new Builder(controller);
  }

  /** Returns how long a kill can fail to arrive while the broker is lost; zero for no bound. */
  public Duration boundWithoutBroker() {
    return withoutBroker == WithoutBroker.FINISH ? Duration.ZERO : lease;
  }

  /**
   * A queue and the workers that serve it.
   *
   * @param name the queue's name
   * @param workers the number of workers that run tasks
   * @param lookAhead the most tasks that may wait here beyond those that run
   * @param maxAttempts the number of runs that a task may have if its publisher set none, 3 by
   *     default
   * @param timeout the hard limit on a run if its publisher set none; zero for none, the default
   * @param ahead the tasks that a worker may be handed before it is free
   * @param spares the number of worker processes beyond {@code workers}, ready to take the place of
   *     one that dies; none by default
   * @param shortRun a run is short if it is over sooner: tasks wait here only while the queue's
   *     runs are short; zero if they may always wait here
   */
  public record QueueSettings(
      String name,
      int workers,
      int lookAhead,
      int maxAttempts,
      Duration timeout,
      Ahead ahead,
      int spares,
      Duration shortRun) {
    /** The {@code shortRun} of a queue for which no look-ahead was set: 100 ms. */
    public static final Duration SHORT_RUN = Duration.ofMillis(100);

    /** Creates settings with {@link Ahead#NONE}, no spares and a fixed look-ahead. */
    public QueueSettings(
        String name, int workers, int lookAhead, int maxAttempts, Duration timeout) {
      this(name, workers, lookAhead, maxAttempts, timeout, Ahead.NONE, 0);
    }

    /** Creates settings with a fixed look-ahead. */
    public QueueSettings(
        String name,
        int workers,
        int lookAhead,
        int maxAttempts,
        Duration timeout,
        Ahead ahead,
        int spares) {
      this(name, workers, lookAhead, maxAttempts, timeout, ahead, spares, Duration.ZERO);
    }

    /** Whether the look-ahead depends on how long the queue's runs take. */
    public boolean adapts() {
      return !shortRun.isZero();
    }

    /** Returns the most tasks that may be here unsettled. */
    public int prefetch() {
      return workers + lookAhead;
    }

    /** Returns the number of worker processes, with the spares. */
    public int processes() {
      return workers + spares;
    }
  }

  /**
   * The tasks that a worker may be handed before it is free.
   *
   * @param most the most tasks; 0 for none
   * @param within the longest expected wait of such a task; a task that has waited longer is taken
   *     back from the worker
   */
  public record Ahead(int most, Duration within) {
    /** No tasks ahead: a worker gets a task only when the worker is free. */
    public static final Ahead NONE = new Ahead(0, Duration.ofMillis(25));

    /** Eight tasks, if they are expected to start within 25 ms. */
    public static final Ahead DEFAULT = new Ahead(8, Duration.ofMillis(25));
  }

  /**
   * The delays before workers that died by themselves are started again. A death counts if the
   * worker had not been ready, or had been ready for less than a second and had finished nothing.
   *
   * @param first the delay after the first death that counts, 100 ms by default; it doubles with
   *     each
   * @param most the longest delay, 10 s by default
   * @param intensity the number of such deaths in {@code window} that make the slot crash-looping,
   *     5 by default
   * @param window the time in which such deaths are counted together, 60 s by default
   * @param coolDown how long a crash-looping slot is left alone, 30 s by default
   */
  public record Restarts(
      Duration first, Duration most, int intensity, Duration window, Duration coolDown) {
    /** The defaults. */
    public static final Restarts DEFAULT =
        new Restarts(
            Duration.ofMillis(100),
            Duration.ofSeconds(10),
            5,
            Duration.ofSeconds(60),
            Duration.ofSeconds(30));
  }

  /**
   * Returns the settings of a queue.
   *
   * @throws IllegalArgumentException if it is not served here
   */
  public QueueSettings queue(String name) {
    for (var queue : queues) {
      if (queue.name().equals(name)) {
        return queue;
      }
    }
    throw new IllegalArgumentException("queue " + name + " is not served here");
  }

  /** Returns the id of the worker in a slot. */
  public String workerId(int slot) {
    return controller + "/" + slot;
  }

  /** Builds settings. Not thread-safe. */
  public static final class Builder {
    private final String controller;
    private String host = "";
    private long pid = ProcessHandle.current().pid();
    private String software = "";
    private String containment = "subreaper";
    private List<QueueSettings> queues = List.of();
    private Set<String> operators = Set.of();
    private Duration lease = Duration.ofSeconds(15);
    private Duration startDeadline = Duration.ofSeconds(30);
    private Duration drainDeadline = Duration.ofSeconds(60);
    private Restarts restarts = Restarts.DEFAULT;
    private Duration duplicateWindow = Duration.ofMinutes(10);
    private int poisonAfter = 3;
    private WithoutBroker withoutBroker = WithoutBroker.LEASE;
    private TaskEvents taskEvents = TaskEvents.UNSUCCESSFUL;
    private @Nullable String unproven;
    private Duration clockTolerance = CLOCK_TOLERANCE;

    private Builder(String controller) {
      this.controller = controller;
    }

    /** The name of the host; empty by default. */
    public Builder host(String host) {
      this.host = host;
      return this;
    }

    /** The process id of the controller; this process by default. */
    public Builder pid(long pid) {
      this.pid = pid;
      return this;
    }

    /** The release of Warrener; empty by default. */
    public Builder software(String software) {
      this.software = software;
      return this;
    }

    /** The containment tier of the workers; {@code subreaper} by default. */
    public Builder containment(String containment) {
      this.containment = containment;
      return this;
    }

    /** The queues served here, each with its workers; none by default. */
    public Builder queues(List<QueueSettings> queues) {
      this.queues = queues;
      return this;
    }

    /**
     * The broker users whose orders are carried out; empty, the default, for every user that the
     * broker lets publish orders.
     */
    public Builder operators(Set<String> operators) {
      this.operators = operators;
      return this;
    }

    /** How long runs may go on without the broker; 15 s by default. */
    public Builder lease(Duration lease) {
      this.lease = lease;
      return this;
    }

    /** How long a worker may take to report that it is ready; 30 s by default. */
    public Builder startDeadline(Duration startDeadline) {
      this.startDeadline = startDeadline;
      return this;
    }

    /** How long a stop waits for running tasks; 60 s by default. */
    public Builder drainDeadline(Duration drainDeadline) {
      this.drainDeadline = drainDeadline;
      return this;
    }

    /** The delays before dead workers are started again; {@link Restarts#DEFAULT} by default. */
    public Builder restarts(Restarts restarts) {
      this.restarts = restarts;
      return this;
    }

    /** How long an ended run is remembered; 10 min by default. */
    public Builder duplicateWindow(Duration duplicateWindow) {
      this.duplicateWindow = duplicateWindow;
      return this;
    }

    /** The number of crashes after which a task is dead-lettered as poison; 3 by default. */
    public Builder poisonAfter(int poisonAfter) {
      this.poisonAfter = poisonAfter;
      return this;
    }

    /**
     * The policy for running tasks when the broker is lost; {@link WithoutBroker#LEASE} by
     * default.
     */
    public Builder withoutBroker(WithoutBroker withoutBroker) {
      this.withoutBroker = withoutBroker;
      return this;
    }

    /** The task events that are published; {@link TaskEvents#UNSUCCESSFUL} by default. */
    public Builder taskEvents(TaskEvents taskEvents) {
      this.taskEvents = taskEvents;
      return this;
    }

    /**
     * Why the deaths of workers are found and not proven here; null, the default, if the kernel
     * proves them.
     */
    public Builder unproven(@Nullable String unproven) {
      this.unproven = unproven;
      return this;
    }

    /**
     * How far an order's time of issue may be ahead of this controller's clock; {@link
     * #CLOCK_TOLERANCE} by default.
     */
    public Builder clockTolerance(Duration clockTolerance) {
      this.clockTolerance = clockTolerance;
      return this;
    }

    /** Returns the settings. */
    public Settings build() {
      return new Settings(
          controller,
          host,
          pid,
          software,
          containment,
          queues,
          operators,
          lease,
          startDeadline,
          drainDeadline,
          restarts,
          duplicateWindow,
          poisonAfter,
          withoutBroker,
          taskEvents,
          unproven,
          clockTolerance);
    }
  }
}
