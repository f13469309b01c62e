package dev.warrener.producer;

import dev.warrener.messaging.Namespace;
import java.time.Duration;

/**
 * The options of a {@link WarrenerClient}. Immutable.
 *
 * @param namespace the fleet's namespace; {@code warrener} by default
 * @param program the name under which the broker shows the connection; {@code publisher} by default
 * @param connectTimeout how long {@link WarrenerClient#connect} tries to reach the broker; 10 s by
 *     default
 * @param publishTimeout how long a task may go without an answer from the broker, reconnections
 *     included, and how long a submit waits for room in the window; 30 s by default
 * @param window the most tasks that wait for the broker's confirmation; further submits block. 1000
 *     by default
 * @param windowBytes the most bytes in the bodies of those tasks; 64 MiB by default. A single task
 *     may have more
 * @param maxBodyBytes the largest body of a task; 16 MiB by default, the limit of RabbitMQ 4
 * @param attempts how often a task is sent if the broker refuses it, for instance because its queue
 *     is full; 3 by default. The waits between attempts start at {@code firstWait} and double up to
 *     {@code longestWait}, with a jitter of half. An attempt that a lost connection cut off is
 *     repeated and not counted. The id stays the same, so a controller that has two copies drops
 *     one
 * @param firstWait the wait before the second attempt; 200 ms by default
 * @param longestWait the longest wait between two attempts; 5 s by default
 * @param resultTimeout how long to wait for a result if the call has no timeout; 5 min by default
 * @param maxPendingResults the most results that may be awaited at the same time; further calls
 *     block. 10,000 by default
 * @param closeTimeout how long {@link WarrenerClient#close} waits for submitted tasks; 10 s by
 *     default
 * @param listener is notified of changes of the connection and of failures; none by default
 */
public record ClientOptions(
    Namespace namespace,
    String program,
    Duration connectTimeout,
    Duration publishTimeout,
    int window,
    long windowBytes,
    int maxBodyBytes,
    int attempts,
    Duration firstWait,
    Duration longestWait,
    Duration resultTimeout,
    int maxPendingResults,
    Duration closeTimeout,
    ClientListener listener) {

  /** The defaults. */
  public static final ClientOptions DEFAULT = builder().build();

  public ClientOptions {
    requirePositive("connectTimeout", connectTimeout);
    requirePositive("publishTimeout", publishTimeout);
    requirePositive("firstWait", firstWait);
    requirePositive("resultTimeout", resultTimeout);
    requirePositive("window", window);
    requirePositive("windowBytes", windowBytes);
    requirePositive("maxBodyBytes", maxBodyBytes);
    requirePositive("attempts", attempts);
    requirePositive("maxPendingResults", maxPendingResults);
    if (longestWait.compareTo(firstWait) < 0) {
      throw new IllegalArgumentException(
          "longestWait ("
              + longestWait
              + ") must not be shorter than firstWait ("
              + firstWait
              + ")");
    }
    if (closeTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "closeTimeout must not be negative, but is " + closeTimeout);
    }
    if (program.isBlank()) {
      throw new IllegalArgumentException("program must not be blank");
    }
  }

  /** Returns a builder that starts with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  private static void requirePositive(String what, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(what + " must be longer than 0, not " + value);
    }
  }

  private static void requirePositive(String what, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " must be 1 or more, not " + value);
    }
  }

  /** Builds options. {@link ClientOptions} has their defaults. Not thread-safe. */
  public static final class Builder {
    private Namespace namespace = Namespace.DEFAULT;
    private String program = "publisher";
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration publishTimeout = Duration.ofSeconds(30);
    private int window = 1000;
    private long windowBytes = 64L << 20;
    private int maxBodyBytes = 16 << 20;
    private int attempts = 3;
    private Duration firstWait = Duration.ofMillis(200);
    private Duration longestWait = Duration.ofSeconds(5);
    private Duration resultTimeout = Duration.ofMinutes(5);
    private int maxPendingResults = 10_000;
    private Duration closeTimeout = Duration.ofSeconds(10);
    private ClientListener listener = ClientListener.NONE;

    private Builder() {}

    /** Sets the fleet's namespace. */
    public Builder namespace(Namespace namespace) {
      this.namespace = namespace;
      return this;
    }

    /** Sets the name under which the broker shows the connection. */
    public Builder program(String program) {
      this.program = program;
      return this;
    }

    /** Sets how long {@link WarrenerClient#connect} tries to reach the broker. */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = connectTimeout;
      return this;
    }

    /** Sets how long a task may go without an answer. */
    public Builder publishTimeout(Duration publishTimeout) {
      this.publishTimeout = publishTimeout;
      return this;
    }

    /** Sets the most tasks without an answer. */
    public Builder window(int window) {
      this.window = window;
      return this;
    }

    /** Sets the most bytes in the bodies of tasks without an answer. */
    public Builder windowBytes(long windowBytes) {
      this.windowBytes = windowBytes;
      return this;
    }

    /** Sets the largest body of a task, in bytes. */
    public Builder maxBodyBytes(int maxBodyBytes) {
      this.maxBodyBytes = maxBodyBytes;
      return this;
    }

    /** Sets how often a task is sent if the broker refuses it; 1 for no second attempt. */
    public Builder attempts(int attempts) {
      this.attempts = attempts;
      return this;
    }

    /** Sets the wait before the second attempt, and the longest wait between two attempts. */
    public Builder waits(Duration firstWait, Duration longestWait) {
      this.firstWait = firstWait;
      this.longestWait = longestWait;
      return this;
    }

    /** Sets how long to wait for a result if the call has no timeout. */
    public Builder resultTimeout(Duration resultTimeout) {
      this.resultTimeout = resultTimeout;
      return this;
    }

    /** Sets the most results that may be awaited at the same time. */
    public Builder maxPendingResults(int maxPendingResults) {
      this.maxPendingResults = maxPendingResults;
      return this;
    }

    /** Sets how long {@link WarrenerClient#close} waits for submitted tasks. */
    public Builder closeTimeout(Duration closeTimeout) {
      this.closeTimeout = closeTimeout;
      return this;
    }

    /** Sets the listener for changes of the connection and for failures. */
    public Builder listener(ClientListener listener) {
      this.listener = listener;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if a value is invalid; the message says why
     */
    public ClientOptions build() {
      return new ClientOptions(
          namespace,
          program,
          connectTimeout,
          publishTimeout,
          window,
          windowBytes,
          maxBodyBytes,
          attempts,
          firstWait,
          longestWait,
          resultTimeout,
          maxPendingResults,
          closeTimeout,
          listener);
    }
  }
}
