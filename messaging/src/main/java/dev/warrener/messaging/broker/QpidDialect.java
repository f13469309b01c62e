package dev.warrener.messaging.broker;

/** Qpid Broker-J, the embedded broker. */
final class QpidDialect extends Dialect {
  private final String version;

  QpidDialect(String version) {
    this.version = version;
  }

  @Override
  public String product() {
    return "Qpid Broker-J " + version;
  }

  @Override
  public boolean keepsOrders() {
    return false;
  }

  @Override
  public boolean hasTripwire() {
    return false;
  }

  @Override
  public boolean checksUserId() {
    return false;
  }

  @Override
  public boolean countsHeldMessages() {
    return true;
  }
}
