package dev.warrener.messaging.broker;

import java.util.Map;

/**
 * Something that a fleet needs at its broker. The order of a list of them is the order of making.
 */
sealed interface Declaration {
  /** The name that the broker knows it by, for messages. */
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
