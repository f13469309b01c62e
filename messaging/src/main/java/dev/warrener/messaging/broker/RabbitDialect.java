package dev.warrener.messaging.broker;

/** RabbitMQ, 3.10 and later. */
final class RabbitDialect extends Dialect {
  private final String version;

  RabbitDialect(String version) {
    this.version = version;
  }

  @Override
  public String product() {
    return "RabbitMQ " + version;
  }

  @Override
  public boolean keepsOrders() {
    return true;
  }

  @Override
  public boolean hasTripwire() {
    return true;
  }

  @Override
  public boolean checksUserId() {
    return true;
  }

  @Override
  public boolean countsHeldMessages() {
    return false;
  }
}
