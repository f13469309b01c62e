package dev.warrener.messaging.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.Contract;
import dev.warrener.messaging.Uuid7;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An operator's order to controllers. Immutable; an order that breaks the contract can't be built.
 *
 * @param version the version of the contract, 1
 * @param id a UUID, best of version 7; two messages with the same id are one order
 * @param kind what the order asks for
 * @param scope what the order covers
 * @param inFlight what becomes of the tasks that killed workers were running; null only if {@code
 *     kind} is not a kill
 * @param backlog what becomes of waiting tasks in scope
 * @param then what controllers do after a kill; null only if {@code kind} is not a kill
 * @param graceMillis how long handlers have to end by themselves, in milliseconds. 0: controllers
 *     send SIGKILL at once. Above 0: they ask the handler to stop, send SIGTERM, and send SIGKILL
 *     when the grace is over
 * @param reason the reason, for people; may be empty
 * @param issuedBy who issued the order, as its program knows. Controllers go by the broker's {@code
 *     user_id} instead
 * @param issuedAt when the order was issued
 * @param expiresAt when the order stops having an effect; controllers still answer it
 * @param dryRun whether controllers only answer what the order would mean
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Order(
    int version,
    String id,
    OrderKind kind,
    Scope scope,
    @Nullable InFlight inFlight,
    Backlog backlog,
    @Nullable Then then,
    long graceMillis,
    String reason,
    String issuedBy,
    Instant issuedAt,
    Instant expiresAt,
    boolean dryRun) {

  /** The version of the contract that this class reads and writes. */
  public static final int VERSION = Contract.VERSION;

  /** The most bytes that an order may have. */
  public static final int MAX_BYTES = 64 * 1024;

  /**
   * The most combinations of queues, batches and tasks that a scope with tasks or batches may name:
   * 20,000. A controller remembers each of them.
   */
  public static final int MOST_COMBINATIONS = 20_000;

  /** The longest grace, in milliseconds: one day. */
  public static final long MAX_GRACE_MILLIS = 24 * 60 * 60 * 1000L;

  public Order {
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "unknown version " + version + ": this controller speaks version " + VERSION);
    }
    if (!isUuid(id)) {
      throw new IllegalArgumentException("id \"" + id + "\" is not a UUID");
    }
    scope.requireNames();
    requireFewCombinations(scope);
    if (graceMillis < 0 || graceMillis > MAX_GRACE_MILLIS) {
      throw new IllegalArgumentException(
          "graceMillis must be 0 to " + MAX_GRACE_MILLIS + ", not " + graceMillis);
    }
    if (expiresAt.isBefore(issuedAt)) {
      throw new IllegalArgumentException(
          "expiresAt " + expiresAt + " is before issuedAt " + issuedAt);
    }
    if (kind == OrderKind.KILL) {
      if (inFlight == null || then == null) {
        throw new IllegalArgumentException(
            "a kill needs inFlight (requeue, purge or dead-letter) and then (hold, respawn or"
                + " exit)");
      }
      if (scope.namesTasks() && inFlight == InFlight.REQUEUE && backlog != Backlog.KEEP) {
        throw new IllegalArgumentException(
            "inFlight requeue and backlog "
                + backlog.wire()
                + " contradict each other for single tasks or batches: a requeued task waits"
                + " again");
      }
    }
    if (kind == OrderKind.PURGE && (scope.namesTasks() || !scope.workers().isEmpty())) {
      throw new IllegalArgumentException(
          "a purge drops the waiting tasks of whole queues: name queues, or use a kill with"
              + " inFlight purge for tasks and batches");
    }
  }

  private static void requireFewCombinations(Scope scope) {
    long combinations =
        (long) Math.max(1, scope.queues().size())
            * Math.max(1, scope.batches().size())
            * Math.max(1, scope.tasks().size());
    if (scope.namesTasks() && combinations > MOST_COMBINATIONS) {
      throw new IllegalArgumentException(
          "it names "
              + combinations
              + " combinations of queues, batches and tasks, and "
              + MOST_COMBINATIONS
              + " are allowed: give several orders");
    }
  }

  /** Whether an id is a UUID of any version in its usual form. */
  private static boolean isUuid(String id) {
    try {
      return UUID.fromString(id).toString().equalsIgnoreCase(id);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Starts an order with a new id. */
  public static Builder builder(OrderKind kind, Scope scope) {
    return new Builder(kind, scope);
  }

  /** Returns a builder that starts with all that this order has, its id included. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  static Order read(
      int version,
      String id,
      OrderKind kind,
      Scope scope,
      @Nullable InFlight inFlight,
      @Nullable Backlog backlog,
      @Nullable Then then,
      @Nullable Long graceMillis,
      @Nullable String reason,
      @Nullable String issuedBy,
      Instant issuedAt,
      Instant expiresAt,
      @Nullable Boolean dryRun) {
    return new Order(
        version,
        id,
        kind,
        scope,
        inFlight,
        backlog == null ? Backlog.KEEP : backlog,
        then,
        graceMillis == null ? 0 : graceMillis,
        reason == null ? "" : reason,
        issuedBy == null ? "" : issuedBy,
        issuedAt,
        expiresAt,
        Boolean.TRUE.equals(dryRun));
  }

  /**
   * Returns what becomes of in-flight tasks.
   *
   * @throws IllegalStateException if this is not a kill
   */
  public InFlight inFlightOfKill() {
    if (inFlight == null) {
      throw new IllegalStateException(kind.wire() + " has no fate of in-flight tasks");
    }
    return inFlight;
  }

  /**
   * Returns what controllers do after the kill.
   *
   * @throws IllegalStateException if this is not a kill
   */
  public Then thenOfKill() {
    if (then == null) {
      throw new IllegalStateException(kind.wire() + " has no then");
    }
    return then;
  }

  /** Returns whether the order no longer has an effect. */
  public boolean isExpired(Instant now) {
    return now.isAfter(expiresAt);
  }

  /** Returns whether the order sets a hold: a hold, a drain, or a kill that holds or exits. */
  public boolean setsHold() {
    return !dryRun
        && (kind == OrderKind.HOLD
            || kind == OrderKind.DRAIN
            || (kind == OrderKind.KILL && then != Then.RESPAWN));
  }

  /**
   * Returns what becomes of waiting tasks that this order names, by id or by batch, when a
   * controller receives them; {@link Backlog#KEEP} if the order revokes nothing.
   */
  public Backlog revocation() {
    if (dryRun || kind != OrderKind.KILL || !scope.namesTasks()) {
      return Backlog.KEEP;
    }
    if (backlog != Backlog.KEEP) {
      return backlog;
    }
    return switch (inFlightOfKill()) {
      case REQUEUE -> Backlog.KEEP;
      case PURGE -> Backlog.PURGE;
      case DEAD_LETTER -> Backlog.DEAD_LETTER;
    };
  }

  /** Builds an order. Not thread-safe. */
  public static final class Builder {
    private String id = Uuid7.next();
    private OrderKind kind;
    private Scope scope;
    private @Nullable InFlight inFlight;
    private Backlog backlog = Backlog.KEEP;
    private @Nullable Then then;
    private long graceMillis = 0;
    private String reason = "";
    private String issuedBy = "";
    private @Nullable Instant issuedAt;
    private @Nullable Instant expiresAt;
    private boolean dryRun = false;

    private Builder(OrderKind kind, Scope scope) {
      this.kind = kind;
      this.scope = scope;
    }

    private Builder(Order order) {
      id = order.id;
      kind = order.kind;
      scope = order.scope;
      inFlight = order.inFlight;
      backlog = order.backlog;
      then = order.then;
      graceMillis = order.graceMillis;
      reason = order.reason;
      issuedBy = order.issuedBy;
      issuedAt = order.issuedAt;
      expiresAt = order.expiresAt;
      dryRun = order.dryRun;
    }

    /** The id, a UUID; a new one of version 7 by default. */
    public Builder id(String id) {
      this.id = id;
      return this;
    }

    /** The kind of the order. */
    public Builder kind(OrderKind kind) {
      this.kind = kind;
      return this;
    }

    /** The scope of the order. */
    public Builder scope(Scope scope) {
      this.scope = scope;
      return this;
    }

    /** The fate of the tasks that killed workers were running. Required of a kill. */
    public Builder inFlight(@Nullable InFlight inFlight) {
      this.inFlight = inFlight;
      return this;
    }

    /** The fate of the waiting tasks in scope; {@code keep} by default. */
    public Builder backlog(Backlog backlog) {
      this.backlog = backlog;
      return this;
    }

    /** The action after a kill. Required of a kill. */
    public Builder then(@Nullable Then then) {
      this.then = then;
      return this;
    }

    /**
     * The time for handlers to end by themselves, in milliseconds; 0 by default: SIGKILL at once.
     */
    public Builder graceMillis(long graceMillis) {
      this.graceMillis = graceMillis;
      return this;
    }

    /** The reason, for people; empty by default. */
    public Builder reason(String reason) {
      this.reason = reason;
      return this;
    }

    /** The person or program that issues the order; empty by default. */
    public Builder issuedBy(String issuedBy) {
      this.issuedBy = issuedBy;
      return this;
    }

    /** When the order is issued. Required. */
    public Builder issuedAt(Instant issuedAt) {
      this.issuedAt = issuedAt;
      return this;
    }

    /** When the order stops having an effect. Required. */
    public Builder expiresAt(Instant expiresAt) {
      this.expiresAt = expiresAt;
      return this;
    }

    /** Whether controllers only answer what the order would mean; false by default. */
    public Builder dryRun(boolean dryRun) {
      this.dryRun = dryRun;
      return this;
    }

    /**
     * Returns the order.
     *
     * @throws NullPointerException if a required field is missing; the message names it
     * @throws IllegalArgumentException if the order breaks the contract, with a sentence that says
     *     how
     */
    public Order build() {
      return new Order(
          VERSION,
          id,
          kind,
          scope,
          inFlight,
          backlog,
          then,
          graceMillis,
          reason,
          issuedBy,
          Objects.requireNonNull(issuedAt, "issuedAt"),
          Objects.requireNonNull(expiresAt, "expiresAt"),
          dryRun);
    }
  }
}
