package dev.warrener.messaging.broker;

/**
 * What the broker at the other end can do and how it wants it said: RabbitMQ by version, or the
 * embedded broker. All differences between them stand here. Immutable.
 */
public abstract sealed class Dialect permits RabbitDialect, QpidDialect {
  /** The broker's name and version, for screens: {@code RabbitMQ 4.3.6}. */
  public abstract String product();

  /** Whether orders are kept in a log that a controller reads when it connects. */
  public abstract boolean keepsOrders();

  /** Whether deleting the armed queue reaches every controller. */
  public abstract boolean hasTripwire();

  /** Whether the broker checks that {@code user_id} is the connected user. */
  public abstract boolean checksUserId();

  /** Whether a queue's count of messages includes those that a controller holds. */
  public abstract boolean countsHeldMessages();
}
