package dev.warrener.testbroker;

import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** A RabbitMQ that these tests started, so that they may break it. */
abstract class RabbitMqBroker implements OwnBroker {
  static final String DISK_LIMIT = "10MB";
  static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration ALARM_LIMIT = Duration.ofSeconds(30);

  private final URI uri;
  private final BrokerLimits limits;
  private final Management management;
  private String version = "of unknown version";

  RabbitMqBroker(URI uri, URI managementUri, BrokerLimits limits) {
    this.uri = uri;
    this.limits = limits;
    var administrator = Credentials.of(uri);
    this.management = new Management(managementUri, administrator.user(), administrator.password());
  }

  /** Runs rabbitmqctl for this node; fails unless it succeeds. */
  abstract void control(String... arguments);

  /**
   * Returns when the broker takes connections and commands.
   *
   * @throws IllegalStateException if it has ended, or takes too long
   */
  final void awaitUp() {
    Poll.until(
        description() + " takes connections",
        START_LIMIT,
        () -> {
          requireRunning();
          return Handshake.succeeds(uri) && management.answers();
        });
  }

  /** Fails if the broker has ended by itself. */
  abstract void requireRunning();

  final void readVersion() {
    try {
      version = Handshake.with(uri).version();
    } catch (java.io.IOException e) {
      throw new IllegalStateException("the broker does not answer", e);
    }
  }

  @Override
  public final URI uri() {
    return uri;
  }

  @Override
  public final BrokerKind kind() {
    return BrokerKind.RABBITMQ;
  }

  @Override
  public final String version() {
    return version;
  }

  @Override
  public final Set<Capability> capabilities() {
    return EnumSet.allOf(Capability.class);
  }

  @Override
  public final Vhost freshVhost() {
    return ManagedVhost.create(management, uri);
  }

  @Override
  public final void raiseMemoryAlarm() {
    control("set_vm_memory_high_watermark", "absolute", "10MB");
    awaitAlarm(true);
  }

  @Override
  public final void clearMemoryAlarm() {
    control("set_vm_memory_high_watermark", "absolute", limits.memory());
    awaitAlarm(false);
  }

  @Override
  public final void raiseDiskAlarm() {
    control("set_disk_free_limit", "900000GB");
    awaitAlarm(true);
  }

  @Override
  public final void clearDiskAlarm() {
    control("set_disk_free_limit", DISK_LIMIT);
    awaitAlarm(false);
  }

  @Override
  public final void holdWrites() {
    control("eval", "sys:suspend(ra_log_wal).");
  }

  @Override
  public final void allowWrites() {
    control("eval", "sys:resume(ra_log_wal).");
  }

  @Override
  public final void forgetQueue(Vhost vhost, String queue) {
    var path = vhost.uri().getPath();
    // Versions before 3.12 have the second function alone.
    control(
        "eval",
        """
        Name = rabbit_misc:r(<<"%s">>, queue, <<"%s">>),
        case code:ensure_loaded(rabbit_db_queue) of
          {module, _} -> rabbit_db_queue:delete(Name, normal);
          _ -> rabbit_amqqueue:internal_delete(Name, <<"test">>)
        end.\
        """
            .formatted(path == null || path.length() <= 1 ? "/" : path.substring(1), queue));
  }

  @Override
  public final void limitMessages(int bytes) {
    // Versions before 4 read the first, later ones the second.
    control(
        "eval",
        "application:set_env(rabbit, max_message_size, %d), persistent_term:put(max_message_size, %d)."
            .formatted(bytes, bytes));
  }

  @Override
  public final String toString() {
    return description();
  }

  private void awaitAlarm(boolean on) {
    Poll.until(
        on ? "the alarm is on" : "no alarm is on", ALARM_LIMIT, () -> management.hasAlarm() == on);
  }
}
