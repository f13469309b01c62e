package dev.warrener.messaging.broker;

import java.util.Map;

/**
 * An exchange, queue or binding that a fleet needs at its broker. Lists are in order of creation.
 */
sealed interface Declaration {
  /** Returns a description with the name at the broker, for error messages. */
  String describe();

  /** A durable exchange. */
  record Exchange(String name, String type) implements Declaration {
    @Override
    public String describe() {
      return "the " + type + " exchange " + name;
    }
  }

  /** A durable queue. */
  record Queue(String name, Map<String, Object> arguments) implements Declaration {
    public Queue {
      arguments = Map.copyOf(arguments);
    }

    @Override
    public String describe() {
      return "the queue " + name;
    }
  }

  /** A binding of a queue to an exchange. */
  record Binding(String queue, String exchange, String routingKey) implements Declaration {
    @Override
    public String describe() {
      return "the binding of " + queue + " to " + exchange;
    }
  }
}
