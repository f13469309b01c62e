package dev.warrener.controller.fleet.state;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a controller was told at its start. Immutable.
 *
 * @param controller its id
 * @param host the host that it runs on
 * @param pid its process id
 * @param software the release of Warrener
 * @param containment the tier that holds its workers
 * @param queues the queues that it serves, each with its pool
 * @param operators the broker users whose orders are carried out; empty for every user that the
 *     broker lets publish orders
 * @param lease how long runs go on without the broker, 15 s by default
 * @param startDeadline how long a worker may take to say that it is ready, 30 s by default
 * @param drainDeadline how long a stop waits for running tasks, 60 s by default
 * @param restarts when dead workers are started again
 * @param duplicateWindow how long an ended run is remembered, 10 min by default
 * @param poisonAfter after how many crashes a task is quarantined, 3 by default
 * @param withoutBroker what becomes of running tasks when the broker is lost
 * @param taskEvents which events of tasks are told, {@link TaskEvents#UNSUCCESSFUL} by default
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
    TaskEvents taskEvents) {

  public Settings {
    queues = List.copyOf(queues);
    operators = Set.copyOf(operators);
  }

  /** With {@link WithoutBroker#LEASE} and {@link TaskEvents#UNSUCCESSFUL}. */
  public Settings(
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
      int poisonAfter) {
    this(
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
        WithoutBroker.LEASE,
        TaskEvents.UNSUCCESSFUL);
  }

  /** How long a kill can be unheard here while the broker is lost; zero if there is no bound. */
  public Duration boundWithoutBroker() {
    return withoutBroker == WithoutBroker.FINISH ? Duration.ZERO : lease;
  }

  /**
   * One queue and the pool that serves it.
   *
   * @param name the queue's name
   * @param workers how many worker processes
   * @param lookAhead how many tasks may wait here beyond those that run
   * @param maxAttempts how many runs a task may have whose publisher didn't say, 3 by default
   * @param timeout the hard limit on a run whose publisher didn't say; zero for none, the default
   * @param ahead what a worker may be handed before it is free
   * @param spares how many worker processes there are beyond {@code workers}, ready to take the
   *     place of one that dies; none by default
   */
  public record QueueSettings(
      String name,
      int workers,
      int lookAhead,
      int maxAttempts,
      Duration timeout,
      Ahead ahead,
      int spares) {
    /** With {@link Ahead#NONE} and no spares. */
    public QueueSettings(
        String name, int workers, int lookAhead, int maxAttempts, Duration timeout) {
      this(name, workers, lookAhead, maxAttempts, timeout, Ahead.NONE, 0);
    }

    public int prefetch() {
      return workers + lookAhead;
    }

    /** The number of worker processes. */
    public int processes() {
      return workers + spares;
    }
  }

  /**
   * What a worker may be handed before it is free.
   *
   * @param most how many tasks at most; 0 for none
   * @param within how long they may be expected to wait there; what has waited for longer is taken
   *     back
   */
  public record Ahead(int most, Duration within) {
    /** Workers get a task when they are free. */
    public static final Ahead NONE = new Ahead(0, Duration.ofMillis(25));

    /** Eight tasks, if they are expected to start within 25 ms. */
    public static final Ahead DEFAULT = new Ahead(8, Duration.ofMillis(25));
  }

  /**
   * When workers that died by themselves are started again. A death counts if the worker had not
   * been ready, or had been for less than a second and had finished nothing.
   *
   * @param first the delay after the first death that counts, 100 ms by default; it doubles with
   *     each
   * @param most the longest delay, 10 s by default
   * @param intensity how many such deaths in {@code window} make the slot crash-looping, 5 by
   *     default
   * @param window 60 s by default
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
   * The settings of a queue.
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

  /** The id of the worker in a slot. */
  public String workerId(int slot) {
    return controller + "/" + slot;
  }
}
