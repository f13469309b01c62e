package dev.warrener.testbroker;

/** The software of a broker. */
public enum BrokerKind {
  /** RabbitMQ, of any version. */
  RABBITMQ,
  /** Qpid Broker-J inside the JVM, in memory. */
  EMBEDDED
}
