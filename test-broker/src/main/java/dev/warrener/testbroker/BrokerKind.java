package dev.warrener.testbroker;

/** What software the broker is. */
public enum BrokerKind {
  /** RabbitMQ, of any version. */
  RABBITMQ,
  /** Qpid Broker-J inside the JVM, in memory. */
  EMBEDDED
}
